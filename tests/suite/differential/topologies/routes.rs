//! Routes of VPCs, and the peering connections that some of them name.

use std::collections::BTreeSet;

use super::{Maker, Vpc};

impl Maker<'_> {
    pub(super) fn write_peerings(&mut self, vpcs: &[Vpc]) -> Vec<(String, usize, usize)> {
        let mut peerings = Vec::new();
        if !self.features.peering {
            return peerings;
        }
        for near in 0..vpcs.len() {
            for far in near + 1..vpcs.len() {
                // PCX-6: no overlaps.
                let overlap = vpcs[near].blocks.iter().any(|one| {
                    vpcs[far].blocks.iter().any(|other| one.contains(other) || other.contains(one))
                });
                if overlap || !self.random.chance(60) {
                    continue;
                }
                let id = format!("pcx-{}{}", vpcs[near].letter, vpcs[far].letter);
                let status = if self.random.chance(6) { " status pending-acceptance" } else { "" };
                self.line(format!("pcx {id} {} {}{status}", vpcs[near].id, vpcs[far].id));
                peerings.push((id, near, far));
            }
        }
        if self.features.missing && self.random.chance(40) {
            self.line(format!("pcx pcx-gone {} vpc-gone 10.200.0.0/16", vpcs[0].id));
            self.line(format!("route {} 10.200.0.0/16 -> pcx-gone", vpcs[0].id));
        }
        peerings
    }

    /// The tables of a VPC: each gets routes to what the VPC has.
    pub(super) fn write_routes(&mut self, vpc: &Vpc, peerings: &[(String, usize, usize)]) {
        self.write_edge_table(vpc);
        let mut tables: BTreeSet<String> = vpc.subnets.iter().map(|it| it.table.clone()).collect();
        tables.extend(vpc.nats.iter().filter(|_| self.features.odd).map(|_| vpc.id.clone()));
        for table in tables {
            self.write_appliance_routes(vpc, &table);
            self.write_defaults(vpc, &table);
            self.write_peering_routes(vpc, &table, peerings);
            for (_, gateway) in &vpc.attachments {
                for _ in 0..1 + self.random.below(2) {
                    let destination = match self.random.below(6) {
                        0 | 1 => "10.0.0.0/8".to_owned(),
                        2 if vpc.ipv6.is_some() => self.random.pick(&self.blocks_ipv6).clone(),
                        3 if !self.lists.is_empty() => self.random.pick(&self.lists).clone(),
                        _ => self.random.pick(&self.blocks).clone(),
                    };
                    self.route(&table, &destination, gateway, "");
                }
            }
            if self.lists.len() > 1 && self.random.chance(30) {
                self.write_tie(vpc, &table);
            }
            if self.random.chance(10) {
                self.write_rare_route(vpc, &table);
            }
        }
    }

    pub(super) fn route(&mut self, table: &str, destination: &str, target: &str, flag: &str) {
        // However it is written.
        let block =
            destination.parse::<ipnet::IpNet>().map_or(destination.to_owned(), |it| it.trunc().to_string());
        let is_new = self.routed.entry(table.to_owned()).or_default().insert(block);
        if is_new || flag == " propagated" {
            self.line(format!("route {table} {destination} -> {target}{flag}"));
        }
    }

    pub(super) fn write_defaults(&mut self, vpc: &Vpc, table: &str) {
        let has_nat = vpc.nat_tables.contains(table);
        let gateways: Vec<String> = vpc.attachments.iter().map(|(_, gateway)| gateway.clone()).collect();
        let mut targets: Vec<String> = vpc.igw.iter().chain(&vpc.igw).cloned().collect();
        if !has_nat || self.random.chance(4) {
            targets.extend(vpc.nats.iter().chain(&vpc.nats).cloned());
            targets.extend(gateways.iter().cloned());
        }
        if self.vpcs_have_hub && self.random.chance(85) {
            targets = match (vpc.is_hub, has_nat) {
                (true, true) => vpc.igw.iter().cloned().collect(),
                (true, false) => vpc.nats.clone(),
                (false, _) => gateways.clone(),
            };
            if let Some(gateway) = gateways.first().filter(|_| vpc.is_hub) {
                self.route(table, "10.0.0.0/8", gateway, "");
            }
        }
        if self.random.chance(15)
            && let Some(nat) = self.random.any(&vpc.nats).cloned()
        {
            let destination = self.random.pick(&self.blocks).clone();
            self.route(table, &destination, &nat, "");
        }
        if let Some(target) = self.random.any(&targets).cloned()
            && self.random.chance(85)
        {
            let flag = if self.random.chance(4) { " blackhole" } else { "" };
            self.route(table, "0.0.0.0/0", &target, flag);
        }
        if vpc.ipv6.is_none() {
            return;
        }
        let targets: Vec<String> = vpc.igw.iter().chain(&vpc.eigw).cloned().collect();
        if let Some(target) = self.random.any(&targets).cloned()
            && self.random.chance(85)
        {
            self.route(table, "::/0", &target, "");
        }
        if let Some(nat) = self.random.any(&vpc.nats).cloned()
            && self.random.chance(40)
        {
            self.route(table, "64:ff9b::/96", &nat, "");
        }
    }

    pub(super) fn write_peering_routes(
        &mut self,
        vpc: &Vpc,
        table: &str,
        peerings: &[(String, usize, usize)],
    ) {
        let here = usize::from(vpc.letter as u8 - b'a');
        for (id, near, far) in peerings {
            let there = match (*near == here, *far == here) {
                (true, _) => *far,
                (_, true) => *near,
                _ => continue,
            };
            if !self.random.chance(85) {
                continue;
            }
            let prefix = format!(".{there}.");
            let theirs: Vec<String> = self.blocks.iter().filter(|it| it.contains(&prefix)).cloned().collect();
            let destination = match (self.random.any(&theirs), self.random.any(&self.lists)) {
                (_, Some(list)) if self.random.chance(15) => list.clone(),
                (Some(block), _) if self.random.chance(80) => block.clone(),
                _ => "10.0.0.0/8".to_owned(),
            };
            self.route(table, &destination, id, "");
            if vpc.ipv6.is_some() && self.random.chance(80) {
                self.route(table, &format!("2001:db8:{there}00::/56"), id, "");
            }
        }
    }

    /// RT-7: two lists that share an entry, with a target each.
    pub(super) fn write_tie(&mut self, vpc: &Vpc, table: &str) {
        let mut targets: Vec<String> = vpc.igw.iter().chain(&vpc.nats).cloned().collect();
        targets.extend(vpc.attachments.iter().map(|(_, gateway)| gateway.clone()));
        for number in 0..2 {
            if let Some(target) = self.random.any(&targets).cloned() {
                self.route(table, &format!("pl-{number}"), &target, "");
            }
        }
    }

    pub(super) fn write_rare_route(&mut self, vpc: &Vpc, table: &str) {
        let subnet = self.random.pick(&vpc.subnets).block.to_string();
        let interfaces: Vec<String> =
            vpc.subnets.iter().flat_map(|it| &it.interfaces).map(|it| it.id.clone()).collect();
        match self.random.below(6) {
            // RT-9, RT-10.
            0 => {
                if let Some(nat) = self.random.any(&vpc.nats).cloned() {
                    self.route(table, &subnet, &nat, "");
                }
            }
            1 => {
                if let Some(interface) = self.random.any(&interfaces).cloned() {
                    let destination =
                        if self.random.chance(40) { subnet } else { self.random.pick(&self.blocks).clone() };
                    self.route(table, &destination, &interface, "");
                }
            }
            // RT-5, RT-8.
            2 | 3 => {
                let gateway = format!("vgw-{}", vpc.letter);
                if self.routed.entry("vgw".into()).or_default().insert(gateway.clone()) {
                    self.line(format!("vgw {gateway} in {}", vpc.id));
                }
                let destination = if self.random.chance(50) { subnet } else { "10.0.0.0/8".to_owned() };
                self.route(table, &destination, &gateway, " propagated");
            }
            // RT-18.
            4 => self.route(table, "10.0.0.0/8", "10.0.0.9", " advertised"),
            _ => {
                let destination = self.random.pick(&self.blocks).clone();
                if let Some(target) = vpc.igw.clone() {
                    self.route(table, &destination, &target, " blackhole");
                }
            }
        }
    }
}
