//! From what the files gave to one snapshot, so that nothing depends on their names, order or number of threads.
//!
//! Files are numbered by their content, so places, and with them every tie between two copies of a resource, are
//! the same however the files are called. What the path adds (account, Region, a parent's id) counts as content.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::contradictions::{Contradiction, Origins};
use super::drafts::Drafts;
use super::file::FileRead;
use super::manifest::{self, NotAnswered};
use super::taker::Part;
use super::warnings::{Problem, Warning, element};
use super::{Counts, Identity, ReadOptions, Snapshot, Source, finish};
use crate::model::{AccountId, Coverage, NetworkInterface, Place, Region, ResourceKind, Scope};

/// Joins the files; the warnings so far are those about files that were not read.
pub(super) fn combine(
    files: Vec<FileRead>,
    not_answered: Vec<NotAnswered>,
    warnings: Vec<Warning>,
    identity: Option<Identity>,
    options: &ReadOptions,
) -> Snapshot {
    let mut files: Vec<(Vec<u8>, FileRead)> =
        files.into_iter().map(|file| (own_identity(&file), file)).collect();
    files.sort_by(|left, right| (&left.0, &left.1.context.name).cmp(&(&right.0, &right.1.context.name)));
    let sha256 = hash(&files, &not_answered);
    let mut warnings = warnings;
    let mut counts = Counts::default();
    let mut coverage = Coverage { assume_defaults: options.assume_defaults, ..Coverage::default() };
    manifest::note(&not_answered, &mut coverage, &mut warnings);
    let mut seen = Seen::default();
    let mut sources = Vec::with_capacity(files.len());
    let mut parts = Vec::with_capacity(files.len());
    let mut numbers = BTreeMap::new();
    let mut origins = Origins::default();
    for (own, file) in files {
        let FileRead { parts: pieces, bytes, context, spoiled, digest: _, stored_digest: _ } = file;
        let number = sources.len() as u32;
        numbers.insert(context.source, number);
        origins.add(own, context.hints.scope.account.clone());
        sources.push(Source { path: context.name.clone(), bytes });
        warnings.extend(spoiled.map(|spoiled| Warning {
            file: Some(context.name.clone()),
            place: None,
            problem: Problem::NotJson(spoiled),
        }));
        seen.scope(&context.hints.scope);
        for mut part in pieces {
            warnings.append(&mut part.warnings);
            cover(&mut coverage, &part, &context.hints.scope);
            counts.add(&mut part);
            parts.push((number, part));
        }
    }
    parts.par_iter_mut().for_each(|(number, part)| renumber(part, *number));
    for place in warnings.iter_mut().filter_map(|warning| warning.place.as_mut()) {
        place.source = numbers.get(&place.source).copied().unwrap_or_default();
    }
    let (mut drafts, interfaces) = taken_apart(parts);
    finish::complete(&mut drafts, interfaces, &coverage, &mut warnings);
    seen.join(drafts.par_iter().map(Seen::of).reduce(Seen::default, Seen::joined));
    let (model, contradictions) = Drafts::into_model(drafts, coverage, &origins);
    warnings.extend(contradictions.into_iter().map(|it| contradiction(it, &sources)));
    counts.resources = ResourceKind::ALL.iter().map(|kind| (*kind, kind.count(&model))).collect();
    warnings.sort();
    warnings.dedup();
    let Seen { accounts, regions } = seen;
    Snapshot {
        model,
        sources: sources.into(),
        warnings,
        not_answered,
        counts,
        sha256,
        identity,
        accounts: accounts.into_iter().collect(),
        regions: regions.into_iter().collect(),
    }
}

/// The drafts of all parts, with room for one more, and the interfaces that instances list.
fn taken_apart(parts: Vec<(u32, Part)>) -> (Vec<Drafts>, Vec<NetworkInterface>) {
    let mut drafts: Vec<Drafts> = Vec::with_capacity(parts.len() + 1);
    let mut interfaces = Vec::new();
    for (_, mut part) in parts {
        interfaces.append(&mut part.instance_interfaces);
        drafts.push(part.drafts);
    }
    (drafts, interfaces)
}

