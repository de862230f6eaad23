//! The plain view that every format prints. Members and their order are those of the JSON object
//! (`docs/json.md`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::traffic::{Addresses, IcmpTypes, Ports};
use super::{Context, rule::RuleSource};
use crate::model::{AccountId, Region, ResourceKind};
use crate::network::{Component, ExplanationCode, LocationId, LocationKind};
use crate::snapshot::Snapshot;
use crate::solver::{Answer, Direction, RuleUse, Verdict};

/// A question in the user's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Where packets begin.
    pub source: String,
    /// Where they are for.
    pub destination: String,
    /// Which.
    pub traffic: String,
}

/// An answer, ready to print.
#[derive(Serialize)]
pub struct Report<'a> {
    /// The version of this form.
    pub schema: u32,
    /// What was asked.
    pub question: &'a Question,
    /// The verdict over all ends.
    pub verdict: &'static str,
    /// What passes: exact, disjoint, in order.
    pub packets: Vec<Packets>,
    /// The ways that packets take, or would.
    pub paths: Vec<PathView<'a>>,
    /// Why the others do not get on.
    pub explanations: Vec<ExplanationView<'a>>,
    /// What the answer leans on, or lacks.
    pub assumptions: Vec<AssumptionView<'a>>,
    /// Each pair of ends and family, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<PairView>,
    /// What it was answered from.
    pub snapshot: SnapshotView<'a>,
    #[serde(skip)]
    pub(super) judged: Verdict,
    #[serde(skip)]
    pub(super) answer: &'a Answer,
    #[serde(skip)]
    pub(super) context: Context<'a>,
}

/// Packets that are treated alike: every combination of the lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Packets {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, a number, a range of numbers, or `all`.
    pub protocol: Cow<'static, str>,
    /// As the sender writes them.
    pub source_addresses: Addresses,
    /// For protocols that have ports.
    #[serde(skip_serializing_if = "Ports::is_empty")]
    pub source_ports: Ports,
    /// As the sender writes them.
    pub destination_addresses: Addresses,
    /// For protocols that have ports.
    #[serde(skip_serializing_if = "Ports::is_empty")]
    pub destination_ports: Ports,
    /// `type:code`, for ICMP.
    #[serde(skip_serializing_if = "IcmpTypes::is_empty")]
    pub icmp_types: IcmpTypes,
}

/// What packets carry at one place: like [`Packets`], with several protocols joined by `+`.
pub type Header = Packets;

/// One way: there, and of the answer back.
#[derive(Debug, Clone, Serialize)]
pub struct PathView<'a> {
    /// How far it works.
    pub verdict: &'static str,
    /// There.
    pub forward_path_components: Vec<ComponentView<'a>>,
    /// Back.
    pub return_path_components: Vec<ComponentView<'a>>,
    #[serde(skip)]
    pub(super) judged: Verdict,
    #[serde(skip)]
    pub(super) pair: usize,
    /// What packets carry at the end of the way there.
    #[serde(skip)]
    pub(super) arriving: Option<Header>,
}

/// Something that packets meet.
#[derive(Debug, Clone, Serialize)]
pub struct ComponentView<'a> {
    /// AWS's id.
    pub id: &'a str,
    /// What it is: `network-interface`, `security-group`.
    pub kind: &'static str,
    /// Its `Name` tag, or the name that its kind has.
    pub name: Option<&'a str>,
    /// Its owner.
    pub account: Option<&'a str>,
    /// Its Region.
    pub region: Option<&'a str>,
    /// The VPC that packets are in there.
    pub vpc: Option<&'a str>,
    /// The subnet that packets are in there.
    pub subnet: Option<&'a str>,
    /// `pass`, `translate`, `drop`; absent where nothing is decided.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub decision: &'static str,
    /// The code, where it drops.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The rule, entry or route that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Box<RuleView<'a>>>,
    /// What packets carry before it, where it changes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_header: Option<Box<Header>>,
    /// What they carry afterwards, where it changes them, and at the first component.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_header: Option<Box<Header>>,
    #[serde(skip)]
    pub(super) component: Component,
    #[serde(skip)]
    pub(super) place: Option<(LocationId, LocationKind)>,
    #[serde(skip)]
    pub(super) note: Note,
    #[serde(skip)]
    pub(super) has_tag: bool,
}

/// What people are told about a component besides its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Note {
    /// Nothing.
    #[default]
    None,
    /// A security group that knows the conversation.
    Stateful,
    /// No rule is looked at: the answer goes back to the NAT gateway that asked.
    ReturnToSender,
    /// There is no route.
    NoRoute,
}

/// A rule, entry or route.
#[derive(Debug, Clone, Serialize)]
pub struct RuleView<'a> {
    /// In short: `sg-web inbound 0`, `acl-a outbound 100`, `rtb-web 0.0.0.0/0`.
    pub rule: String,
    /// What it says: `allow tcp 443 from 0.0.0.0/0`.
    pub words: String,
    /// Its own id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// Where it stands in the snapshot.
    pub place: Option<String>,
    /// Others that decided together with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<RuleView<'a>>,
    #[serde(skip)]
    pub(super) source: RuleSource<'a>,
}

