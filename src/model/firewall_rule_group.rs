//! Rule groups of firewalls: rules of the stateless engine, or of the stateful one as tuples, as text or as a list of
//! domains (NFW-2, NFW-3, NFW-8, NFW-9).

use std::collections::BTreeMap;
use std::net::IpAddr;

use compact_str::CompactString;
use ipnet::IpNet;
use serde::Deserialize;

use super::about::{Absent, present};
use super::firewall::name_of;
use super::firewall_policy::{StatelessAction, action_of};
use super::suricata::{self, HeaderText, Pattern, StatefulAction, StatefulRule};
use super::words::{Word, words};
use super::{About, ElementError, FirewallRuleGroupId, Reading, Resource, ResourceKind, Tags};

words! {
    /// What becomes of requests for the domains of a list, and of those for others.
    DomainListKind {
        AllowList = "ALLOWLIST",
        DenyList = "DENYLIST",
        RejectList = "REJECTLIST",
        AlertList = "ALERTLIST",
    }
}

/// A rule group.
#[derive(Debug, Clone)]
pub struct FirewallRuleGroup {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: FirewallRuleGroupId,
    /// Its name.
    pub name: CompactString,
    /// Its rules.
    pub rules: FirewallRules,
    /// Sets of addresses that rules name, as written.
    pub address_sets: Vec<(CompactString, Vec<CompactString>)>,
    /// Sets of ports that rules name, as written.
    pub port_sets: Vec<(CompactString, Vec<CompactString>)>,
    /// Prefix lists that rules name, by their ARNs.
    pub references: Vec<(CompactString, CompactString)>,
}

/// The rules of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirewallRules {
    /// Of the stateless engine, by priority.
    Stateless(Vec<StatelessRule>),
    /// Of the stateful engine, in their order.
    Stateful(Vec<StatefulRule>, RuleForm),
    /// A list of domains, which the stateful engine makes rules of.
    Domains(DomainListKind),
    /// AWS does not show the rules of its own groups, nor those of a deleted one.
    Unseen,
}

/// How rules of the stateful engine stand in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleForm {
    /// As a list.
    List,
    /// As text, one a line.
    Text,
}

/// A rule of the stateless engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatelessRule {
    /// Its index in the list.
    pub index: u32,
    /// Its turn.
    pub priority: i64,
    /// What it does; none where nobody knows the word.
    pub action: Option<StatelessAction>,
    /// The packets that it is for; none where that cannot be read.
    pub matches: Option<StatelessMatch>,
}

/// What a rule of the stateless engine looks at; empty lists match anything (NFW-3).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatelessMatch {
    /// Sources.
    pub sources: Vec<IpNet>,
    /// Destinations.
    pub destinations: Vec<IpNet>,
    /// Source ports, of TCP and UDP.
    pub source_ports: Vec<(u16, u16)>,
    /// Destination ports, of TCP and UDP.
    pub destination_ports: Vec<(u16, u16)>,
    /// Protocol numbers.
    pub protocols: Vec<u8>,
    /// Flags of TCP that must be set, and those that are looked at; any one of the pairs.
    pub flags: Vec<(u8, u8)>,
}

/// The answer of `describe-rule-group`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    rule_group_response: Option<ResponseWire>,
    rule_group: Option<GroupWire>,
}

/// `RuleGroupResponse`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ResponseWire {
    rule_group_name: Option<CompactString>,
    rule_group_arn: Option<CompactString>,
    tags: Option<Tags>,
}

/// `RuleGroup`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct GroupWire {
    rule_variables: Option<VariablesWire>,
    reference_sets: Option<ReferencesWire>,
    rules_source: Option<SourceWire>,
}

/// `RuleVariables`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct VariablesWire {
    #[serde(rename = "IPSets")]
    address_sets: Option<BTreeMap<CompactString, SetWire>>,
    #[serde(rename = "PortSets")]
    port_sets: Option<BTreeMap<CompactString, SetWire>>,
}

/// `IPSets.NAME`, `PortSets.NAME`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct SetWire {
    definition: Option<Vec<CompactString>>,
}

impl SetWire {
    pub(super) fn definition(self) -> Vec<CompactString> {
        self.definition.unwrap_or_default()
    }
}

/// `ReferenceSets`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ReferencesWire {
    #[serde(rename = "IPSetReferences")]
    references: Option<BTreeMap<CompactString, ReferenceWire>>,
}

/// `IPSetReferences.NAME`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ReferenceWire {
    reference_arn: Option<CompactString>,
}

/// `RulesSource`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SourceWire {
    rules_string: Option<Box<str>>,
    rules_source_list: Option<ListWire>,
    stateful_rules: Option<Vec<StatefulWire>>,
    stateless_rules_and_custom_actions: Option<StatelessListWire>,
}

/// `RulesSourceList`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ListWire {
    generated_rules_type: Option<CompactString>,
}

/// `StatefulRules[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatefulWire {
    action: Option<CompactString>,
    header: Option<HeaderWire>,
    rule_options: Option<Vec<OptionWire>>,
}

