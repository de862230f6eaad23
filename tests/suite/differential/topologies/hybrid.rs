//! Links to on premises: virtual private gateways, and attachments of transit gateways that are links.

use super::{Maker, Random, Vpc};

/// Blocks that lie on premises.
const BLOCKS: &[&str] = &["192.168.240.0/24", "192.168.240.0/20", "192.168.241.0/24", "172.20.0.0/16"];
const TUNNELS: &[&str] = &["UP,DOWN", "UP,UP", "DOWN,DOWN", "UP"];

impl Maker<'_> {
    /// A gateway with its connections, and routes to it.
    pub(super) fn write_gateways(&mut self, vpcs: &[Vpc]) {
        if !self.features.hybrid {
            return;
        }
        for vpc in vpcs.iter().filter(|it| self.random_gateway(it)).collect::<Vec<_>>() {
            let gateway = format!("vgw-{}", vpc.letter);
            self.routed.entry("vgw".into()).or_default().insert(gateway.clone());
            let state = if self.random.chance(6) { " state detached" } else { "" };
            self.line(format!("vgw {gateway} in {}{state}", vpc.id));
            for number in 0..self.random.below(3) {
                self.write_connection(&format!("vpn-{}{number}", vpc.letter), &gateway);
            }
            if self.random.chance(25) {
                self.write_direct_connect(&gateway);
            }
            let tables: std::collections::BTreeSet<String> =
                vpc.subnets.iter().map(|it| it.table.clone()).collect();
            for table in tables {
                for _ in 0..self.random.below(4) {
                    let block = match self.random.below(8) {
                        0 => "0.0.0.0/0".to_owned(),
                        1 => self.random.pick(&self.blocks).clone(),
                        _ => (*self.random.pick(BLOCKS)).to_owned(),
                    };
                    let flag = if self.random.chance(50) { " propagated" } else { "" };
                    self.route(&table, &block, &gateway, flag);
                }
            }
        }
    }

    fn random_gateway(&mut self, _vpc: &Vpc) -> bool {
        self.random.chance(60)
    }

    fn write_connection(&mut self, id: &str, gateway: &str) {
        let mut line = format!("vpn {id} to {gateway}");
        if self.random.chance(55) {
            let routes: Vec<&str> =
                (0..1 + self.random.below(2)).map(|_| *self.random.pick(BLOCKS)).collect();
            line += &format!(" routes {}", routes.join(","));
        } else {
            line += &format!(" bgp {}", self.random.below(3));
        }
        line += &format!(" tunnels {}", self.random.pick(TUNNELS));
        if self.random.chance(12) {
            line += &format!(" customer {}", self.random.pick(BLOCKS));
        }
        if self.random.chance(12) {
            line += " aws 10.0.0.0/16";
        }
        if self.random.chance(5) {
            line += " state deleted";
        } else if self.random.chance(8) {
            line += " unread";
        }
        self.line(line);
    }

    fn write_direct_connect(&mut self, gateway: &str) {
        let prefixes = *self.random.pick(&["10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/8,192.168.0.0/16", "none"]);
        let state = if self.random.chance(8) { " state associating" } else { "" };
        let known = self.topology.lines.iter().rev().find_map(|it| it.strip_prefix("dx ")?.split(' ').next());
        // By a stream of its own: other networks stay what they were.
        let is_shared = Random::new(self.random.clone().number() ^ 0xd1c0).chance(50);
        if let Some(id) = known.filter(|_| is_shared).map(str::to_owned) {
            self.line(format!("dx {id} to {gateway} prefixes {prefixes}{state}"));
            return;
        }
        let id = format!("dxgw-{}", gateway.len() + self.topology.lines.len());
        self.line(format!("dx {id} to {gateway} prefixes {prefixes}{state}"));
        if self.random.chance(85) {
            let status = if self.random.chance(15) { " bgp down" } else { "" };
            self.line(format!("vif dxvif-{} to {id}{status}", &id[5..]));
        }
    }

    /// Links of the first transit gateway.
    pub(super) fn write_transit_links(&mut self) -> Vec<String> {
        let mut attached = Vec::new();
        if !self.features.hybrid {
            return attached;
        }
        for number in 0..self.random.below(3) {
            let id = format!("tgw-attach-vpn{number}");
            let table = if self.random.chance(8) { " table none" } else { "" };
            let is_gone = self.random.chance(5);
            let connection = format!("vpn-t{number}");
            if !is_gone {
                self.write_connection(&connection, "tgw-0");
            }
            self.line(format!("tgw-other {id} vpn {connection} to tgw-0{table}"));
            for block in BLOCKS {
                if self.random.chance(40)
                    && self.routed.entry("tgw-rtb-0".into()).or_default().insert((*block).to_owned())
                {
                    let flag = if self.random.chance(50) { " propagated" } else { "" };
                    self.line(format!("tgw-route tgw-rtb-0 {block} -> {id}{flag}"));
                }
            }
            attached.push(id);
        }
        attached
    }
}
