//! Appliances, and the routes that lead through them.

use super::{Maker, Vpc};

impl Maker<'_> {
    /// Hosts with one interface or two that take what is not theirs.
    pub(super) fn write_appliances(&mut self, vpc: &mut Vpc) {
        for number in 0..1 + self.random.below(2) {
            let host = format!("i-{}fw{number}", vpc.letter);
            for second in 0..1 + usize::from(self.random.chance(35)) {
                let position = self.random.below(vpc.subnets.len());
                let subnet = &vpc.subnets[position];
                let (id, block, table) = (subnet.id.clone(), subnet.block, subnet.table.clone());
                let Some(address) = self.free_address(vpc, block) else { continue };
                let name = format!("eni-{}fw{number}{second}", vpc.letter);
                let mut line = format!("eni {name} {address} in {id} on {host}");
                match self.random.below(6) {
                    0 => line += " sg none",
                    _ => line += &format!(" sg {}", self.random.pick(&vpc.groups)),
                }
                if self.features.internet && self.random.chance(60) {
                    line += &format!(" public {}", self.next_public());
                }
                if self.random.chance(92) {
                    line += " no-check";
                }
                if self.random.chance(2) {
                    line += " detached";
                }
                self.line(line);
                vpc.appliances.push((name, table));
            }
        }
    }

    /// An endpoint of a Gateway Load Balancer, half of the time with the provider's side.
    pub(super) fn write_gateway_load_balancer(&mut self, vpc: &mut Vpc) {
        let position = self.random.below(vpc.subnets.len());
        let subnet = &vpc.subnets[position];
        let (id, block, table) = (subnet.id.clone(), subnet.block, subnet.table.clone());
        let (Some(address), letter) = (self.free_address(vpc, block), vpc.letter) else { return };
        let name = format!("vpce-{letter}wire");
        let service = format!("com.amazonaws.vpce.{}.vpce-svc-{letter}wire", vpc.region);
        let state = if self.random.chance(4) { " state pendingAcceptance" } else { "" };
        self.line(format!(
            "endpoint {name} {service} {address} in {id} sg none type GatewayLoadBalancer{state}"
        ));
        vpc.appliances.push((name, table));
        let hosts: Vec<String> = vpc
            .subnets
            .iter()
            .flat_map(|it| &it.interfaces)
            .filter_map(|it| it.ipv4.first())
            .map(ToString::to_string)
            .collect();
        if !self.random.chance(50) || hosts.is_empty() {
            return;
        }
        let position = self.random.below(vpc.subnets.len());
        let (near, block) = (vpc.subnets[position].id.clone(), vpc.subnets[position].block);
        let Some(address) = self.free_address(vpc, block) else { return };
        let crosses = if self.random.chance(50) { " cross-zone" } else { "" };
        let targets: Vec<String> =
            (0..1 + self.random.below(2)).map(|_| self.random.pick(&hosts).clone()).collect();
        let targets: std::collections::BTreeSet<String> = targets.into_iter().collect();
        let targets: Vec<String> = targets.into_iter().collect();
        self.line(format!("lb gw{letter} gateway {address} in {near} sg none{crosses}"));
        self.line(format!("target-group wire{letter} ip GENEVE 6081 in {} to {}", vpc.id, targets.join(",")));
        self.line(format!("listener gw{letter} GENEVE 6081 -> wire{letter}"));
        self.line(format!("endpoint-service vpce-svc-{letter}wire lbs gw{letter}"));
    }

    pub(super) fn write_appliance_routes(&mut self, vpc: &Vpc, table: &str) {
        let is_elsewhere = |(_, own): &&(String, String)| own != table;
        let others: Vec<String> =
            vpc.appliances.iter().filter(is_elsewhere).map(|(id, _)| id.clone()).collect();
        let all: Vec<String> = vpc.appliances.iter().map(|(id, _)| id.clone()).collect();
        for _ in 0..self.random.below(3) {
            let list = if self.random.chance(94) { &others } else { &all };
            let Some(appliance) = self.random.any(list).cloned() else { return };
            let target = match self.random.below(20) {
                0 if appliance.starts_with("eni-") => {
                    appliance.replace("eni-", "i-").trim_end_matches(['0', '1']).to_owned()
                }
                _ => appliance,
            };
            let target = if target.starts_with("i-") { format!("{target}0") } else { target };
            let destination = match self.random.below(8) {
                0..=2 => "0.0.0.0/0".to_owned(),
                3 | 4 => self.random.pick(&vpc.subnets).block.to_string(),
                5 => "10.0.0.0/8".to_owned(),
                6 if vpc.ipv6.is_some() => "::/0".to_owned(),
                _ => self.random.pick(&self.blocks).clone(),
            };
            self.route(table, &destination, &target, "");
        }
    }

    /// GRT: the table of the internet gateway.
    pub(super) fn write_edge_table(&mut self, vpc: &Vpc) {
        let all: Vec<String> = vpc.appliances.iter().map(|(id, _)| id.clone()).collect();
        let (Some(gateway), true) = (vpc.igw.clone(), !all.is_empty() && self.random.chance(50)) else {
            return;
        };
        let table = format!("rtb-{}edge", vpc.letter);
        let line = format!("table {table} in {} gateway {gateway}", vpc.id);
        self.routed.entry("edge".into()).or_default().insert(line.clone());
        self.line(line);
        for _ in 0..1 + self.random.below(2) {
            let appliance = self.random.pick(&all).clone();
            let destination = match self.random.below(5) {
                0 => vpc.blocks[0].to_string(),
                _ => self.random.pick(&vpc.subnets).block.to_string(),
            };
            self.route(&table, &destination, &appliance, "");
        }
    }
}
