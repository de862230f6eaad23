//! Laws that hold in every network, whatever it is: two networks that say the same in other words have the same answers,
//! and who is let in by one more rule keeps whom he had.
//!
//! A law is a change of the topology's lines, and what the answers before and after it have to do with one another.

use ipnet::IpNet;

use super::engine::{Certainty, Engine};
use super::packets::Interesting;
use super::random::Random;
use super::{model, topologies};
use crate::interpreter::{Packet, Start};

/// Networks that each law is tried on.
const NETWORKS: u64 = 40;
const PAIRS: usize = 6;
const PACKETS: usize = 6;

/// What an answer is before and after a change, on the way there, and there and back.
type Compare = fn(before: [Certainty; 2], after: [Certainty; 2]) -> bool;

#[test]
fn the_order_of_a_groups_rules_does_not_matter() {
    let reversed = |lines: &[String]| {
        let mut rules: Vec<String> = lines.iter().filter(|it| it.starts_with("allow ")).cloned().collect();
        let in_place =
            |line: &String| if line.starts_with("allow ") { rules.pop() } else { Some(line.clone()) };
        lines.iter().filter_map(in_place).collect()
    };
    check(reversed, |before, after| before == after);
}

#[test]
fn one_more_rule_lets_nothing_less_through() {
    for rule in [
        "inbound all from 0.0.0.0/0,::/0",
        "outbound all to 0.0.0.0/0,::/0",
        "inbound tcp 22-443 from 10.0.0.0/9",
    ] {
        let widened = |lines: &[String]| {
            let mut widened = lines.to_vec();
            if let Some(group) =
                lines.iter().rev().find_map(|it| it.strip_prefix("allow ")?.split(' ').next())
            {
                widened.push(format!("allow {group} {rule}"));
            }
            widened
        };
        check(widened, |before, after| {
            let keeps = |(before, after): (Certainty, Certainty)| match before {
                Certainty::Passes => after == Certainty::Passes,
                Certainty::Depends => after != Certainty::IsDropped,
                Certainty::IsDropped => true,
            };
            before.into_iter().zip(after).all(keeps)
        });
    }
}

#[test]
fn the_numbers_of_an_acls_entries_do_not_matter_but_for_their_order() {
    let renumbered = |lines: &[String]| {
        let renumber = |line: &String| {
            let mut words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            if let ("entry", Some(number)) =
                (words[0].as_str(), words.get(3).and_then(|it| it.parse::<u32>().ok()))
                && number < 10_000
            {
                words[3] = (3 * number + 1).to_string();
                return words.join(" ");
            }
            line.clone()
        };
        lines.iter().map(renumber).collect()
    };
    check(renumbered, |before, after| before == after);
}

#[test]
fn a_block_is_its_two_halves() {
    let halved = |lines: &[String]| {
        let halve = |line: &String| {
            let words: Vec<&str> = line.split(' ').collect();
            let is_rule = words[0] == "allow";
            let words = words.iter().map(|word| if is_rule { in_halves(word) } else { (*word).to_owned() });
            words.collect::<Vec<String>>().join(" ")
        };
        lines.iter().map(halve).collect()
    };
    check(halved, |before, after| before == after);
}

