//! Where the elements of one file are converted and gathered, with everything there is to say about them.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde_json::value::RawValue;

use super::drafts::{Drafted, Drafts};
use super::scope::PathHints;
use super::syntax;
use super::warnings::{Problem, Warning};
use crate::model::{
    About, AccountId, ElementError, Instance, NetworkInterface, Place, Reading, Resource, ResourceKind,
    network_interface,
};

/// A file, as far as it is known before it is read.
#[derive(Debug, Clone)]
pub(super) struct FileContext {
    /// How it is displayed.
    pub name: String,
    /// Its number among the sources; provisional, see `combine.rs`.
    pub source: u32,
    /// What its path and the options say.
    pub hints: PathHints,
    /// Whether interfaces are to be read from instances, because no answer of their own is there.
    pub wants_instance_interfaces: bool,
}

/// What one file gave.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Its resources.
    pub drafts: Drafts,
    /// Interfaces that instances carry.
    pub instance_interfaces: Vec<NetworkInterface>,
    /// The calls whose answers it holds.
    pub calls: Vec<Call>,
    /// The keys of lists of managed services that it holds.
    pub service_lists: Vec<&'static str>,
    /// What there is to say.
    pub warnings: Vec<Warning>,
    /// Keys that nobody knows.
    pub unknown_keys: BTreeMap<String, usize>,
    /// Words that nobody knows.
    pub unknown_words: BTreeMap<String, usize>,
    /// Empty lists that several calls may have printed.
    pub ambiguous_empty: BTreeMap<String, usize>,
    /// Elements under keys that are recognised and not modelled.
    pub unmodelled: BTreeMap<String, usize>,
    /// How many elements the lists held.
    pub elements: usize,
    /// How many keys stood at the top.
    pub keys: usize,
    /// Whether a key was recognised.
    pub is_recognised: bool,
    /// Whether an id out of the path was needed, which makes the path a part of the content.
    pub parent_from_path: Option<CompactString>,
}

impl Part {
    /// Counts the elements of a list from another number on: those that stand before the part's own.
    pub(super) fn shift(&mut self, key: u16, before: usize) {
        let before = before as u32;
        self.drafts.shift(key, before);
        let interfaces = self.instance_interfaces.iter_mut().map(|it| &mut it.about.place);
        let places = self.warnings.iter_mut().filter_map(|it| it.place.as_mut());
        for place in interfaces.chain(places).filter(|place| place.key == key) {
            place.index += before;
        }
    }
}

/// The answer to a call in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    /// The call.
    pub kind: ResourceKind,
    /// Whether the answer is less than what AWS had to say.
    pub is_truncated: bool,
}

/// Converts and gathers.
pub(super) struct Taker<'f> {
    /// The file.
    pub file: &'f FileContext,
    /// What it gave so far.
    pub part: Part,
    reading: Reading,
    /// How many calls there were before the document at hand.
    document: usize,
    /// Calls that were cut off, so far: a later document of the file may hold the rest.
    pending: Vec<(Option<ResourceKind>, &'static str)>,
}

