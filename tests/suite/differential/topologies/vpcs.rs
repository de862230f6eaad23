//! VPCs with what stands in them: gateways, subnets, interfaces, NAT gateways, endpoints.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use super::{ACCOUNTS, Interface, Maker, Vpc};

impl Maker<'_> {
    pub(super) fn write_lists(&mut self) {
        if self.features.endpoints {
            self.line("prefix-list pl-s3 52.216.0.0/15 3.5.0.0/16 service s3");
            self.line("prefix-list pl-dynamo 52.94.0.0/22 service dynamodb");
            self.line("prefix-list pl-dynamo6 2600:1f00::/40 service dynamodb6");
        }
        if !self.features.lists {
            return;
        }
        let common = self.random.pick(&self.blocks).clone();
        for number in 0..1 + self.random.below(3) {
            let mut entries = BTreeSet::from([common.clone()]);
            for _ in 0..self.random.below(3) {
                entries.insert(self.random.pick(&self.blocks).clone());
            }
            let entries: Vec<String> = entries.into_iter().collect();
            let unread = if self.features.missing && self.random.chance(40) { " unread" } else { "" };
            self.line(format!("prefix-list pl-{number} {}{unread}", entries.join(" ")));
            self.lists.push(format!("pl-{number}"));
        }
        if self.features.ipv6 {
            let entry = self.random.pick(&self.blocks_ipv6).clone();
            self.line(format!("prefix-list pl-six {entry}"));
            self.lists_ipv6.push("pl-six".to_owned());
        }
    }

    pub(super) fn write_vpc(&mut self, vpc: &mut Vpc) {
        let mut line = format!("vpc {}", vpc.id);
        for block in &vpc.blocks {
            line += &format!(" {block}");
        }
        match vpc.ipv6 {
            Some(net) if net.to_string().starts_with("fd") => line += &format!(" private-ipv6 {net}"),
            Some(net) => line += &format!(" {net}"),
            None => {}
        }
        self.line(line);
        if self.features.internet && self.random.chance(85) {
            let id = format!("igw-{}", vpc.letter);
            let state = if self.random.chance(4) { " state detaching" } else { "" };
            let place = if self.random.chance(4) { String::new() } else { format!(" in {}", vpc.id) };
            self.line(format!("igw {id}{place}{state}"));
            vpc.igw = Some(id);
        }
        if vpc.ipv6.is_some() && self.random.chance(40) {
            let id = format!("eigw-{}", vpc.letter);
            let place = if self.random.chance(5) { String::new() } else { format!(" in {}", vpc.id) };
            self.line(format!("eigw {id}{place}"));
            vpc.eigw = Some(id);
        }
        if self.features.acls {
            for number in 0..1 + self.random.below(2) {
                let id = format!("acl-{}{number}", vpc.letter);
                self.line(format!("acl {id} in {}", vpc.id));
                vpc.acls.push(id);
            }
        }
        for group in &vpc.groups {
            self.topology.line(format!("sg {group} in {}", vpc.id));
        }
        let shared = format!("rtb-{}x", vpc.letter);
        if vpc.subnets.iter().any(|it| it.table == shared) {
            self.line(format!("table {shared} in {}", vpc.id));
        }
        for number in 0..vpc.subnets.len() {
            self.write_subnet(vpc, number, &shared);
        }
        if self.features.appliances {
            self.write_appliances(vpc);
            if self.random.chance(40) {
                self.write_gateway_load_balancer(vpc);
            }
        }
        if self.features.firewalls && self.random.chance(70) {
            self.write_firewall(vpc);
        }
        if self.features.nat {
            for number in 0..1 + self.random.below(2) {
                self.write_nat(vpc, number);
            }
        }
    }

    pub(super) fn write_subnet(&mut self, vpc: &Vpc, number: usize, shared: &str) {
        let subnet = &vpc.subnets[number];
        let mut line = format!("subnet {} {}", subnet.id, subnet.block);
        if let Some(net) = subnet.ipv6 {
            line += &format!(" {net}");
        }
        line += &format!(" in {} zone {}", vpc.id, subnet.zone);
        if subnet.table == shared {
            line += &format!(" table {shared}");
        }
        if let Some(acl) = self.random.any(&vpc.acls)
            && self.random.chance(60)
        {
            line += &format!(" acl {acl}");
        }
        let guest = ACCOUNTS[1 - usize::from(vpc.account == ACCOUNTS[1])];
        let is_shared = self.features.accounts && self.random.chance(25);
        if is_shared {
            line += &format!(" shared-with {guest}");
        }
        self.line(line);
        for interface in &vpc.subnets[number].interfaces {
            self.write_interface(vpc, interface, is_shared.then_some(guest));
        }
    }

    pub(super) fn write_interface(&mut self, vpc: &Vpc, interface: &Interface, guest: Option<&str>) {
        let id = &interface.id;
        let mut line = format!("eni {id}");
        for address in &interface.ipv4 {
            line += &format!(" {address}");
        }
        for address in &interface.ipv6 {
            line += &format!(" {address}");
        }
        let subnet = vpc.subnets.iter().find(|it| it.interfaces.iter().any(|it| it.id == *id));
        let subnet = subnet.expect("an interface stands in a subnet of its VPC");
        if self.random.chance(6) && subnet.block.prefix_len() <= 24 {
            // The last /28 but one, where few single addresses are.
            let start = u32::from(subnet.block.broadcast()) - 31;
            let range = start..start + 16;
            if !vpc.taken.iter().any(|it| range.contains(&u32::from(*it))) && subnet.interfaces[0].id == *id {
                line += &format!(" {}/28", Ipv4Addr::from(start));
            }
        }
        line += &format!(" in {}", subnet.id);
        match self.random.below(20) {
            0 => line += " sg none",
            1 if self.random.chance(40) => {}
            2 | 3 => line += &format!(" sg {},sg-default-{}", self.random.pick(&vpc.groups), vpc.letter),
            _ => line += &format!(" sg {}", self.random.pick(&vpc.groups)),
        }
        let is_public = self.features.internet && self.random.chance(45);
        if is_public {
            line += &format!(" public {}", self.next_public());
        }
        if self.random.chance(8) {
            line += &format!(" on i-{}", vpc.letter);
        }
        if let Some(guest) = guest
            && self.random.chance(60)
        {
            line += &format!(" account {guest}");
        }
        if self.random.chance(5) {
            line += " no-check";
        }
        if self.random.chance(3) {
            line += " detached";
        }
        self.line(line);
        if let [_, second, ..] = interface.ipv4[..]
            && self.features.internet
            && self.random.chance(40)
        {
            let public = self.next_public();
            self.line(format!("eip {public} to {id} at {second}"));
        }
    }

    pub(super) fn write_nat(&mut self, vpc: &mut Vpc, number: usize) {
        let id = format!("nat-{}{number}", vpc.letter);
        let state = match self.random.below(25) {
            0 => " state deleted",
            1 => " state failed",
            2 => " state pending",
            _ => "",
        };
        if self.features.internet && self.random.chance(15) {
            let first = self.next_public();
            let second = self.next_public();
            let both = if self.random.chance(50) { format!(",b={second}") } else { String::new() };
            let manual = if self.random.chance(35) { " manual" } else { "" };
            self.line(format!("nat {id} in {} zones a={first}{both}{state}{manual}", vpc.id));
            vpc.nats.push(id);
            return;
        }
        let position = self.random.below(vpc.subnets.len());
        let (subnet, block) = (vpc.subnets[position].id.clone(), vpc.subnets[position].block);
        let Some(address) = self.free_address(vpc, block) else { return };
        let mut addresses = vec![address];
        if self.random.chance(15) {
            addresses.extend(self.free_address(vpc, block));
        }
        let is_public = self.features.internet && self.random.chance(75);
        let publics: Vec<String> =
            addresses.iter().filter(|_| is_public).map(|_| ()).map(|()| self.next_public()).collect();
        let addresses: Vec<String> = addresses.iter().map(|it| it.to_string()).collect();
        let publics = if is_public { format!(" public {}", publics.join(",")) } else { String::new() };
        self.line(format!("nat {id} {} in {subnet}{publics}{state}", addresses.join(" ")));
        vpc.nat_tables.insert(vpc.subnets[position].table.clone());
        vpc.nats.push(id);
    }

    pub(super) fn write_endpoints(&mut self, vpcs: &mut [Vpc]) {
        if !self.features.endpoints {
            return;
        }
        for vpc in vpcs {
            let state = match self.random.below(20) {
                0 => " state pendingAcceptance",
                1 => " state deleted",
                _ => "",
            };
            let tables: BTreeSet<String> =
                vpc.subnets.iter().map(|it| it.table.clone()).filter(|_| self.random.chance(70)).collect();
            let tables: Vec<String> = tables.into_iter().collect();
            if !tables.is_empty() && self.random.chance(70) {
                let (service, list) = *self.random.pick(&[
                    ("s3", "pl-s3"),
                    ("dynamodb", "pl-dynamo"),
                    ("dynamodb", "pl-dynamo6"),
                ]);
                let id = format!("vpce-{}gw", vpc.letter);
                let tables = tables.join(",");
                self.line(format!(
                    "endpoint {id} {service} in {} list {list} tables {tables}{state}",
                    vpc.id
                ));
            }
            if self.random.chance(60) {
                let position = self.random.below(vpc.subnets.len());
                let (subnet, block) = (vpc.subnets[position].id.clone(), vpc.subnets[position].block);
                let Some(address) = self.free_address(vpc, block) else { continue };
                let group = self.random.pick(&vpc.groups);
                let line =
                    format!("endpoint vpce-{} ssm {address} in {subnet} sg {group}{state}", vpc.letter);
                self.topology.line(line);
            }
        }
    }
}
