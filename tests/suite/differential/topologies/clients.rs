//! Client VPN endpoints, with the interfaces that send for their clients.

use super::super::random::Random;
use super::{Maker, Vpc};

const GROUPS: &[&str] = &["", "", " group developers", " group managers"];

impl Maker<'_> {
    /// An endpoint in a VPC, its routes and its rules. By a stream of its own: other networks stay what they were.
    pub(super) fn write_clients(&mut self, vpcs: &mut [Vpc], random: &mut Random) {
        for vpc in vpcs {
            if !random.chance(60) {
                continue;
            }
            let id = format!("cvpn-endpoint-{}", vpc.letter);
            let mut subnets: Vec<usize> = (0..vpc.subnets.len()).collect();
            let count = (1 + random.below(2)).min(subnets.len());
            while subnets.len() > count {
                subnets.remove(random.below(subnets.len()));
            }
            let group =
                random.any(&vpc.groups).cloned().unwrap_or_else(|| format!("sg-default-{}", vpc.letter));
            let mut names = Vec::new();
            for number in subnets {
                let (name, block) = (vpc.subnets[number].id.clone(), vpc.subnets[number].block);
                let Some(address) = self.free_address(vpc, block) else { continue };
                let door = format!("eni-cv{}{number}", vpc.letter);
                let public =
                    if random.chance(30) { format!(" public {}", self.next_public()) } else { String::new() };
                self.line(format!("eni {door} {address} in {name} sg {group} detached{public}"));
                self.line(format!("set {door} Description \"ClientVPN Endpoint {id}\""));
                self.line(format!("set {door} Status in-use"));
                names.push(name);
            }
            if names.is_empty() {
                continue;
            }
            let state = if random.chance(6) { " state pending-associate" } else { "" };
            self.line(format!("cvpn {id} 10.99.0.0/22 in {} sg {group}{state}", names.join(",")));
            self.write_gates(vpc, &id, &names, random);
        }
    }

    fn write_gates(&mut self, vpc: &Vpc, id: &str, subnets: &[String], random: &mut Random) {
        let own = vpc.blocks[0].to_string();
        let blocks: Vec<String> = self.blocks.iter().filter(|it| **it != own).cloned().collect();
        let elsewhere = random.any(&blocks).filter(|it| *it != "0.0.0.0/0");
        for block in ["0.0.0.0/0".to_owned()].iter().chain(elsewhere) {
            if random.chance(60) {
                let state = if random.chance(6) { " state failed" } else { "" };
                let line = format!("cvpn-route {id} {block} -> {}{state}", random.pick(subnets));
                if !self.topology.lines.contains(&line) {
                    self.line(line);
                }
            }
        }
        let inside: Vec<String> = vpc.subnets.iter().map(|it| it.block.to_string()).collect();
        let mut written: Vec<(String, &str)> = Vec::new();
        for block in ["0.0.0.0/0".to_owned(), own].iter().chain(&inside).chain(random.any(&blocks)) {
            let group = *random.pick(GROUPS);
            if random.chance(60) && !written.contains(&(block.clone(), group)) {
                written.push((block.clone(), group));
                let state = if random.chance(6) { " state revoking" } else { "" };
                self.line(format!("cvpn-rule {id} {block}{group}{state}"));
            }
        }
    }
}