fn contradiction(found: Contradiction, sources: &[Source]) -> Warning {
    let file = |place: Place| sources.get(place.source as usize).map(|source| source.path.clone());
    let kept = format!("{}: {}", file(found.kept).unwrap_or_default(), element(found.kept));
    Warning {
        file: file(found.place),
        place: Some(found.place),
        problem: Problem::Contradiction { id: found.id, kept },
    }
}

fn renumber(part: &mut Part, number: u32) {
    part.drafts.renumber(number);
    for interface in &mut part.instance_interfaces {
        interface.about.place.source = number;
    }
}

/// What a file is: its content and what its path adds to it.
fn own_identity(file: &FileRead) -> Vec<u8> {
    let scope = &file.context.hints.scope;
    let mut identity = file.digest.to_vec();
    for part in [
        scope.account.as_ref().map(|it| it.as_str()),
        scope.region.as_ref().map(|it| it.as_str()),
        file.parts.iter().find_map(|part| part.parent_from_path.as_deref()),
    ] {
        identity.push(0);
        identity.extend_from_slice(part.unwrap_or_default().as_bytes());
    }
    identity
}

/// Of every file that holds an answer; two files with the same content count once.
fn hash(files: &[(Vec<u8>, FileRead)], not_answered: &[NotAnswered]) -> String {
    let mut whole = Sha256::new();
    let mut last: Option<&[u8]> = None;
    for (identity, _) in files.iter().filter(|(_, file)| file.is_recognised()) {
        if last != Some(identity) {
            whole.update(Sha256::digest(identity));
        }
        last = Some(identity);
    }
    whole.update(manifest::content(not_answered));
    whole.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn cover(coverage: &mut Coverage, part: &Part, scope: &Scope) {
    for key in &part.service_lists {
        coverage.add_service_list(key, scope.clone());
    }
    for call in &part.calls {
        if call.is_truncated {
            coverage.add_truncated(call.kind, scope.clone());
        } else {
            coverage.add(call.kind, scope.clone());
        }
    }
}

/// Accounts and Regions of everything.
#[derive(Default)]
struct Seen {
    accounts: BTreeSet<AccountId>,
    regions: BTreeSet<Region>,
}

impl Seen {
    fn scope(&mut self, scope: &Scope) {
        self.about(scope.account.as_ref(), scope.region.as_ref());
    }

    fn of(drafts: &Drafts) -> Seen {
        let mut seen = Seen::default();
        let mut last: (Option<AccountId>, Option<Region>) = (None, None);
        drafts.each_about(|about| {
            // Neighbours mostly agree, and sets are slow.
            if (&about.account, &about.region) != (&last.0, &last.1) {
                last = (about.account.clone(), about.region.clone());
                seen.about(last.0.as_ref(), last.1.as_ref());
            }
        });
        seen
    }

    fn join(&mut self, other: Seen) {
        self.accounts.extend(other.accounts);
        self.regions.extend(other.regions);
    }

    fn joined(mut self, other: Seen) -> Seen {
        self.join(other);
        self
    }

    fn about(&mut self, account: Option<&AccountId>, region: Option<&Region>) {
        if let Some(account) = account.filter(|account| !self.accounts.contains(*account)) {
            self.accounts.insert(account.clone());
        }
        if let Some(region) = region.filter(|region| !self.regions.contains(*region)) {
            self.regions.insert(region.clone());
        }
    }
}

impl Counts {
    fn add(&mut self, part: &mut Part) {
        let join = |all: &mut BTreeMap<String, usize>, some: &mut BTreeMap<String, usize>| {
            for (name, count) in std::mem::take(some) {
                *all.entry(name).or_default() += count;
            }
        };
        join(&mut self.unknown_keys, &mut part.unknown_keys);
        join(&mut self.unknown_words, &mut part.unknown_words);
        join(&mut self.unmodelled, &mut part.unmodelled);
        join(&mut self.ambiguous_empty, &mut part.ambiguous_empty);
    }
}
