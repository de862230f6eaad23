//! Members that no other line writes, and what a snapshot lacks.

use super::{Interface, Maker, Vpc};

impl Maker<'_> {
    /// Members that no other line writes.
    pub(super) fn write_odd(&mut self, vpcs: &[Vpc]) {
        let vpc = self.random.pick(vpcs);
        let interfaces: Vec<&Interface> = vpc.subnets.iter().flat_map(|it| &it.interfaces).collect();
        let Some(interface) = self.random.any(&interfaces).copied() else { return };
        let subnet = &self.random.pick(&vpc.subnets).id;
        let line = match self.random.below(10) {
            0 => format!("set {} DenyAllIgwTraffic true", interface.id),
            8 => "byoip 198.51.100.16/29 state provisioned".to_owned(),
            1 => {
                let state = *self.random.pick(&["stopped", "terminated", "pending"]);
                format!("instance i-{} {state}", &interface.id[4..])
            }
            2 => format!("set {} State pending", vpc.id),
            3 => format!("set {} EncryptionControl.Mode enforce", vpc.id),
            4 => {
                let mode = *self.random.pick(&["block-bidirectional", "block-ingress", "off"]);
                format!("set {subnet} BlockPublicAccessStates.InternetGatewayBlockMode {mode}")
            }
            5 => {
                let mode = *self.random.pick(&["block-bidirectional", "block-ingress", "off"]);
                format!("set {} BlockPublicAccessStates.InternetGatewayBlockMode {mode}", vpc.id)
            }
            6 => match self.random.any(&vpc.nats) {
                Some(nat) => format!("set {nat} NatGatewayAddresses.0.Status disassociating"),
                None => format!("eip {}", self.next_public()),
            },
            7 => {
                let gateway = vpc.igw.clone().unwrap_or_else(|| "igw-none".to_owned());
                let line = format!("table rtb-{}edge in {} gateway {gateway}", vpc.letter, vpc.id);
                // A gateway has one table.
                let is_taken =
                    self.topology.lines.iter().any(|it| it.ends_with(&format!(" gateway {gateway}")));
                let is_new = self.routed.entry("edge".into()).or_default().insert(line.clone());
                if is_taken || !is_new {
                    return;
                }
                self.line(line);
                let target = if self.random.chance(50) { interface.id.as_str() } else { "local" };
                let block = vpc.subnets[0].block.to_string();
                format!("route rtb-{}edge {block} -> {target}", vpc.letter)
            }
            _ => format!("eip {}", self.next_public()),
        };
        let id = line.split_whitespace().nth(1).unwrap_or_default();
        let is_there = !line.starts_with("instance")
            || self.topology.lines.iter().all(|it| {
                !it.starts_with(&format!("eni eni-{} ", &id[2..]))
                    || !it.contains(" on ") && !it.contains(" detached")
            });
        if is_there && !self.topology.lines.contains(&line) {
            self.line(line);
        }
    }

    pub(super) fn write_missing(&mut self, vpcs: &[Vpc]) {
        let vpc = self.random.pick(vpcs);
        let interfaces: Vec<&Interface> = vpc.subnets.iter().flat_map(|it| &it.interfaces).collect();
        match self.random.below(3) {
            0 => {
                if let Some(interface) = self.random.any(&interfaces).copied() {
                    self.line(format!("set {} Groups.0.GroupId sg-gone", interface.id));
                }
            }
            _ => {
                const CALLS: &[&str] = &[
                    "route-tables",
                    "network-acls",
                    "security-groups",
                    "internet-gateways",
                    "nat-gateways",
                    "managed-prefix-list-entries",
                    "vpc-peering-connections",
                    "transit-gateway-routes",
                    "transit-gateway-attachments",
                    "transit-gateway-vpc-attachments",
                    "transit-gateway-route-table-associations",
                    "vpc-endpoints",
                    "listeners",
                    "rules",
                    "target-health",
                    "vpc-block-public-access-options",
                    "network-interfaces",
                ];
                let call = *self.random.pick(CALLS);
                self.line(format!("missing {call}"));
            }
        }
    }
}
