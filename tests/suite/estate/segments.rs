//! Random networks of segments that see each other by a NAT gateway alone: a hub with gateways, and spokes whose tables of
//! the transit gateway know the hub and themselves. What goes from one segment to another is translated inside the estate.

use std::fmt::Write;

use crate::differential::random::Random;

/// Spokes, by letter.
const SPOKES: [char; 3] = ['b', 'c', 'd'];
const ZONES: [char; 2] = ['a', 'b'];
const PEERS: [&str; 6] =
    ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.5/32", "10.1.0.0/16", "10.2.1.0/24"];
const PORTS: [&str; 6] = ["tcp 443", "tcp 22-8080", "tcp 1024-65535", "udp 53-2000", "icmp", "all"];

/// A network, in shorthand.
pub fn topology(random: &mut Random) -> String {
    let mut lines = String::new();
    let mut line = |text: String| _ = writeln!(lines, "{text}");
    line(format!("tgw tgw-x{}", if random.chance(50) { " sg-references enable" } else { "" }));
    for table in ["hub", "one", "two"] {
        line(format!("tgw-table tgw-rtb-{table} in tgw-x"));
    }
    hub(random, &mut line);
    for (number, letter) in SPOKES.into_iter().enumerate() {
        spoke(random, &mut line, letter, number + 1);
    }
    for table in ["one", "two"] {
        if random.chance(95) {
            line(format!("tgw-route tgw-rtb-{table} 0.0.0.0/0 -> tgw-attach-a"));
        }
    }
    if random.chance(20) {
        line("tgw-route tgw-rtb-hub 0.0.0.0/0 -> tgw-attach-a".to_owned());
    }
    if random.chance(15) {
        line("tgw-route tgw-rtb-one 10.3.0.0/17 -> blackhole".to_owned());
    }
    if random.chance(15) {
        line("pcx pcx-bc vpc-b vpc-c".to_owned());
        line("route vpc-b 10.2.1.0/24 -> pcx-bc".to_owned());
    }
    lines
}

/// Gateways, the subnets that packets come in by, and a host.
fn hub(random: &mut Random, line: &mut impl FnMut(String)) {
    line("vpc vpc-a 10.0.0.0/16".to_owned());
    line("igw igw-a in vpc-a".to_owned());
    acl(random, line, 'a');
    let mut doors = Vec::new();
    for (number, zone) in ZONES.into_iter().enumerate() {
        let filter = if random.chance(40) { " acl acl-a" } else { "" };
        line(format!("subnet subnet-nat{zone} 10.0.{number}.0/24 in vpc-a zone {zone}{filter}"));
        let kind =
            if random.chance(60) { format!(" public 198.51.100.{}", number + 1) } else { String::new() };
        line(format!("nat nat-{zone} 10.0.{number}.5 in subnet-nat{zone}{kind}"));
        line(format!("subnet subnet-in{zone} 10.0.{}.0/24 in vpc-a zone {zone}", number + 8));
        let gateway = if random.chance(50) { 'a' } else { zone };
        line(format!("route subnet-in{zone} 0.0.0.0/0 -> nat-{gateway}"));
        for destination in ["10.0.0.0/8", "10.3.0.0/16"] {
            if random.chance(90) {
                line(format!("route subnet-nat{zone} {destination} -> tgw-x"));
            }
        }
        line(format!("route subnet-nat{zone} 0.0.0.0/0 -> igw-a"));
        if zone == 'a' || random.chance(60) {
            doors.push(format!("subnet-in{zone}"));
        }
    }
    line("eni eni-a 10.0.0.9 in subnet-nata".to_owned());
    let mode = if random.chance(20) { " appliance-mode enable" } else { "" };
    line(format!(
        "tgw-attachment tgw-attach-a vpc-a to tgw-x in {} table tgw-rtb-hub propagates tgw-rtb-hub,tgw-rtb-one,tgw-rtb-two{mode}",
        doors.join(",")
    ));
}

/// Hosts in two zones, with groups and perhaps an ACL, and a default route to the transit gateway.
fn spoke(random: &mut Random, line: &mut impl FnMut(String), letter: char, number: usize) {
    line(format!("vpc vpc-{letter} 10.{number}.0.0/16"));
    acl(random, line, letter);
    let (mut subnets, mut hosts) = (Vec::new(), 0);
    for (index, zone) in ZONES.into_iter().enumerate() {
        let filter = if random.chance(50) { format!(" acl acl-{letter}") } else { String::new() };
        let subnet = format!("subnet-{letter}{index}");
        line(format!("subnet {subnet} 10.{number}.{index}.0/24 in vpc-{letter} zone {zone}{filter}"));
        line(format!("route {subnet} 0.0.0.0/0 -> tgw-x"));
        for _ in 0..1 + random.below(2) {
            hosts += 1;
            let groups = match random.below(3) {
                0 => format!("sg-one{letter}"),
                1 => format!("sg-two{letter}"),
                _ => format!("sg-one{letter},sg-two{letter}"),
            };
            line(format!(
                "eni eni-{letter}{hosts} 10.{number}.{index}.{} in {subnet} sg {groups}",
                hosts * 4
            ));
        }
        if index == 0 || random.chance(60) {
            subnets.push(subnet);
        }
    }
    for group in ["one", "two"] {
        line(format!("sg sg-{group}{letter} in vpc-{letter}"));
        for side in ["inbound", "outbound"] {
            if side == "outbound" && random.chance(60) {
                continue;
            }
            for _ in 0..1 + random.below(3) {
                let word = if side == "inbound" { "from" } else { "to" };
                let other = *random.pick(&SPOKES);
                let named = format!("sg-one{other}");
                let peer = if random.chance(20) { named.as_str() } else { *random.pick(&PEERS) };
                line(format!("allow sg-{group}{letter} {side} {} {word} {peer}", random.pick(&PORTS)));
            }
        }
    }
    let own = if random.chance(50) { "one" } else { "two" };
    let known =
        if random.chance(90) { format!("tgw-rtb-hub,tgw-rtb-{own}") } else { format!("tgw-rtb-{own}") };
    line(format!(
        "tgw-attachment tgw-attach-{letter} vpc-{letter} to tgw-x in {} table tgw-rtb-{own} propagates {known}",
        subnets.join(",")
    ));
}

/// A few denials before everything is let pass, or little that is let pass.
fn acl(random: &mut Random, line: &mut impl FnMut(String), letter: char) {
    line(format!("acl acl-{letter} in vpc-{letter}"));
    for (side, word) in [("inbound", "from"), ("outbound", "to")] {
        for number in 0..random.below(3) {
            let action = if random.chance(70) { "deny" } else { "allow" };
            let (ports, peer) = (*random.pick(&PORTS), *random.pick(&PEERS));
            line(format!("entry acl-{letter} {side} {} {action} {ports} {word} {peer}", 10 + number));
        }
        if random.chance(90) {
            line(format!("entry acl-{letter} {side} 100 allow all {word} 0.0.0.0/0"));
        }
    }
}
