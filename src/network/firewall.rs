//! Firewalls: the policy that stands behind each of their endpoints, and the order of its rules (NFW-1 … NFW-14).

use ipnet::IpNet;

use super::compiler::{Compiler, Stage};
use super::firewall_policy::{PolicyInHand, stateful, stateless};
use super::inspection::FirewallRow;
use super::location::{AssumptionIndex, Component, FirewallIndex, Guard, Step};
use crate::model::{AssumptionCode, Firewall, FirewallPolicy, Place, ResourceKind, StreamException};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Firewalls are compiled where a route leads to an endpoint of theirs.
}

/// What happens to packets behind an endpoint of a firewall.
pub(super) fn behind(compiler: &mut Compiler<'_>, position: usize) -> Step {
    let firewall = &compiler.model.firewalls[position];
    let component = Compiler::resource(ResourceKind::Firewall, position);
    if let Some(known) = compiler.firewalls.iter().position(|row| row.component == component) {
        return Step::Inspect(FirewallIndex(known as u32));
    }
    match row(compiler, firewall, component) {
        Ok(row) => {
            compiler.firewalls.push(row);
            Step::Inspect(FirewallIndex(compiler.firewalls.len() as u32 - 1))
        }
        Err(gap) => Step::Guard(Guard::Unknown(gap)),
    }
}

/// What is said of the endpoint of a firewall that the snapshot does not have: AWS tags those.
pub(super) fn absent(compiler: &mut Compiler<'_>, id: &str, place: Option<Place>) -> AssumptionIndex {
    let about = format!("the firewall of {id}");
    let kind = ResourceKind::Firewall;
    compiler.assumption(AssumptionCode::MissingData, &about, Some(kind.call()), place)
}

fn row(
    compiler: &mut Compiler<'_>,
    firewall: &Firewall,
    component: Component,
) -> Result<FirewallRow, AssumptionIndex> {
    let model = compiler.model;
    let place = Some(firewall.about.place);
    if firewall.translates {
        // NFW-14.
        let about = format!("the translation of {}", firewall.name);
        return Err(compiler.assumption(AssumptionCode::NotModelled, &about, None, place));
    }
    let id = firewall.policy.as_ref();
    let position = id.and_then(|id| model.firewall_policies.position(id));
    let Some(position) = position else {
        let about = id.map_or(firewall.name.as_str(), |id| id.as_str());
        return Err(compiler.absent(ResourceKind::FirewallPolicy, about, None, None, place));
    };
    let policy = &model.firewall_policies[position];
    let home = home_net(compiler, firewall, policy);
    let mut policy = PolicyInHand { policy, position: position as u32, home };
    let stateless = stateless(compiler, &mut policy);
    let stateful = stateful(compiler, &mut policy);
    let name = firewall.name.as_str();
    let midstream = AssumptionCode::FirewallMidstream;
    let place = Some(policy.policy.about.place);
    let unseen = compiler.assumption(midstream, name, None, place);
    let beyond = format!("a rule that names a group beyond {name}");
    let references_gap = compiler.assumption(AssumptionCode::NotModelled, &beyond, None, place);
    let too_many = format!("{name}, whose rules cut these packets into too many parts,");
    Ok(FirewallRow {
        component,
        stateless,
        stateful,
        midstream: match policy.policy.stream_exception {
            None | Some(StreamException::Drop | StreamException::Reject) => None,
            Some(StreamException::Continue | StreamException::Unknown(_)) => Some(unseen),
        },
        unseen,
        references_gap,
        too_many: compiler.assumption(AssumptionCode::NotModelled, &too_many, None, place),
    })
}

/// NFW-9: what the policy says, else the blocks of the firewall's VPC.
fn home_net(
    compiler: &Compiler<'_>,
    firewall: &Firewall,
    policy: &FirewallPolicy,
) -> Option<Vec<compact_str::CompactString>> {
    if let Some(definition) = &policy.home_net {
        return Some(definition.clone());
    }
    let vpc = compiler.vpc_ids.get(firewall.vpc.as_ref()?)?;
    let cidrs = &compiler.vpcs[vpc.index()].cidrs;
    let texts = cidrs.iter().map(|net: &IpNet| compact_str::format_compact!("{net}"));
    Some(texts.collect()).filter(|texts: &Vec<_>| !texts.is_empty())
}