/// Where nothing keeps track of conversations, an answer is a packet like others.
#[test]
fn without_groups_an_answer_is_the_packet_of_the_other_way() {
    const KINDS: &[&str] = &[
        "account",
        "region",
        "vpc",
        "subnet",
        "table",
        "acl",
        "entry",
        "eni",
        "pcx",
        "tgw",
        "tgw-table",
        "tgw-attachment",
        "tgw-route",
        "prefix-list",
        "instance",
    ];
    let mut asked = 0;
    for seed in 0..3 * NETWORKS {
        let mut random = Random::new(7000 + seed);
        let topology = topologies::topology(&mut random).to_string();
        let plain = |line: &&str| {
            let kind = line.split(' ').next().unwrap_or_default();
            let target = line.split(" -> ").nth(1).unwrap_or_default();
            KINDS.contains(&kind)
                || kind == "route" && (target.starts_with("pcx-") || target.starts_with("tgw-"))
        };
        let lines: Vec<String> = topology.lines().filter(plain).map(without_groups).collect();
        let Ok(model) = model(&(lines.join("\n") + "\n")) else { continue };
        let network = netpath::network::compile(&model);
        let interesting = Interesting::new(&model);
        let mut engine = Engine::new(&model, &network);
        for _ in 0..4 * PAIRS {
            let Some((Start::Interface(from), source, destination)) = interesting.pair(&mut random) else {
                continue;
            };
            let mut owners = model.network_interfaces.iter().filter(|it| {
                it.addresses.iter().any(|it| std::net::IpAddr::V4(it.private) == destination)
                    || it.ipv6_addresses.iter().any(|it| std::net::IpAddr::V6(*it) == destination)
            });
            // Where blocks overlap, several have an address.
            let (Some(owner), None) = (owners.next(), owners.next()) else { continue };
            let packet = interesting.packet(&mut random, source, destination);
            let Some(reply) = packet.reply() else { continue };
            let start = Start::Interface(from);
            let [there, round_trip] = engine.ask(&start, source, destination).says(packet);
            let other = Start::Interface(owner.id.clone());
            let [back, _] = engine.ask(&other, destination, source).says(reply);
            let all = [there, round_trip, back];
            if all.contains(&Certainty::Depends) || there != Certainty::Passes {
                continue;
            }
            asked += 1;
            assert_eq!(round_trip, back, "{packet} from {start:?} in\n{}", lines.join("\n"));
        }
    }
    assert!(asked > 100, "only {asked} packets got through");
}

/// `eni … sg none`, without public address.
fn without_groups(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    if words[0] != "eni" {
        return line.to_owned();
    }
    for option in ["sg", "public", "type"] {
        if let Some(position) = words.iter().position(|it| *it == option) {
            words.drain(position..(position + 2).min(words.len()));
        }
    }
    words.join(" ") + " sg none"
}

/// Each block of a list as its halves.
fn in_halves(word: &str) -> String {
    let halves = |part: &str| match part.parse::<IpNet>() {
        Ok(net) if net.prefix_len() < net.max_prefix_len() => {
            let halves = net.subnets(net.prefix_len() + 1).expect("it has halves");
            halves.map(|it| it.to_string()).collect::<Vec<String>>().join(",")
        }
        Ok(_) | Err(_) => part.to_owned(),
    };
    word.split(',').map(halves).collect::<Vec<String>>().join(",")
}

/// Compares the answers of random networks before and after a change.
fn check(change: impl Fn(&[String]) -> Vec<String>, holds: Compare) {
    let mut changed = 0;
    for seed in 0..NETWORKS {
        let mut random = Random::new(9000 + seed);
        let topology = topologies::topology(&mut random).to_string();
        let lines: Vec<String> = topology.lines().map(str::to_owned).collect();
        let after = change(&lines);
        if after == lines {
            continue;
        }
        changed += 1;
        let after = after.join("\n") + "\n";
        let models = [&topology, &after].map(|text| model(text).unwrap_or_else(|it| panic!("{it}\n{text}")));
        let networks = models.each_ref().map(netpath::network::compile);
        let interesting = Interesting::new(&models[0]);
        let mut engines = [Engine::new(&models[0], &networks[0]), Engine::new(&models[1], &networks[1])];
        for _ in 0..PAIRS {
            let Some((start, source, destination)) = interesting.pair(&mut random) else { continue };
            let packets: Vec<Packet> =
                (0..PACKETS).map(|_| interesting.packet(&mut random, source, destination)).collect();
            let [before, after_it] = engines.each_mut().map(|engine| {
                let mut answer = engine.ask(&start, source, destination);
                packets.iter().map(|it| answer.says(*it)).collect::<Vec<[Certainty; 2]>>()
            });
            for ((packet, before), now) in packets.iter().zip(before).zip(after_it) {
                assert!(
                    holds(before, now),
                    "{packet} from {start:?} was {before:?} and is {now:?} in\n{topology}\nwhich became\n{after}"
                );
            }
        }
    }
    assert!(changed > NETWORKS / 4, "the law says something of {changed} networks only");
}
