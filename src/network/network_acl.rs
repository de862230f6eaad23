//! Network ACLs: entries, and a filter for each direction of each (ACL-1 … ACL-6).

use std::collections::BTreeMap;

use super::compiler::{Compiler, Stage};
use super::filter::{Filter, FilterId, Judge, Rule, RulePeer, first_match_filter};
use super::location::{AssumptionIndex, Component, Origin};
use super::rows::GroupRules;
use crate::model::{AclAction, AssumptionCode, NetworkAclEntry, ResourceKind, SubnetId};
use crate::packet::{AddressMap, TransportSet};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    match stage {
        Stage::Rows | Stage::Locations => {}
        Stage::Filters => {
            rules(compiler);
            guards(compiler);
        }
    }
}

fn rules(compiler: &mut Compiler<'_>) {
    for (position, acl) in compiler.model.network_acls.iter().enumerate() {
        let inbound = rules_of(compiler, position as u32, &acl.inbound, false);
        let outbound = rules_of(compiler, position as u32, &acl.outbound, true);
        compiler.acl_rules.push(GroupRules { inbound, outbound });
    }
}

fn rules_of(
    compiler: &mut Compiler<'_>,
    acl: u32,
    entries: &[NetworkAclEntry],
    is_outbound: bool,
) -> Vec<Rule> {
    let entries = entries.iter().enumerate();
    entries
        .map(|(number, entry)| Rule {
            origin: Origin::AclEntry { acl, is_outbound, entry: number as u16 },
            peer: RulePeer::Cidr(entry.cidr),
            transport: compiler.transport(entry.protocol),
            // An action that nobody knows does not admit; the filter says that it is unknown.
            admits: entry.action == AclAction::Allow,
        })
        .collect()
}

/// ACL-1: each subnet has exactly one ACL; one that the snapshot does not show is unknown, never open.
fn guards(compiler: &mut Compiler<'_>) {
    let mut by_subnet: BTreeMap<&SubnetId, usize> = BTreeMap::new();
    for (position, acl) in compiler.model.network_acls.iter().enumerate() {
        by_subnet.extend(acl.subnets.iter().map(|subnet| (subnet, position)));
    }
    for index in 0..compiler.subnets.len() {
        let row = &compiler.subnets[index];
        let subnet = match row.component {
            Component::Resource(_, position) => compiler.model.subnets.get_row(position as usize),
            Component::Internet | Component::OnPremises | Component::Service(_) => None,
        };
        let position = by_subnet.get(&row.id).copied();
        let acl = match position {
            Some(position) => [false, true].map(|is_outbound| known(compiler, position, is_outbound)),
            None => {
                let id = subnet
                    .map_or_else(|| compiler.vpcs[row.vpc.index()].id.to_string(), |it| it.id.to_string());
                let about = subnet.map(|it| it.about.clone()).unwrap_or_default();
                let is_held = compiler.model.coverage.holds(
                    ResourceKind::NetworkAcl,
                    about.account.as_ref(),
                    about.region.as_ref(),
                );
                let assumes = compiler.model.coverage.assume_defaults && !is_held;
                let code = if assumes { AssumptionCode::DefaultAssumed } else { AssumptionCode::MissingData };
                let call = Some(ResourceKind::NetworkAcl.call());
                let gap = compiler.assumption(code, &id, call, Some(about.place));
                [false, true].map(|is_outbound| unknown(compiler, gap, assumes, is_outbound))
            }
        };
        compiler.subnets[index].acl = acl;
    }
}

fn known(compiler: &mut Compiler<'_>, position: usize, is_outbound: bool) -> FilterId {
    let judge = Judge::Acl { acl: Some(position as u32), is_outbound };
    compiler.filter(judge.clone(), |compiler| {
        let rules = compiler.acl_rules[position].direction(is_outbound).to_vec();
        let acl = &compiler.model.network_acls[position];
        let entries = if is_outbound { &acl.outbound } else { &acl.inbound };
        let odd = entries.iter().find(|entry| matches!(entry.action, AclAction::Unknown(_)));
        let certain = first_match_filter(&mut compiler.workspace, &rules);
        let (possible, gaps): (_, Box<[AssumptionIndex]>) = match odd {
            None => (None, Box::new([])),
            Some(entry) => {
                let word = format!("RuleAction of entry {} of {}", entry.number, acl.id);
                let place = Some(acl.about.place);
                let gap = compiler.assumption(AssumptionCode::UnknownWord, &word, None, place);
                (Some(AddressMap::constant(TransportSet::ALL)), Box::new([gap]))
            }
        };
        let (references, absent) = (Box::new([]), (TransportSet::EMPTY, Box::new([]) as Box<[_]>));
        Filter { judge, certain, possible, references, absent, gaps }
    })
}

/// AWS's default ACL admits everything, and so may one that nobody has seen.
fn unknown(compiler: &mut Compiler<'_>, gap: AssumptionIndex, assumes: bool, is_outbound: bool) -> FilterId {
    let everything = AddressMap::constant(TransportSet::ALL);
    let nothing = AddressMap::constant(TransportSet::EMPTY);
    let (certain, possible) = if assumes { (everything, None) } else { (nothing, Some(everything)) };
    compiler.acl_filters.push(Filter {
        judge: Judge::Acl { acl: None, is_outbound },
        certain,
        possible,
        references: Box::new([]),
        absent: (TransportSet::EMPTY, Box::new([])),
        gaps: Box::new([gap]),
    });
    FilterId::Acl(compiler.acl_filters.len() as u32 - 1)
}
