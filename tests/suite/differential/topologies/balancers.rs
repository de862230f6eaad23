//! Load balancers, their targets, and endpoint services before them.

use super::{Maker, Vpc};

const LISTENED: &[u16] = &[22, 80, 443, 8080];

impl Maker<'_> {
    pub(super) fn write_balancers(&mut self, vpcs: &mut [Vpc]) {
        // Decided by what is there already, so that networks without any are the same as before.
        if self.topology.lines.len() % 10 >= 3 {
            return;
        }
        for position in 0..vpcs.len() {
            if !self.random.chance(70) {
                continue;
            }
            let (account, region) = (vpcs[position].account, vpcs[position].region);
            self.line(format!("account {account}"));
            self.line(format!("region {region}"));
            for number in 0..1 + self.random.below(2) {
                match self.random.below(10) {
                    0 | 1 => self.write_classic(&mut vpcs[position], number),
                    2..=4 => self.write_balancer(vpcs, position, (number, "application")),
                    _ => self.write_balancer(vpcs, position, (number, "network")),
                }
            }
        }
    }

    /// Some subnets with an address in each.
    fn places(&mut self, vpc: &mut Vpc) -> Option<(Vec<String>, Vec<String>)> {
        let mut subnets = Vec::new();
        let mut addresses = Vec::new();
        for _ in 0..1 + self.random.below(2) {
            let subnet = self.random.pick(&vpc.subnets);
            let (id, block) = (subnet.id.clone(), subnet.block);
            if subnets.contains(&id) {
                continue;
            }
            let address = self.free_address(vpc, block)?;
            // Of the last /28 but one, an interface may have the whole.
            let from_end = u32::from(block.broadcast()) - u32::from(address);
            if (16..32).contains(&from_end) {
                continue;
            }
            subnets.push(id);
            addresses.push(address.to_string());
        }
        (!subnets.is_empty()).then_some((subnets, addresses))
    }

    fn publics(&mut self, count: usize) -> String {
        if !self.features.internet || self.random.chance(50) {
            return String::new();
        }
        let publics: Vec<String> = (0..count).map(|_| self.next_public()).collect();
        format!(" public {}", publics.join(","))
    }

    fn write_balancer(&mut self, vpcs: &mut [Vpc], position: usize, (number, kind): (usize, &str)) {
        let Some((subnets, addresses)) = self.places(&mut vpcs[position]) else { return };
        let vpc = &vpcs[position];
        let (letter, name) = (vpc.letter, format!("lb-{}{number}", vpc.letter));
        let is_network = kind == "network";
        let group = match is_network && self.random.chance(50) {
            true => "none".to_owned(),
            false => self.random.pick(&vpc.groups).clone(),
        };
        let publics = self.publics(addresses.len());
        let odd = match self.random.below(20) {
            0 => " state provisioning",
            1 => " unread",
            _ => "",
        };
        let crosses = if self.random.chance(40) { " cross-zone" } else { "" };
        let (addresses, subnets) = (addresses.join(" "), subnets.join(","));
        self.line(format!("lb {name} {kind} {addresses} in {subnets} sg {group}{publics}{crosses}{odd}"));
        let mut groups = Vec::new();
        for index in 0..1 + self.random.below(3) {
            let id = format!("tg-{letter}{number}{index}");
            self.write_target_group(vpcs, position, &id, is_network);
            groups.push(id);
        }
        for port in LISTENED.iter().filter(|_| self.random.chance(45)).copied().collect::<Vec<u16>>() {
            let protocol = match is_network {
                true => *self.random.pick(&["TCP", "TCP", "UDP", "TCP_UDP", "TLS"]),
                false => *self.random.pick(&["HTTP", "HTTPS"]),
            };
            let target = match !is_network && self.random.chance(15) {
                true => "redirect".to_owned(),
                false => self.some_of(&groups),
            };
            self.line(format!("listener {name} {protocol} {port} -> {target}"));
            for rule in 0..if is_network { 0 } else { self.random.below(3) } {
                let path = if self.random.chance(50) { " path /*" } else { "" };
                let source = self.random.pick(&self.blocks).clone();
                let source = if self.random.chance(70) { format!(" source {source}") } else { String::new() };
                let target = self.some_of(&groups);
                self.line(format!("rule {name}-{port} {} -> {target}{path}{source}", 10 - rule));
            }
        }
        if is_network && self.random.chance(50) {
            self.write_service(vpcs, position, &name);
        }
    }

    fn some_of(&mut self, groups: &[String]) -> String {
        let first = self.random.pick(groups).clone();
        let second = self.random.pick(groups).clone();
        if first != second && self.random.chance(25) { format!("{first},{second}") } else { first }
    }

    fn write_target_group(&mut self, vpcs: &[Vpc], position: usize, id: &str, is_network: bool) {
        let vpc = &vpcs[position];
        let by_instance = self.random.chance(55);
        let kind = if by_instance { "instance" } else { "ip" };
        let protocol = match is_network {
            true => *self.random.pick(&["TCP", "TCP", "TLS", "UDP", "TCP_UDP"]),
            false => "HTTP",
        };
        let port = *self.random.pick(LISTENED);
        let mut targets = Vec::new();
        for _ in 0..self.random.below(4) {
            let of = if !by_instance && self.random.chance(15) { self.random.pick(vpcs) } else { vpc };
            let interfaces: Vec<_> = of.subnets.iter().flat_map(|it| &it.interfaces).collect();
            let Some(interface) = self.random.any(&interfaces).copied() else { continue };
            let mut target = match by_instance {
                true => format!("i-{}", interface.id.trim_start_matches("eni-")),
                false => interface.ipv4[0].to_string(),
            };
            if self.random.chance(20) {
                target += &format!(":{}", self.random.pick(LISTENED));
            }
            if self.random.chance(10) {
                target += &format!("@{}{}", of.region, self.random.pick(super::ZONES));
            }
            if self.random.chance(25) {
                let states = ["=unhealthy", "=unused", "=draining", "=initial"];
                target += *self.random.pick(&states);
            }
            targets.push(target);
        }
        let to = match targets.is_empty() {
            true if self.random.chance(80) => {
                return self.line(format!("target-group {id} lambda HTTP in {}", vpc.id));
            }
            true => String::new(),
            false => format!(" to {}", targets.join(",")),
        };
        let preserve = *self.random.pick(&["", "", " preserve on", " preserve off"]);
        let crosses = *self.random.pick(&["", "", "", " cross-zone on", " cross-zone off"]);
        let health = if self.random.chance(20) { " health 8080" } else { "" };
        let unread = if self.random.chance(5) { " unread" } else { "" };
        let vpc = vpc.id.clone();
        self.line(format!(
            "target-group {id} {kind} {protocol} {port} in {vpc}{to}{preserve}{crosses}{health}{unread}"
        ));
    }

    fn write_classic(&mut self, vpc: &mut Vpc, number: usize) {
        let Some((subnets, addresses)) = self.places(vpc) else { return };
        let name = format!("lb-{}{number}", vpc.letter);
        let interfaces: Vec<String> = vpc
            .subnets
            .iter()
            .flat_map(|it| &it.interfaces)
            .map(|it| format!("i-{}", it.id.trim_start_matches("eni-")))
            .collect();
        let mut instances: Vec<String> = Vec::new();
        for _ in 0..self.random.below(3) {
            instances.extend(self.random.any(&interfaces).cloned());
        }
        instances.dedup();
        let instances = match instances.is_empty() {
            true => String::new(),
            false => format!(" instances {}", instances.join(",")),
        };
        let group = self.random.pick(&vpc.groups).clone();
        let publics = self.publics(addresses.len());
        let crosses = *self.random.pick(&[" cross-zone on", " cross-zone off", ""]);
        let (addresses, subnets) = (addresses.join(" "), subnets.join(","));
        self.line(format!(
            "classic-lb {name} {addresses} in {subnets}{instances} sg {group}{publics}{crosses}"
        ));
        for port in LISTENED.iter().filter(|_| self.random.chance(40)).copied().collect::<Vec<u16>>() {
            let inside = *self.random.pick(LISTENED);
            self.line(format!("listener {name} TCP {port} -> {inside}"));
        }
    }

    /// An endpoint service, and endpoints for it in some VPCs.
    fn write_service(&mut self, vpcs: &mut [Vpc], position: usize, balancer: &str) {
        let id = format!("vpce-svc-{}", balancer.trim_start_matches("lb-"));
        let acceptance = if self.random.chance(30) { " acceptance" } else { "" };
        self.line(format!("endpoint-service {id} lbs {balancer}{acceptance}"));
        let home = (vpcs[position].account, vpcs[position].region);
        for (number, vpc) in vpcs.iter_mut().enumerate() {
            if !self.random.chance(40) {
                continue;
            }
            let Some((subnets, addresses)) = self.places(vpc) else { continue };
            let group = self.random.pick(&vpc.groups).clone();
            let endpoint = format!("vpce-{}{number}", id.trim_start_matches("vpce-svc-"));
            self.line(format!("account {}", vpc.account));
            self.line(format!("region {}", vpc.region));
            let (addresses, subnets) = (addresses.join(" "), subnets.join(","));
            self.line(format!("endpoint {endpoint} {id} {addresses} in {subnets} sg {group}"));
            self.line(format!("account {}", home.0));
            self.line(format!("region {}", home.1));
            if self.random.chance(25) {
                let state = *self.random.pick(&["available", "pendingAcceptance", "rejected"]);
                self.line(format!("endpoint-connection {id} {endpoint} state {state}"));
            }
        }
    }
}
