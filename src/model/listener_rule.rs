//! Rules of listeners of Application Load Balancers (LB-15).

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, cidr};
use super::listener::ActionWire;
use super::{
    About, ElementError, ListenerAction, ListenerId, ListenerRuleId, Reading, Resource, ResourceKind, Tags,
};

/// A rule of a listener.
#[derive(Debug, Clone)]
pub struct ListenerRule {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: ListenerRuleId,
    /// Its listener, whose id stands in the rule's.
    pub listener: ListenerId,
    /// Whether it is the listener's default, which the listener shows too.
    pub is_default: bool,
    /// Rules with a lower number are asked first.
    pub priority: u32,
    /// Whether its sources alone decide: its other conditions, where it has some, hold for every request.
    pub decides_by_source: bool,
    /// The sources that it asks for, where it asks for some: conditions hold together, values of one are alternatives.
    pub sources: Vec<Vec<IpNet>>,
    /// What is done with what meets its conditions.
    pub actions: Vec<ListenerAction>,
}

/// The element of `Rules`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    rule_arn: Option<CompactString>,
    is_default: Option<bool>,
    priority: Option<CompactString>,
    conditions: Option<Vec<ConditionWire>>,
    actions: Option<Vec<ActionWire>>,
    tags: Option<Tags>,
}

/// `Conditions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ConditionWire {
    field: Option<CompactString>,
    values: Option<Vec<CompactString>>,
    host_header_config: Option<ValuesWire>,
    path_pattern_config: Option<ValuesWire>,
    source_ip_config: Option<ValuesWire>,
}

impl ConditionWire {
    /// The sources that it asks for, where it asks for some; older answers have them in the general list.
    fn sources(&self) -> Option<&[CompactString]> {
        if self.field.as_deref() != Some("source-ip") && self.source_ip_config.is_none() {
            return None;
        }
        let own = self.source_ip_config.as_ref().and_then(|it| it.values.as_deref());
        Some(own.or(self.values.as_deref()).unwrap_or_default())
    }

    /// Whether every request meets it: a path or host of which nothing is asked.
    fn holds_always(&self) -> bool {
        let own = [&self.host_header_config, &self.path_pattern_config];
        let own = own.into_iter().flatten().filter_map(|it| it.values.as_deref());
        let mut patterns = own.chain(self.values.as_deref()).flatten();
        let is_about_all = |pattern: &CompactString| match self.field.as_deref() {
            Some("path-pattern") => pattern == "*" || pattern == "/*",
            Some("host-header") => pattern == "*",
            Some(_) | None => false,
        };
        patterns.any(is_about_all)
    }
}

/// `Conditions[].SourceIpConfig` and its like.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ValuesWire {
    values: Option<Vec<CompactString>>,
}

impl Resource for ListenerRule {
    type Wire = Wire;
    type Id = ListenerRuleId;
    const KIND: ResourceKind = ResourceKind::ListenerRule;
    const WORD: &'static str = "listener-rule";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ListenerRule, ElementError> {
        let arn = wire.rule_arn.or_missing("RuleArn")?;
        let conditions = wire.conditions.unwrap_or_default();
        let sources = conditions.iter().filter_map(ConditionWire::sources).map(|values| {
            let member = "Conditions[].SourceIpConfig.Values[]";
            values.iter().map(|text| cidr(member, text)).collect::<Result<Vec<_>, _>>()
        });
        let actions = wire.actions.unwrap_or_default().into_iter();
        // `…:listener-rule/app/NAME/LB/LISTENER/RULE` is a rule of `…:listener/app/NAME/LB/LISTENER`.
        let listener = arn.rsplit_once('/').map_or(arn.as_str(), |(listener, _)| listener);
        Ok(ListenerRule {
            about: reading.about(None, Some(&arn), wire.tags),
            listener: ListenerId(listener.replacen(":listener-rule/", ":listener/", 1).into()),
            is_default: wire.is_default.unwrap_or(false),
            // The default's is a word.
            priority: wire.priority.and_then(|it| it.parse().ok()).unwrap_or(u32::MAX),
            decides_by_source: conditions.iter().all(|it| it.sources().is_some() || it.holds_always()),
            sources: sources.collect::<Result<_, _>>()?,
            actions: actions.map(|it| it.convert(reading)).collect(),
            id: ListenerRuleId(arn),
        })
    }

    fn id(&self) -> &ListenerRuleId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
