//! Policies of firewalls: which rule groups, in which order, and what is done with the rest (NFW-2, NFW-4, NFW-5).

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::firewall::name_of;
use super::firewall_rule_group::SetWire;
use super::words::{Word, words};
use super::{
    About, ElementError, FirewallPolicyId, FirewallRuleGroupId, Reading, Resource, ResourceKind, Tags,
};

words! {
    /// What the stateless engine does with a packet (NFW-2).
    StatelessAction {
        Pass = "aws:pass",
        Drop = "aws:drop",
        Forward = "aws:forward_to_sfe",
    }
}

words! {
    /// In which order the stateful engine tries its rules (NFW-4, NFW-5).
    RuleOrder {
        DefaultActionOrder = "DEFAULT_ACTION_ORDER",
        StrictOrder = "STRICT_ORDER",
    }
}

words! {
    /// What the stateful engine does with what no rule of strict order matches (NFW-5).
    StatefulDefault {
        DropStrict = "aws:drop_strict",
        DropEstablished = "aws:drop_established",
        AlertStrict = "aws:alert_strict",
        AlertEstablished = "aws:alert_established",
        AlertEstablishedAppLayer = "aws:alert_established_app_layer",
    }
}

words! {
    /// What is done with a TCP connection whose beginning the engine has not seen.
    StreamException {
        Drop = "DROP",
        Continue = "CONTINUE",
        Reject = "REJECT",
    }
}

/// A policy.
#[derive(Debug, Clone)]
pub struct FirewallPolicy {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: FirewallPolicyId,
    /// Its name.
    pub name: CompactString,
    /// Groups of the stateless engine, by priority.
    pub stateless_groups: Vec<RuleGroupReference>,
    /// What is done with packets that none of them matches.
    pub stateless_default: Option<StatelessAction>,
    /// Groups of the stateful engine; in strict order by priority.
    pub stateful_groups: Vec<RuleGroupReference>,
    /// The order of their rules.
    pub order: RuleOrder,
    /// What is done with packets that none of them matches.
    pub stateful_defaults: Vec<StatefulDefault>,
    /// What is done with connections that the engine meets in the middle.
    pub stream_exception: Option<StreamException>,
    /// `HOME_NET`, where the policy sets it (NFW-9).
    pub home_net: Option<Vec<CompactString>>,
}

/// A rule group of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleGroupReference {
    /// The group.
    pub id: FirewallRuleGroupId,
    /// Its turn.
    pub priority: i64,
    /// Whether its drops are mere alerts.
    pub only_alerts: bool,
}

/// The answer of `describe-firewall-policy`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    firewall_policy_response: Option<ResponseWire>,
    firewall_policy: Option<PolicyWire>,
}

/// `FirewallPolicyResponse`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ResponseWire {
    firewall_policy_name: Option<CompactString>,
    firewall_policy_arn: Option<CompactString>,
    tags: Option<Tags>,
}

/// `FirewallPolicy`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PolicyWire {
    stateless_rule_group_references: Option<Vec<ReferenceWire>>,
    stateless_default_actions: Option<Vec<CompactString>>,
    stateful_rule_group_references: Option<Vec<ReferenceWire>>,
    stateful_default_actions: Option<Vec<CompactString>>,
    stateful_engine_options: Option<OptionsWire>,
    policy_variables: Option<VariablesWire>,
}

/// `StatelessRuleGroupReferences[]`, `StatefulRuleGroupReferences[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ReferenceWire {
    resource_arn: Option<CompactString>,
    priority: Option<i64>,
    #[serde(rename = "Override")]
    overriding: Option<OverrideWire>,
}

/// `Override`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OverrideWire {
    action: Option<CompactString>,
}

/// `StatefulEngineOptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OptionsWire {
    rule_order: Option<CompactString>,
    stream_exception_policy: Option<CompactString>,
}

/// `PolicyVariables`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct VariablesWire {
    rule_variables: Option<BTreeMap<CompactString, SetWire>>,
}

/// The action among several of which the others are custom metrics; none where none is known.
pub(super) fn action_of(actions: &[CompactString]) -> Option<StatelessAction> {
    actions.iter().map(|text| StatelessAction::from_text(text)).find(|action| !action.is_unknown())
}

fn references(wires: Option<Vec<ReferenceWire>>) -> Vec<RuleGroupReference> {
    let read = |wire: ReferenceWire| {
        let action = wire.overriding.and_then(|it| it.action);
        Some(RuleGroupReference {
            id: FirewallRuleGroupId(present(wire.resource_arn)?),
            priority: wire.priority.unwrap_or(0),
            only_alerts: action.is_some_and(|action| action.eq_ignore_ascii_case("DROP_TO_ALERT")),
        })
    };
    let mut references: Vec<RuleGroupReference> =
        wires.unwrap_or_default().into_iter().filter_map(read).collect();
    references.sort_by_key(|it| it.priority);
    references
}

impl Resource for FirewallPolicy {
    type Wire = Wire;
    type Id = FirewallPolicyId;
    const KIND: ResourceKind = ResourceKind::FirewallPolicy;
    const WORD: &'static str = "firewall-policy";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<FirewallPolicy, ElementError> {
        let response = wire.firewall_policy_response.unwrap_or_default();
        let arn = response.firewall_policy_arn.or_missing("FirewallPolicyResponse.FirewallPolicyArn")?;
        let Some(policy) = wire.firewall_policy else { return Err(ElementError::Missing("FirewallPolicy")) };
        let options = policy.stateful_engine_options.unwrap_or_default();
        let defaults = policy.stateful_default_actions.unwrap_or_default().into_iter();
        let variables = policy.policy_variables.and_then(|it| it.rule_variables).unwrap_or_default();
        let home_net = variables.into_iter().find(|(name, _)| name == "HOME_NET");
        Ok(FirewallPolicy {
            about: reading.about(None, Some(&arn), response.tags),
            name: present(response.firewall_policy_name).unwrap_or_else(|| name_of(&arn)),
            stateless_groups: references(policy.stateless_rule_group_references),
            stateless_default: action_of(&policy.stateless_default_actions.unwrap_or_default()),
            stateful_groups: references(policy.stateful_rule_group_references),
            order: reading.word(options.rule_order).unwrap_or(RuleOrder::DefaultActionOrder),
            stateful_defaults: defaults.filter_map(|word| reading.word(Some(word))).collect(),
            stream_exception: reading.word(options.stream_exception_policy),
            home_net: home_net.map(|(_, set)| set.definition()),
            id: FirewallPolicyId(arn),
        })
    }

    fn id(&self) -> &FirewallPolicyId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
