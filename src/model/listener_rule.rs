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
    conditions: Option<Vec<ConditionWire>>,
    actions: Option<Vec<ActionWire>>,
    tags: Option<Tags>,
}

/// `Conditions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ConditionWire {
    source_ip_config: Option<ValuesWire>,
}

/// `Conditions[].SourceIpConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ValuesWire {
    values: Option<Vec<CompactString>>,
}

impl Resource for ListenerRule {
    type Wire = Wire;
    type Id = ListenerRuleId;
    const KIND: ResourceKind = ResourceKind::ListenerRule;

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ListenerRule, ElementError> {
        let arn = wire.rule_arn.or_missing("RuleArn")?;
        let conditions = wire.conditions.unwrap_or_default().into_iter();
        let sources = conditions.filter_map(|it| it.source_ip_config?.values).map(|values| {
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
