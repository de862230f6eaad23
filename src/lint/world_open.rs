//! Rules of security groups that are open to the world and that packets of the world get to: what `sg-world-open` and
//! `sg-admin-world` have in common.

use super::Context;
use super::finding::Findings;
use super::run::Missing;
use super::world::{Exposure, common, is_wide, united};
use crate::network::{Component, GroupIndex, Origin, RulePeer};
use crate::packet::{Family, Interval};

/// A group with rules that are open to the world and usable.
pub struct Open<'w> {
    /// The group.
    pub component: Component,
    /// Its rules that are used, and how.
    pub rules: Vec<Origin>,
    /// What gets through them, by class of interfaces.
    pub reached: Vec<(&'w Exposure, Vec<Interval>)>,
}

impl Open<'_> {
    /// Everything that gets through.
    pub fn traffic(&self) -> Vec<Interval> {
        united(self.reached.iter().flat_map(|it| it.1.clone()).collect())
    }

    /// The interfaces that it gets to, by either family.
    pub fn interfaces(&self, context: &Context<'_>) -> Vec<Component> {
        let all = self.reached.iter().flat_map(|it| &it.0.interfaces);
        let mut found: Vec<Component> =
            all.map(|it| context.network.interfaces[it.index()].component).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The groups that let the world in to what `wanted` leaves of the traffic that gets to a class of interfaces.
pub fn open<'c>(
    context: &'c Context<'_>,
    wanted: impl Fn(&Exposure, Vec<Interval>) -> Vec<Interval>,
) -> Vec<Open<'c>> {
    let network = context.network;
    let mut found = Vec::new();
    let by_group = context.world().by_group(context);
    let mut groups: Vec<(GroupIndex, Vec<&Exposure>)> = by_group.into_iter().collect();
    groups.sort_unstable_by_key(|it| it.0);
    for (group, exposures) in groups {
        let Some(rules) = network.group_rules.get(group.index()) else { continue };
        let mut open = Open {
            component: network.groups[group.index()].component,
            rules: Vec::new(),
            reached: Vec::new(),
        };
        for exposure in exposures {
            let mut through = Vec::new();
            for rule in &rules.inbound {
                let RulePeer::Cidr(block) = &rule.peer else { continue };
                if Family::of(block.addr()) != exposure.family || !is_wide(*block) {
                    continue;
                }
                let both = common(network.transport.intervals(rule.transport), &exposure.passes);
                let left = wanted(exposure, both);
                if !left.is_empty() {
                    through.extend(left);
                    open.rules.push(rule.origin);
                }
            }
            if !through.is_empty() {
                open.reached.push((exposure, united(through)));
            }
        }
        open.rules.sort_unstable();
        open.rules.dedup();
        if !open.reached.is_empty() {
            found.push(open);
        }
    }
    found
}

/// Says what keeps some of it unknown.
pub fn say_gaps(context: &Context<'_>, findings: &mut Findings) {
    let gaps = context.world().gaps.iter();
    let calls = gaps.filter_map(|it| context.network.assumptions[it.index()].needs);
    let mut calls: Vec<&'static str> = calls.collect();
    calls.sort_unstable();
    calls.dedup();
    findings.skipped.extend(calls.into_iter().map(|call| Missing { call, account: None, region: None }));
}
