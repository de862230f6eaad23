//! Policies of firewalls: all rules in the order in which they are tried, the default last (NFW-2, NFW-4, NFW-5).

use super::compiler::Compiler;
use super::firewall_rule_group::{Made, Names};
use super::inspection::{InspectionAction, InspectionRule, InspectionSide};
use super::location::{AssumptionIndex, Origin};
use crate::model::{
    AssumptionCode, DomainListKind, FirewallPolicy, FirewallRuleGroup, FirewallRules, Place, ResourceKind,
    RuleGroupReference, RuleOrder, StatefulAction, StatefulDefault, StatefulRule, StatelessAction,
};
use crate::packet::{Packets, protocol};

/// A policy, with what `HOME_NET` is for a firewall that has it.
pub(super) struct PolicyInHand<'a> {
    pub policy: &'a FirewallPolicy,
    pub position: u32,
    pub home: Option<Vec<compact_str::CompactString>>,
}

/// A rule for whatever packets.
fn any(origin: Origin, action: InspectionAction, gap: Option<AssumptionIndex>) -> InspectionRule {
    InspectionRule {
        origin,
        packets: [Some(Packets::default()), Some(Packets::default())],
        action,
        gap,
        side: InspectionSide::Both,
        flags: Box::default(),
    }
}

/// Nobody can tell whether it passes or drops: both, each perhaps.
fn either(origin: Origin, gap: AssumptionIndex) -> [InspectionRule; 2] {
    [InspectionAction::Pass, InspectionAction::Drop].map(|action| any(origin, action, Some(gap)))
}

/// NFW-2: groups by priority, rules by priority, then the default.
pub(super) fn stateless(compiler: &mut Compiler<'_>, policy: &mut PolicyInHand<'_>) -> Vec<InspectionRule> {
    let mut rules = Vec::new();
    for reference in &policy.policy.stateless_groups {
        let (row, group) = match group(compiler, reference, policy.policy.about.place) {
            Ok(found) => found,
            Err((origin, gap)) => {
                rules.extend(either(origin, gap));
                continue;
            }
        };
        let FirewallRules::Stateless(list) = &group.rules else {
            let origin = Origin::FirewallGroup { group: row };
            let gap = unseen(compiler, group);
            rules.extend(either(origin, gap));
            continue;
        };
        for (number, rule) in list.iter().enumerate() {
            let origin = Origin::FirewallStateless { group: row, rule: number as u32 };
            let about = format!("{} stateless {}", group.name, rule.priority);
            let gap = compiler.assumption(
                AssumptionCode::FirewallRuleOptions,
                &about,
                None,
                Some(group.about.place),
            );
            match (&rule.matches, &rule.action) {
                (Some(matches), Some(action)) => {
                    let made = Made { origin, action: action_of(action), gap };
                    rules.extend(super::firewall_rule_group::stateless(&made, matches));
                }
                (None, _) | (_, None) => rules.extend(either(origin, gap)),
            }
        }
    }
    let origin = Origin::FirewallDefault { policy: policy.position, is_stateful: false };
    match &policy.policy.stateless_default {
        Some(action) => rules.push(any(origin, action_of(action), None)),
        None => {
            let place = Some(policy.policy.about.place);
            let about = format!("the default of {}", policy.policy.name);
            let gap = compiler.assumption(AssumptionCode::UnknownWord, &about, None, place);
            rules.extend(either(origin, gap));
        }
    }
    rules
}

fn action_of(action: &StatelessAction) -> InspectionAction {
    match action {
        StatelessAction::Pass => InspectionAction::Pass,
        StatelessAction::Drop => InspectionAction::Drop,
        // What nobody knows is read as none at all.
        StatelessAction::Forward | StatelessAction::Unknown(_) => InspectionAction::Inspect,
    }
}

/// A group that a policy names, or where its rules would stand and what is said of its absence.
fn group<'a>(
    compiler: &mut Compiler<'a>,
    reference: &RuleGroupReference,
    place: Place,
) -> Result<(u32, &'a FirewallRuleGroup), (Origin, AssumptionIndex)> {
    let groups = &compiler.model.firewall_rule_groups;
    match groups.position(&reference.id) {
        Some(position) => Ok((position as u32, &groups[position])),
        None => {
            let kind = ResourceKind::FirewallRuleGroup;
            let gap = compiler.absent(kind, reference.id.as_str(), None, None, Some(place));
            Err((Origin::FirewallGroup { group: u32::MAX }, gap))
        }
    }
}

/// What is said of a group whose rules the answer does not show.
fn unseen(compiler: &mut Compiler<'_>, group: &FirewallRuleGroup) -> AssumptionIndex {
    let code = AssumptionCode::FirewallRuleGroupType;
    compiler.assumption(code, &group.name, None, Some(group.about.place))
}