/// Why packets do not get on.
#[derive(Debug, Clone, Serialize)]
pub struct ExplanationView<'a> {
    /// AWS's code, or ours.
    pub code: &'static str,
    /// `forward` or `return`.
    pub direction: &'static str,
    /// What happened, in a sentence.
    pub words: String,
    /// What dropped them.
    pub component: ComponentView<'a>,
    /// The rule, entry or route that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<RuleView<'a>>,
    /// What else has a part in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related<'a>>,
    /// The packets that were dropped.
    pub header: Header,
    /// Rules that were considered and did not help, the nearest miss first.
    pub considered: Vec<Considered<'a>>,
    /// What would let them pass: any one of these.
    pub missing: Vec<Remedy<'a>>,
    /// The call that would settle it, where data is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// Whether an earlier blocker had dropped the same packets.
    #[serde(skip_serializing_if = "is_false")]
    pub is_later: bool,
    /// Which of the report's `pairs` it concerns, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<usize>,
    #[serde(skip)]
    pub(super) case: ExplanationCode,
    #[serde(skip)]
    pub(super) way: Direction,
    #[serde(skip)]
    pub(super) rule: RuleUse,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

impl ExplanationView<'_> {
    /// Whether another adds nothing.
    pub(super) fn says_the_same_as(&self, other: &ExplanationView<'_>) -> bool {
        (self.case, self.way, self.component.component, &self.words)
            == (other.case, other.way, other.component.component, &other.words)
    }
}

/// Something that has a part in it.
#[derive(Debug, Clone, Serialize)]
pub struct Related<'a> {
    /// AWS's id.
    pub id: &'a str,
    /// What it is.
    pub kind: &'static str,
    /// Its name.
    pub name: Option<&'a str>,
    /// Its state or setting, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'a str>,
}

/// A rule that did not help.
#[derive(Debug, Clone, Serialize)]
pub struct Considered<'a> {
    /// In short.
    pub rule: String,
    /// What it says.
    pub words: String,
    /// Its own id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    /// Where it stands in the snapshot.
    pub place: Option<String>,
    /// What differs: `protocol`, `destination-port`, `source-address`, `destination-address`, `group`.
    pub differs: Vec<&'static str>,
    /// The same in a sentence.
    pub why: String,
    #[serde(skip)]
    pub(super) source: RuleSource<'a>,
    #[serde(skip)]
    pub(super) admits: bool,
}

/// A change that would let packets pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy<'a> {
    /// What to change, where that is one thing.
    pub component: Option<&'a str>,
    /// The change.
    pub words: String,
}

/// What an answer leans on, or lacks.
#[derive(Debug, Clone, Serialize)]
pub struct AssumptionView<'a> {
    /// Which kind.
    pub code: &'static str,
    /// What it is about.
    pub about: &'a str,
    /// In a sentence.
    pub words: String,
    /// The call that would settle it.
    pub needs: Option<String>,
    /// Where in the snapshot the thing is mentioned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    #[serde(skip)]
    pub(super) makes_unknown: bool,
}

/// One pair of ends and a family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairView {
    /// Where packets begin.
    pub source: String,
    /// Where they are for.
    pub destination: String,
    /// `ipv4` or `ipv6`.
    pub family: &'static str,
    /// The verdict.
    pub verdict: &'static str,
    /// The codes of what stands in the way.
    pub codes: Vec<&'static str>,
}

/// What was answered from.
#[derive(Debug, Clone, Serialize)]
pub struct SnapshotView<'a> {
    /// The hash of its content.
    pub sha256: &'a str,
    /// Accounts in it.
    #[serde(serialize_with = "accounts")]
    pub accounts: &'a [AccountId],
    /// Regions in it.
    #[serde(serialize_with = "regions")]
    pub regions: &'a [Region],
    /// How many of each kind, by kind.
    #[serde(serialize_with = "resources")]
    pub resources: &'a BTreeMap<ResourceKind, usize>,
}

impl<'a> SnapshotView<'a> {
    pub(super) fn of(snapshot: &'a Snapshot) -> SnapshotView<'a> {
        SnapshotView {
            sha256: &snapshot.sha256,
            accounts: &snapshot.accounts,
            regions: &snapshot.regions,
            resources: &snapshot.counts.resources,
        }
    }
}

fn accounts<S: Serializer>(accounts: &&[AccountId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(accounts.iter().map(AccountId::as_str))
}

fn regions<S: Serializer>(regions: &&[Region], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(regions.iter().map(Region::as_str))
}

/// By kind, in the order of the table of resources; what there is none of is left out.
fn resources<S: Serializer>(
    counts: &&BTreeMap<ResourceKind, usize>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let counts = counts.iter().filter(|(_, count)| **count > 0);
    serializer.collect_map(counts.map(|(kind, count)| (super::name::kind_text(*kind), count)))
}