/// `StatefulRules[].Header`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HeaderWire {
    protocol: Option<CompactString>,
    source: Option<CompactString>,
    source_port: Option<CompactString>,
    direction: Option<CompactString>,
    destination: Option<CompactString>,
    destination_port: Option<CompactString>,
}

/// `StatefulRules[].RuleOptions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct OptionWire {
    keyword: Option<CompactString>,
    settings: Option<Vec<CompactString>>,
}

/// `StatelessRulesAndCustomActions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatelessListWire {
    stateless_rules: Option<Vec<StatelessWire>>,
}

/// `StatelessRules[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StatelessWire {
    priority: Option<i64>,
    rule_definition: Option<DefinitionWire>,
}

/// `StatelessRules[].RuleDefinition`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DefinitionWire {
    match_attributes: Option<MatchWire>,
    actions: Option<Vec<CompactString>>,
}

/// `MatchAttributes`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct MatchWire {
    sources: Option<Vec<AddressWire>>,
    destinations: Option<Vec<AddressWire>>,
    source_ports: Option<Vec<PortsWire>>,
    destination_ports: Option<Vec<PortsWire>>,
    protocols: Option<Vec<u8>>,
    #[serde(rename = "TCPFlags")]
    flags: Option<Vec<FlagsWire>>,
}

/// `Sources[]`, `Destinations[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AddressWire {
    address_definition: Option<CompactString>,
}

/// `SourcePorts[]`, `DestinationPorts[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PortsWire {
    from_port: Option<u16>,
    to_port: Option<u16>,
}

/// `TCPFlags[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct FlagsWire {
    flags: Option<Vec<CompactString>>,
    masks: Option<Vec<CompactString>>,
}