/// NFW-4, NFW-5: all rules in the order in which they are tried, then the default.
pub(super) fn stateful(compiler: &mut Compiler<'_>, policy: &mut PolicyInHand<'_>) -> Vec<InspectionRule> {
    let mut rules: Vec<InspectionRule> = Vec::new();
    for reference in &policy.policy.stateful_groups {
        match group(compiler, reference, policy.policy.about.place) {
            Ok((row, group)) => {
                let found = of_group(compiler, policy, row, group);
                let is_kept =
                    |rule: &InspectionRule| !(reference.only_alerts && rule.action == InspectionAction::Drop);
                rules.extend(found.into_iter().filter(is_kept));
            }
            // AWS's own groups drop and alert.
            Err((origin, _)) if reference.id.as_str().contains(":aws-managed:") => {
                if !reference.only_alerts {
                    let name = reference.id.as_str().rsplit('/').next().unwrap_or_default();
                    let code = AssumptionCode::FirewallRuleGroupType;
                    let place = Some(policy.policy.about.place);
                    let gap = compiler.assumption(code, name, None, place);
                    rules.push(any(origin, InspectionAction::Drop, Some(gap)));
                }
            }
            Err((origin, gap)) => rules.extend(either(origin, gap)),
        }
    }
    let origin = Origin::FirewallDefault { policy: policy.position, is_stateful: true };
    match &policy.policy.order {
        RuleOrder::StrictOrder => {
            for default in &policy.policy.stateful_defaults {
                rules.extend(default_rules(compiler, policy, default, origin));
            }
        }
        RuleOrder::DefaultActionOrder => rules.sort_by_key(|rule| rule.action != InspectionAction::Pass),
        RuleOrder::Unknown(word) => {
            let place = Some(policy.policy.about.place);
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            rules.splice(0..0, either(origin, gap));
        }
    }
    rules.push(any(origin, InspectionAction::PassByDefault, None));
    rules
}

fn default_rules(
    compiler: &mut Compiler<'_>,
    policy: &PolicyInHand<'_>,
    default: &StatefulDefault,
    origin: Origin,
) -> Vec<InspectionRule> {
    match default {
        StatefulDefault::DropStrict => vec![any(origin, InspectionAction::Drop, None)],
        StatefulDefault::DropEstablished => {
            // A handshake passes, and nothing that comes after it: that is no connection. Without connections, the
            // first packets pass until somebody answers.
            let tcp = u32::from(protocol::TCP) << 16;
            let packets = Packets { transport: Some(vec![(tcp, tcp | 0xffff)]), ..Packets::default() };
            let packets = [Some(packets.clone()), Some(packets)];
            vec![
                InspectionRule { packets, ..any(origin, InspectionAction::Drop, None) },
                any(origin, InspectionAction::PassUnanswered, None),
            ]
        }
        StatefulDefault::AlertStrict
        | StatefulDefault::AlertEstablished
        | StatefulDefault::AlertEstablishedAppLayer => Vec::new(),
        StatefulDefault::Unknown(word) => {
            let place = Some(policy.policy.about.place);
            let gap = compiler.assumption(AssumptionCode::UnknownWord, word, None, place);
            vec![any(origin, InspectionAction::Drop, Some(gap))]
        }
    }
}

fn of_group(
    compiler: &mut Compiler<'_>,
    policy: &PolicyInHand<'_>,
    row: u32,
    group: &FirewallRuleGroup,
) -> Vec<InspectionRule> {
    let origin = Origin::FirewallGroup { group: row };
    let names = Names { group, home: policy.home.as_deref() };
    match &group.rules {
        FirewallRules::Stateful(list, _) => {
            let each = list.iter().enumerate();
            each.flat_map(|(number, rule)| {
                let origin = Origin::FirewallStateful { group: row, rule: number as u32 };
                of_rule(compiler, &names, rule, origin)
            })
            .collect()
        }
        FirewallRules::Domains(kind) => {
            // What is asked for stands in the request, not in a header.
            let gap = unseen(compiler, group);
            let made = |action| Made { origin, action, gap };
            let pass = super::firewall_rule_group::domains(compiler, &names, &made(InspectionAction::Pass));
            let drop = super::firewall_rule_group::domains(compiler, &names, &made(InspectionAction::Drop));
            match kind {
                DomainListKind::AllowList | DomainListKind::Unknown(_) => [pass, drop].concat(),
                DomainListKind::DenyList | DomainListKind::RejectList => drop,
                DomainListKind::AlertList => Vec::new(),
            }
        }
        FirewallRules::Unseen | FirewallRules::Stateless(_) => {
            let gap = unseen(compiler, group);
            let is_of_aws = group.id.as_str().contains(":aws-managed:");
            if is_of_aws {
                vec![any(origin, InspectionAction::Drop, Some(gap))]
            } else {
                either(origin, gap).to_vec()
            }
        }
    }
}

fn of_rule(
    compiler: &mut Compiler<'_>,
    names: &Names<'_>,
    rule: &StatefulRule,
    origin: Origin,
) -> Vec<InspectionRule> {
    let place = Some(names.group.about.place);
    let about = format!("{} {}", names.group.name, rule.label());
    let gap = compiler.assumption(AssumptionCode::FirewallRuleOptions, &about, None, place);
    let (Some(header), Some(action)) = (&rule.header, &rule.action) else {
        return either(origin, gap).to_vec();
    };
    let action = match action {
        StatefulAction::Pass => InspectionAction::Pass,
        // NFW-15: a reject answers, and lets nothing through either.
        StatefulAction::Drop | StatefulAction::Reject => InspectionAction::Drop,
        StatefulAction::Alert | StatefulAction::Unknown(_) => return Vec::new(),
    };
    let made = Made { origin, action, gap };
    super::firewall_rule_group::stateful(compiler, names, &made, rule, header)
}
