//! Transit gateways: attachments, tables, routes.

use std::collections::BTreeSet;

use super::{Maker, REGIONS, Vpc};

impl Maker<'_> {
    pub(super) fn write_transit(&mut self, vpcs: &mut [Vpc]) {
        if !self.features.transit {
            return;
        }
        let count = if self.random.chance(25) { 2 } else { 1 };
        let mut tables: Vec<(String, String)> = Vec::new();
        let mut attached: Vec<(String, String, usize)> = Vec::new();
        for number in 0..count {
            let id = format!("tgw-{number}");
            let references = if self.random.chance(45) { " sg-references enable" } else { "" };
            self.line(format!("tgw {id}{references}"));
            tables.push((format!("tgw-rtb-{number}"), id.clone()));
            if self.random.chance(45) {
                self.line(format!("tgw-table tgw-rtb-{number}x in {id}"));
                tables.push((format!("tgw-rtb-{number}x"), id.clone()));
            }
            for (index, vpc) in vpcs.iter_mut().enumerate() {
                if vpc.region != REGIONS[0] || !self.random.chance(if count == 1 { 90 } else { 60 }) {
                    continue;
                }
                let attachment = self.write_attachment(vpc, number, &tables);
                attached.push((attachment, id.clone(), index));
            }
        }
        if count == 2 && self.random.chance(80) {
            self.line("tgw-peering tgw-attach-peer tgw-0 tgw-1");
            attached.push(("tgw-attach-peer".into(), "tgw-0".into(), usize::MAX));
            attached.push(("tgw-attach-peer".into(), "tgw-1".into(), usize::MAX));
        }
        attached.extend(self.write_transit_links().into_iter().map(|id| (id, "tgw-0".into(), usize::MAX)));
        for (table, gateway) in tables {
            let ours: Vec<String> =
                attached.iter().filter(|(_, of, _)| *of == gateway).map(|(id, _, _)| id.clone()).collect();
            let hub = ours.iter().find(|it| it.ends_with('a')).filter(|_| self.vpcs_have_hub);
            if let Some(hub) = hub {
                self.routed.entry(table.clone()).or_default().insert("0.0.0.0/0".to_owned());
                self.topology.line(format!("tgw-route {table} 0.0.0.0/0 -> {hub}"));
            }
            self.write_transit_routes(&table, &ours);
        }
        for vpc in vpcs.iter_mut() {
            let letter = vpc.letter;
            let suffix = |id: &str| id.ends_with(letter);
            let ours = attached.iter().filter(|(id, _, index)| *index != usize::MAX && suffix(id));
            vpc.attachments = ours.map(|(id, gateway, _)| (id.clone(), gateway.clone())).collect();
        }
    }

    pub(super) fn write_attachment(
        &mut self,
        vpc: &Vpc,
        number: usize,
        tables: &[(String, String)],
    ) -> String {
        let id = format!("tgw-attach-{number}{}", vpc.letter);
        let mut zones = BTreeSet::new();
        let mut subnets = Vec::new();
        for subnet in &vpc.subnets {
            if (subnets.is_empty() || self.random.chance(60)) && zones.insert(subnet.zone) {
                subnets.push(subnet.id.clone());
            }
        }
        let mut line = format!("tgw-attachment {id} {} to tgw-{number} in {}", vpc.id, subnets.join(","));
        let ours: Vec<&String> =
            tables.iter().filter(|(_, of)| *of == format!("tgw-{number}")).map(|(it, _)| it).collect();
        if self.random.chance(30) {
            line += &format!(" table {}", self.random.pick(&ours));
        } else if self.random.chance(4) {
            line += " table none";
        }
        match self.random.below(10) {
            0 => line += " propagates none",
            1 | 2 => line += &format!(" propagates {}", self.random.pick(&ours)),
            3 if ours.len() > 1 => line += &format!(" propagates {},{}", ours[0], ours[1]),
            _ => {}
        }
        if vpc.ipv6.is_some() && self.random.chance(75) {
            line += " ipv6 enable";
        }
        if self.random.chance(8) {
            line += " appliance-mode enable";
        }
        if self.random.chance(10) {
            line += " sg-references disable";
        }
        if self.random.chance(4) {
            line += " state pendingAcceptance";
        }
        self.line(line);
        id
    }

    pub(super) fn write_transit_routes(&mut self, table: &str, attachments: &[String]) {
        for _ in 0..self.random.below(4) {
            let is_list = self.random.chance(15);
            let destination = match self.random.any(&self.lists) {
                Some(list) if is_list => list.clone(),
                _ if self.features.ipv6 && self.random.chance(25) => {
                    self.random.pick(&self.blocks_ipv6).clone()
                }
                _ => self.random.pick(&self.blocks).clone(),
            };
            let target = match self.random.any(attachments) {
                Some(attachment) if self.random.chance(85) => attachment.clone(),
                _ => "blackhole".to_owned(),
            };
            if self.routed.entry(table.to_owned()).or_default().insert(destination.clone()) {
                self.line(format!("tgw-route {table} {destination} -> {target}"));
            }
        }
    }
}