/// The flags of TCP, the lowest bit first.
const FLAGS: &[&str] = &["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

impl FlagsWire {
    /// Flags that are set, and those that are looked at: all where it does not say. None where nobody knows one.
    fn read(&self) -> Option<(u8, u8)> {
        let bits = |names: &[CompactString]| {
            let bit = |name: &CompactString| FLAGS.iter().position(|it| it.eq_ignore_ascii_case(name));
            names.iter().try_fold(0u8, |bits, name| Some(bits | 1 << bit(name)?))
        };
        let flags = bits(self.flags.as_deref().unwrap_or_default())?;
        let masks = bits(self.masks.as_deref().unwrap_or_default())?;
        Some((flags, if masks == 0 { u8::MAX } else { masks }))
    }
}

impl MatchWire {
    /// None where a part cannot be read.
    fn read(self) -> Option<StatelessMatch> {
        let nets = |wires: Option<Vec<AddressWire>>| -> Option<Vec<IpNet>> {
            let texts = wires.unwrap_or_default().into_iter().filter_map(|it| present(it.address_definition));
            let net = |text: CompactString| -> Option<IpNet> {
                let block = text.parse::<IpNet>();
                block.or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok().map(|net| net.trunc())
            };
            texts.map(net).collect()
        };
        let ports = |wires: Option<Vec<PortsWire>>| -> Vec<(u16, u16)> {
            let of = |it: PortsWire| {
                let from = it.from_port.unwrap_or(0);
                (from, it.to_port.unwrap_or(if it.from_port.is_none() { u16::MAX } else { from }))
            };
            wires.unwrap_or_default().into_iter().map(of).collect()
        };
        Some(StatelessMatch {
            sources: nets(self.sources)?,
            destinations: nets(self.destinations)?,
            source_ports: ports(self.source_ports),
            destination_ports: ports(self.destination_ports),
            protocols: self.protocols.unwrap_or_default(),
            flags: self.flags.unwrap_or_default().iter().map(FlagsWire::read).collect::<Option<_>>()?,
        })
    }
}

fn stateless(wires: Vec<StatelessWire>) -> Vec<StatelessRule> {
    let read = |(index, wire): (usize, StatelessWire)| {
        let definition = wire.rule_definition.unwrap_or_default();
        StatelessRule {
            index: index as u32,
            priority: wire.priority.unwrap_or(0),
            action: action_of(&definition.actions.unwrap_or_default()),
            matches: definition.match_attributes.unwrap_or_default().read(),
        }
    };
    let mut rules: Vec<StatelessRule> = wires.into_iter().enumerate().map(read).collect();
    rules.sort_by_key(|rule| (rule.priority, rule.index));
    rules
}

impl StatefulWire {
    fn read(self, index: usize) -> StatefulRule {
        let header = self.header.unwrap_or_default();
        let word = |text: &Option<CompactString>| text.clone().unwrap_or_else(|| "ANY".into());
        let direction = word(&header.direction).to_ascii_uppercase();
        let parts = [
            word(&header.protocol),
            word(&header.source),
            word(&header.source_port),
            word(&header.destination),
            word(&header.destination_port),
        ];
        let [protocol, source, source_ports, destination, destination_ports] = &parts;
        let text = HeaderText {
            protocol,
            source,
            source_ports,
            is_both: match direction.as_str() {
                "FORWARD" => Some(false),
                "ANY" => Some(true),
                _ => None,
            },
            destination,
            destination_ports,
        };
        let action = self.action.unwrap_or_default();
        let arrow = if direction == "ANY" { "<>" } else { "->" };
        let words =
            format!("{action} {protocol} {source} {source_ports} {arrow} {destination} {destination_ports}");
        let known = Some(StatefulAction::from_text(&action)).filter(|action| !action.is_unknown());
        let (action, header) = known.zip(text.read()).unzip();
        let mut rule = StatefulRule {
            index: index as u32,
            action,
            header,
            text: words.to_ascii_lowercase().into(),
            sid: None,
            beyond: Vec::new(),
            side: None,
        };
        for option in self.rule_options.unwrap_or_default() {
            let settings = option.settings.unwrap_or_default().join(",");
            rule.note(option.keyword.as_deref().unwrap_or_default(), settings.trim_matches('"'));
        }
        rule
    }
}

impl SourceWire {
    fn read(self, reading: &mut Reading) -> FirewallRules {
        if let Some(list) = self.stateless_rules_and_custom_actions {
            return FirewallRules::Stateless(stateless(list.stateless_rules.unwrap_or_default()));
        }
        if let Some(rules) = self.stateful_rules.filter(|rules| !rules.is_empty()) {
            let rules = rules.into_iter().enumerate().map(|(index, wire)| wire.read(index)).collect();
            return FirewallRules::Stateful(rules, RuleForm::List);
        }
        if let Some(list) = self.rules_source_list {
            let kind = reading.word(list.generated_rules_type);
            return FirewallRules::Domains(kind.unwrap_or(DomainListKind::Unknown("".into())));
        }
        match self.rules_string.filter(|text| !text.trim().is_empty()) {
            Some(text) => FirewallRules::Stateful(suricata::rules_of_text(&text), RuleForm::Text),
            None => FirewallRules::Unseen,
        }
    }
}

fn sets(wires: Option<BTreeMap<CompactString, SetWire>>) -> Vec<(CompactString, Vec<CompactString>)> {
    wires.unwrap_or_default().into_iter().map(|(name, set)| (name, set.definition())).collect()
}

impl Resource for FirewallRuleGroup {
    type Wire = Wire;
    type Id = FirewallRuleGroupId;
    const KIND: ResourceKind = ResourceKind::FirewallRuleGroup;
    const WORD: &'static str = "firewall-rule-group";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<FirewallRuleGroup, ElementError> {
        let response = wire.rule_group_response.unwrap_or_default();
        let arn = response.rule_group_arn.or_missing("RuleGroupResponse.RuleGroupArn")?;
        let group = wire.rule_group.unwrap_or_default();
        let variables = group.rule_variables.unwrap_or_default();
        let references = group.reference_sets.and_then(|it| it.references).unwrap_or_default();
        let reference = |(name, it): (CompactString, ReferenceWire)| Some((name, present(it.reference_arn)?));
        let source = group.rules_source.map(|source| source.read(reading));
        let about = reading.about(None, Some(&arn), response.tags);
        let rules = source.unwrap_or(FirewallRules::Unseen);
        for rule in unread(&rules) {
            reading.remarks.push(format!("a rule that cannot be read: `{rule}`"));
        }
        Ok(FirewallRuleGroup {
            about,
            name: present(response.rule_group_name).unwrap_or_else(|| name_of(&arn)),
            rules,
            address_sets: sets(variables.address_sets),
            port_sets: sets(variables.port_sets),
            references: references.into_iter().filter_map(reference).collect(),
            id: FirewallRuleGroupId(arn),
        })
    }

    fn id(&self) -> &FirewallRuleGroupId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}

/// The rules that cannot be read, as far as they can be named.
fn unread(rules: &FirewallRules) -> Vec<String> {
    match rules {
        FirewallRules::Stateful(rules, _) => {
            let unread = rules.iter().filter(|rule| rule.header.is_none());
            unread.map(|rule| rule.text.chars().take(60).collect()).collect()
        }
        FirewallRules::Stateless(rules) => {
            let unread = rules.iter().filter(|rule| rule.matches.is_none() || rule.action.is_none());
            unread.map(|rule| format!("priority {}", rule.priority)).collect()
        }
        FirewallRules::Domains(_) | FirewallRules::Unseen => Vec::new(),
    }
}

/// A set of addresses as written, for names that rules use.
pub fn address_set(definition: &[CompactString]) -> Option<Pattern<IpAddr>> {
    definition.iter().map(|text| suricata::addresses(text)).collect::<Option<_>>().map(Pattern::Each)
}

/// A set of ports as written, for names that rules use.
pub fn port_set(definition: &[CompactString]) -> Option<Pattern<u16>> {
    definition.iter().map(|text| suricata::ports(text)).collect::<Option<_>>().map(Pattern::Each)
}
