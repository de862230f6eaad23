//! Rules of groups, entries of ACLs, Block Public Access.

use std::collections::BTreeSet;

use super::{Maker, PORTS, Vpc};

impl Maker<'_> {
    pub(super) fn write_rules(&mut self, vpcs: &[Vpc]) {
        let groups: Vec<String> = vpcs.iter().flat_map(|it| it.groups.iter().cloned()).collect();
        for group in &groups {
            if self.random.chance(75) {
                self.line(format!("allow {group} inbound all from 0.0.0.0/0"));
                if self.features.ipv6 {
                    self.line(format!("allow {group} inbound all from ::/0"));
                }
            }
            for _ in 0..self.random.below(4) {
                self.write_allow(group, "inbound", &groups);
            }
            match self.random.below(10) {
                0 => self.line(format!("egress {group} none")),
                1 | 2 => {
                    if self.random.chance(40) {
                        self.line(format!("allow {group} outbound all to 0.0.0.0/0"));
                    }
                    for _ in 0..1 + self.random.below(3) {
                        self.write_allow(group, "outbound", &groups);
                    }
                }
                _ => {}
            }
        }
        for vpc in vpcs {
            for acl in &vpc.acls {
                self.write_entries(acl);
            }
        }
    }

    pub(super) fn write_allow(&mut self, group: &str, way: &str, groups: &[String]) {
        let ports = self.ports();
        let peer = match self.random.below(10) {
            0..=2 => self.random.pick(groups).clone(),
            3 if !self.lists.is_empty() => self.random.pick(&self.lists).clone(),
            4 if self.features.endpoints => "pl-s3".to_owned(),
            5 if self.features.ipv6 => self.random.pick(&self.blocks_ipv6).clone(),
            6 => "0.0.0.0/0".to_owned(),
            7 if self.features.missing => "sg-gone@333333333333".to_owned(),
            _ => self.random.pick(&self.blocks).clone(),
        };
        let preposition = if way == "inbound" { "from" } else { "to" };
        self.line(format!("allow {group} {way} {ports} {preposition} {peer}"));
    }

    /// Protocol and ports.
    pub(super) fn ports(&mut self) -> String {
        let from = *self.random.pick(PORTS);
        let to = *self.random.pick(PORTS);
        let (from, to) = (from.min(to), from.max(to));
        match self.random.below(14) {
            0 | 1 => "all".to_owned(),
            2 => format!("udp {from}-{to}"),
            3 => "icmp 8:0".to_owned(),
            4 => "icmp".to_owned(),
            5 => "icmp 0".to_owned(),
            6 => (*self.random.pick(&["icmpv6", "icmpv6 128", "icmpv6 129:0"])).to_owned(),
            7 => (*self.random.pick(&["47", "50", "1", "58", "6 22-443"])).to_owned(),
            8 => format!("tcp {from}"),
            _ => format!("tcp {from}-{to}"),
        }
    }

    pub(super) fn write_entries(&mut self, acl: &str) {
        for way in ["inbound", "outbound"] {
            let preposition = if way == "inbound" { "from" } else { "to" };
            let mut numbers: BTreeSet<usize> = BTreeSet::new();
            for _ in 0..self.random.below(4) {
                numbers.insert(10 + 10 * self.random.below(8));
            }
            for number in numbers {
                let ports = self.ports();
                let is_ipv6 = self.features.ipv6 && self.random.chance(30);
                let block = match is_ipv6 {
                    true => self.random.pick(&self.blocks_ipv6).clone(),
                    false => self.random.pick(&self.blocks).clone(),
                };
                let action = if self.random.chance(55) { "allow" } else { "deny" };
                self.line(format!("entry {acl} {way} {number} {action} {ports} {preposition} {block}"));
            }
            if self.random.chance(80) {
                let ports = match self.random.below(6) {
                    0 => "tcp 1024-65535",
                    1 | 2 => "tcp 32768-60999",
                    _ => "all",
                };
                self.line(format!("entry {acl} {way} 100 allow {ports} {preposition} 0.0.0.0/0"));
                if self.features.ipv6 {
                    self.line(format!("entry {acl} {way} 101 allow {ports} {preposition} ::/0"));
                }
            }
        }
    }

    pub(super) fn write_block_public_access(&mut self, vpcs: &[Vpc]) {
        if !self.features.block_public_access {
            return;
        }
        let vpc = &vpcs[0];
        let mode = *self.random.pick(&["block-bidirectional", "block-ingress", "block-ingress", "off"]);
        self.line(format!("account {}", vpc.account));
        self.line(format!("region {}", vpc.region));
        self.line(format!("bpa {mode}"));
        let mut excluded = BTreeSet::new();
        for _ in 0..self.random.below(3) {
            let vpc = self.random.pick(vpcs);
            let resource = match self.random.chance(40) {
                true => vpc.id.clone(),
                false => self.random.pick(&vpc.subnets).id.clone(),
            };
            let mode = *self.random.pick(&["allow-bidirectional", "allow-egress"]);
            let state = if self.random.chance(10) { " state create-failed" } else { "" };
            if excluded.insert(resource.clone()) {
                self.line(format!("bpa-exclusion {resource} {mode}{state}"));
            }
        }
    }
}