impl<'f> Taker<'f> {
    /// Ready for the first element of a file.
    pub(super) fn new(file: &'f FileContext) -> Taker<'f> {
        let reading = Reading { scope: file.hints.scope.clone(), ..Reading::default() };
        Taker { file, part: Part::default(), reading, document: 0, pending: Vec::new() }
    }

    /// The place of an element of this file.
    pub(super) fn place(&self, key: u16, index: usize, inner: usize) -> Place {
        Place { source: self.file.source, key, index: index as u32, inner: inner as u32 }
    }

    /// The parent's id for the elements that follow.
    pub(super) fn set_parent(&mut self, parent: Option<CompactString>) {
        self.reading.parent = parent;
    }

    /// Notes that the answer to a call is there.
    pub(super) fn call(&mut self, kind: ResourceKind) {
        self.part.is_recognised = true;
        if kind != ResourceKind::Unmodelled {
            self.part.calls.push(Call { kind, is_truncated: false });
        }
    }

    /// Notes that an answer lacks something.
    pub(super) fn cut(&mut self, kind: ResourceKind) {
        if kind != ResourceKind::Unmodelled {
            self.part.calls.push(Call { kind, is_truncated: true });
        }
    }

    /// Ends a document, with the token of its next page where it has one.
    pub(super) fn document_ends(&mut self, token: Option<&'static str>) {
        let calls = self.part.calls.iter().skip(self.document);
        let mut kinds: Vec<Option<ResourceKind>> = calls.map(|call| Some(call.kind)).collect();
        if kinds.is_empty() {
            kinds.push(None);
        }
        self.pending.retain(|(kind, _)| !kinds.contains(kind));
        kinds.dedup();
        self.pending.extend(token.into_iter().flat_map(|token| kinds.iter().map(move |kind| (*kind, token))));
        self.document = self.part.calls.len();
    }

    /// Notes that the rest of the file is lost.
    pub(super) fn cut_all(&mut self) {
        let mut kinds: Vec<ResourceKind> = self.part.calls.iter().map(|call| call.kind).collect();
        kinds.dedup();
        for kind in kinds {
            self.cut(kind);
        }
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Part {
        let pending = std::mem::take(&mut self.pending);
        if let Some((_, token)) = pending.first() {
            self.warn(None, Problem::Truncated(token));
        }
        for kind in pending.into_iter().filter_map(|(kind, _)| kind) {
            self.cut(kind);
        }
        let routes = self.part.drafts.transit_gateway_routes.iter().filter(|it| it.is_truncated);
        for place in routes.map(|it| it.about.place).collect::<Vec<_>>() {
            self.warn(Some(place), Problem::Truncated("AdditionalRoutesAvailable"));
            self.cut(ResourceKind::TransitGatewayRoutes);
        }
        self.part
    }

    /// Says something about the file or an element of it.
    pub(super) fn warn(&mut self, place: Option<Place>, problem: Problem) {
        self.part.warnings.push(Warning { file: Some(self.file.name.clone()), place, problem });
    }

    /// Takes in an element.
    pub(super) fn take<T: Drafted>(&mut self, place: Place, wire: T::Wire) {
        if let Some(item) = self.convert::<T>(place, wire) {
            T::list(&mut self.part.drafts).push(item);
        }
    }

    fn convert<T: Resource>(&mut self, place: Place, wire: T::Wire) -> Option<T> {
        self.reading.place = place;
        let converted = T::convert(wire, &mut self.reading);
        if !self.reading.unknown_words.is_empty() || !self.reading.remarks.is_empty() {
            self.take_remarks(place);
        }
        match converted {
            Ok(item) => Some(item),
            Err(ElementError::Missing(member)) if is_parent(T::KIND, member) => {
                self.warn(Some(place), Problem::MissingParent(member));
                self.cut(T::KIND);
                None
            }
            Err(cause @ (ElementError::Missing(_) | ElementError::Malformed { .. })) => {
                self.bad(T::KIND, place, cause.to_string());
                None
            }
        }
    }

    fn take_remarks(&mut self, place: Place) {
        for word in std::mem::take(&mut self.reading.unknown_words) {
            *self.part.unknown_words.entry(word).or_default() += 1;
        }
        for remark in std::mem::take(&mut self.reading.remarks) {
            self.warn(Some(place), Problem::LeftOut(remark));
        }
    }

    /// Leaves an element out. What the answer says is no longer whole: what it lacks is unknown from here on.
    pub(super) fn bad(&mut self, kind: ResourceKind, place: Place, cause: String) {
        self.warn(Some(place), Problem::BadElement(cause));
        self.cut(kind);
    }

    /// Takes in an element that stands as text.
    pub(super) fn take_raw<T: Drafted>(&mut self, place: Place, raw: &RawValue) {
        match syntax::element::<T::Wire>(raw) {
            Ok(Some(wire)) => self.take::<T>(place, wire),
            Ok(None) => {}
            Err(cause) => self.bad(T::KIND, place, cause),
        }
    }

    /// Takes in an instance, and its interfaces where they are wanted.
    pub(super) fn take_instance(&mut self, place: Place, raw: &RawValue) {
        self.take_raw::<Instance>(place, raw);
        if !self.file.wants_instance_interfaces {
            return;
        }
        let Ok(Some(carrier)) = syntax::element::<Carrier>(raw) else { return };
        let instance = carrier.instance_id.filter(|id| !id.is_empty());
        for wire in carrier.network_interfaces.unwrap_or_default() {
            let Some(mut interface) = self.convert::<NetworkInterface>(place, wire) else { continue };
            if let Some(attachment) = &mut interface.attachment {
                attachment.instance = instance.clone().map(crate::model::InstanceId);
            }
            self.part.instance_interfaces.push(interface);
        }
    }

    /// Whether a resource can be read from a text, its parent apart.
    pub(super) fn probe<T: Resource>(&self, text: &str) -> Result<(), String> {
        let raw = serde_json::from_str::<&RawValue>(text).map_err(|cause| cause.to_string())?;
        let wire = syntax::element::<T::Wire>(raw)?.unwrap_or_default();
        let parent = Some(CompactString::const_new("parent"));
        let mut reading = Reading { parent, ..Reading::default() };
        T::convert(wire, &mut reading).map(drop).map_err(|cause| cause.to_string())
    }

    /// The owner of a reservation is the owner of its instances, whatever the path says.
    pub(super) fn own_instances(&mut self, from: usize, owner: &str) {
        let asked = self.file.hints.scope.account.clone();
        for instance in self.part.drafts.instances.iter_mut().skip(from) {
            own(&mut instance.about, owner, asked.as_ref());
        }
    }

    /// And of the interfaces that they carry, where these do not say.
    pub(super) fn own_interfaces(&mut self, from: usize, owner: &str) {
        let asked = self.file.hints.scope.account.clone();
        for interface in self.part.instance_interfaces.iter_mut().skip(from) {
            if interface.about.account == asked {
                own(&mut interface.about, owner, asked.as_ref());
            }
        }
    }
}

fn own(about: &mut About, owner: &str, asked: Option<&AccountId>) {
    about.account = Some(owner.into());
    about.seen_by_owner = asked == about.account.as_ref();
}

/// An instance, for its interfaces.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Carrier {
    instance_id: Option<CompactString>,
    network_interfaces: Option<Vec<network_interface::Wire>>,
}

/// Whether a missing member is the parent's id, which some answers leave to the caller to remember.
fn is_parent(kind: ResourceKind, member: &str) -> bool {
    let of_table = matches!(
        kind,
        ResourceKind::TransitGatewayRoutes
            | ResourceKind::TransitGatewayAssociations
            | ResourceKind::TransitGatewayPropagations
    );
    let of_list = matches!(kind, ResourceKind::PrefixListEntries);
    let of_group = matches!(kind, ResourceKind::TargetHealth | ResourceKind::TargetGroupAttributes);
    let of_balancer = matches!(kind, ResourceKind::LoadBalancerAttributes);
    let of_names = matches!(kind, ResourceKind::VpcDnsAttributes | ResourceKind::HostedZone);
    of_names && matches!(member, "VpcId" | "HostedZoneId")
        || of_group && member == "TargetGroupArn"
        || of_balancer && member == "LoadBalancerArn"
        || of_table && member == "TransitGatewayRouteTableId"
        || of_list && member == "PrefixListId"
}
