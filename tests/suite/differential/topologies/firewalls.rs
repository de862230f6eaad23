//! Firewalls: policies, rule groups, and endpoints that routes lead to.

use super::{Maker, PORTS, Vpc};

impl Maker<'_> {
    /// A firewall in one subnet or two, whose endpoints routes name like appliances.
    pub(super) fn write_firewall(&mut self, vpc: &mut Vpc) {
        let letter = vpc.letter;
        let mut subnets = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let subnet = &vpc.subnets[self.random.below(vpc.subnets.len())];
            if subnets.iter().all(|(id, _)| *id != subnet.id) {
                subnets.push((subnet.id.clone(), subnet.table.clone()));
            }
        }
        let ids: Vec<&str> = subnets.iter().map(|(id, _)| id.as_str()).collect();
        let unread = if self.random.chance(2) { " unread" } else { "" };
        self.line(format!("firewall fw-{letter} fp-{letter} in {}{unread}", ids.join(",")));
        for (number, (_, table)) in subnets.into_iter().enumerate() {
            let suffix = if number == 0 { String::new() } else { format!("-{}", number + 1) };
            vpc.appliances.push((format!("vpce-fw-{letter}{suffix}"), table));
        }
        self.write_policy(letter);
    }

    fn write_policy(&mut self, letter: char) {
        let is_strict = self.random.chance(50);
        let mut line = format!("firewall-policy fp-{letter}");
        line += match self.random.below(10) {
            0 => " stateless drop",
            1 => " stateless pass",
            _ => "",
        };
        if is_strict {
            line += " order strict";
            line += match self.random.below(6) {
                0 | 1 => " default drop_strict",
                2 => " default drop_established,alert_established",
                3 => " default alert_strict",
                _ => "",
            };
        }
        if self.random.chance(10) {
            line += " stream continue";
        }
        if self.random.chance(15) {
            let home = self.random.pick(&self.blocks).clone();
            line += &format!(" home {home}");
        }
        self.line(line);
        for number in 0..self.random.below(3) {
            let priority = 10 * self.random.below(4) + number;
            self.line(format!(
                "rule-group rg-{letter}s{number} stateless in fp-{letter} priority {priority}"
            ));
            for _ in 0..self.random.below(4) {
                self.write_stateless_rule(&format!("rg-{letter}s{number}"));
            }
        }
        for number in 0..self.random.below(3) {
            let form =
                *self.random.pick(&["stateful", "stateful", "tuples", "allow-domains", "deny-domains"]);
            let priority = if is_strict {
                format!(" priority {}", 10 * self.random.below(4) + number)
            } else {
                String::new()
            };
            let group = format!("rg-{letter}{number}");
            let odd = match self.random.below(25) {
                0 => " unread",
                1 => " only-alerts",
                2 => " managed",
                _ => "",
            };
            self.line(format!("rule-group {group} {form} in fp-{letter}{priority}{odd}"));
            if form.ends_with("domains") || matches!(odd, " unread" | " managed") {
                continue;
            }
            if self.random.chance(20) {
                let block = self.random.pick(&self.blocks).clone();
                self.line(format!("fw-set {group} HOME_NET {block}"));
            }
            for sid in 0..self.random.below(5) {
                self.write_stateful_rule(&group, sid, form == "tuples");
            }
        }
    }

    fn write_stateless_rule(&mut self, group: &str) {
        let priority = 1 + self.random.below(9);
        let action = *self.random.pick(&["pass", "drop", "forward"]);
        let protocol = *self.random.pick(&["tcp", "udp", "tcp,udp", "tcp", "icmp", "all", "47"]);
        let mut line = format!("fw-stateless {group} {priority} {action} {protocol}");
        if protocol.contains("tcp") || protocol == "udp" {
            if self.random.chance(60) {
                line += &format!(" {}", self.port_range('-'));
            }
            if self.random.chance(35) {
                line += &format!(" source-ports {}", self.port_range('-'));
            }
        }
        for end in ["from", "to"] {
            if self.random.chance(50) {
                line += &format!(" {end} {}", self.some_block());
            }
        }
        if protocol == "tcp" && self.random.chance(15) {
            line += *self.random.pick(&[" flags syn/syn,ack", " flags syn,ack/syn,ack", " flags ack/ack"]);
        }
        self.line(line);
    }

    fn write_stateful_rule(&mut self, group: &str, sid: usize, is_tuple: bool) {
        let action = *self.random.pick(&["pass", "drop", "pass", "drop", "reject", "alert"]);
        let protocol = *self.random.pick(&["tcp", "udp", "tcp", "ip", "icmp", "tls"]);
        let has_ports = matches!(protocol, "tcp" | "udp" | "tls");
        let (from, to) = (self.some_addresses(), self.some_addresses());
        let mut ports = || if has_ports { self.some_ports() } else { "any".to_owned() };
        let (from_ports, to_ports) = (ports(), ports());
        let direction = if self.random.chance(20) { "<>" } else { "->" };
        let option = match self.random.below(12) {
            0 => "content:x",
            1 => "flow:to_server",
            2 => "flow:to_client",
            _ => "",
        };
        let options = match (is_tuple, option) {
            (true, option) => format!("sid:{sid} {option}"),
            (false, "") => format!("(sid:{sid};)"),
            (false, option) => format!("({option}; sid:{sid};)"),
        };
        self.line(format!(
            "fw-rule {group} {action} {protocol} {from} {from_ports} {direction} {to} {to_ports} {options}"
        ));
    }

    fn some_block(&mut self) -> String {
        let list =
            if self.features.ipv6 && self.random.chance(20) { &self.blocks_ipv6 } else { &self.blocks };
        self.random.pick(list).clone()
    }

    fn some_addresses(&mut self) -> String {
        let block = self.some_block();
        match self.random.below(12) {
            0..=3 => "any".to_owned(),
            4..=7 => block,
            8 => format!("!{block}"),
            9 => format!("[{block},{}]", self.some_block()),
            10 => format!("[{block},!{}]", self.some_block()),
            _ => (*self.random.pick(&["$HOME_NET", "$EXTERNAL_NET", "$NOBODY"])).to_owned(),
        }
    }

    fn port_range(&mut self, dash: char) -> String {
        let (one, other) = (*self.random.pick(PORTS), *self.random.pick(PORTS));
        if self.random.chance(40) {
            return one.to_string();
        }
        format!("{}{dash}{}", one.min(other), one.max(other))
    }

    fn some_ports(&mut self) -> String {
        match self.random.below(8) {
            0..=2 => "any".to_owned(),
            3 | 4 => self.port_range(':'),
            5 => format!("!{}", self.port_range(':')),
            6 => format!("[{},{}]", self.port_range(':'), self.port_range(':')),
            _ => format!("[{},!{}]", self.port_range(':'), self.port_range(':')),
        }
    }
}
