//! Running lints: which, on what, and what becomes of what they find.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::finding::{Finding, Findings, Subject};
use super::settings::is_like;
use super::{Context, Group, LINTS, Lint, Settings, Severity, manual, waivers};
use crate::model::{AccountId, Model, Region, ResourceKind};
use crate::network::Network;

/// Which lints run, and which findings are shown.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Ids, names (with `*`) and groups; all when empty.
    pub only: Vec<String>,
    /// The same, left out.
    pub skip: Vec<String>,
    /// Findings milder than this are not shown.
    pub severity: Severity,
}

impl Default for Selection {
    fn default() -> Selection {
        Selection { only: Vec::new(), skip: Vec::new(), severity: Severity::Info }
    }
}

impl Selection {
    /// A word that fits no lint.
    pub fn unknown_word(&self) -> Option<&str> {
        let mut words = self.only.iter().chain(&self.skip);
        words.find(|word| !LINTS.iter().any(|lint| fits(lint, word))).map(String::as_str)
    }

    /// The lints that are meant.
    pub fn lints(&self) -> Vec<&'static Lint> {
        let is_meant = |lint: &&&'static Lint| {
            (self.only.is_empty() || self.only.iter().any(|it| fits(lint, it)))
                && !self.skip.iter().any(|it| fits(lint, it))
        };
        LINTS.iter().filter(is_meant).copied().collect()
    }
}

fn fits(lint: &Lint, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    is_like(&word, lint.name)
        || is_like(&word, &lint.id.to_ascii_lowercase())
        || lint.groups().iter().any(|it: &Group| it.as_text() == word)
}

/// A call that the snapshot lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// `ec2 describe-nat-gateways`
    pub call: &'static str,
    /// For whom; everybody when absent.
    pub account: Option<AccountId>,
    /// Where; everywhere when absent.
    pub region: Option<Region>,
}

/// How far a lint got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It saw everything that it needs.
    Checked,
    /// It lacks calls for a part of the snapshot.
    InPart,
    /// It lacks calls, and says nothing.
    Skipped,
}

/// A lint that ran, or did not.
#[derive(Debug, Clone)]
pub struct Ran {
    /// Which.
    pub lint: &'static Lint,
    /// How far it got.
    pub state: State,
    /// What it lacks.
    pub missing: Vec<Missing>,
    /// How many things it looked at.
    pub looked_at: usize,
    /// What they are, one and many.
    pub what: (&'static str, &'static str),
}

/// Why a finding is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A waiver says so, by its place in the settings.
    Waived(usize),
    /// It stands in the baseline.
    Baseline,
}

/// What an estate had when it began with lints: fingerprints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline(pub BTreeSet<String>);

/// What lints found.
#[derive(Debug)]
pub struct Outcome {
    /// Findings to show, the gravest first.
    pub findings: Vec<Finding>,
    /// Findings that are not shown, and why.
    pub known: Vec<(Finding, Known)>,
    /// How many findings are milder than what was asked for.
    pub milder: usize,
    /// Every lint that was asked for.
    pub ran: Vec<Ran>,
    /// How many entries of the baseline were found no more.
    pub gone: usize,
}

/// Runs lints.
pub fn run(
    model: &Model,
    network: &Network,
    settings: &Settings,
    selection: &Selection,
    baseline: &Baseline,
) -> Outcome {
    let context = Context::new(model, network, settings);
    let lints = selection.lints();
    let results: Vec<(Ran, Vec<Finding>)> = lints.par_iter().map(|lint| one(&context, lint)).collect();
    let mut ran = Vec::new();
    let mut all = Vec::new();
    for (state, findings) in results {
        ran.push(state);
        all.extend(findings);
    }
    for finding in &mut all {
        finding.fingerprint = fingerprint(&context, finding);
    }
    let total = all.len();
    let seen: BTreeSet<&str> = all.iter().map(|it| it.fingerprint.as_str()).collect();
    let gone = baseline.0.iter().filter(|it| !seen.contains(it.as_str())).count();
    drop(seen);
    let mut known = Vec::new();
    let mut shown = Vec::with_capacity(total);
    let mut used = BTreeSet::new();
    for finding in all {
        let waiver = waivers::covering(&context, &finding);
        used.extend(waiver);
        match waiver.filter(|it| !waivers::is_expired(settings, *it)) {
            Some(waiver) => known.push((finding, Known::Waived(waiver))),
            None if baseline.0.contains(&finding.fingerprint) => known.push((finding, Known::Baseline)),
            None => shown.push(finding),
        }
    }
    shown.extend(waivers::findings(settings, &lints, &used));
    let before = shown.len();
    shown.retain(|it| it.severity >= selection.severity);
    let milder = before - shown.len();
    sort(&context, &mut shown);
    Outcome { findings: shown, known, milder, ran, gone }
}

fn sort(context: &Context<'_>, findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        let rank = |it: &Finding| (std::cmp::Reverse(it.severity), it.lint.id);
        rank(one)
            .cmp(&rank(other))
            .then_with(|| subject_id(context, one).cmp(subject_id(context, other)))
            .then_with(|| one.key.cmp(&other.key))
            .then_with(|| one.message.cmp(&other.message))
    });
}

fn one(context: &Context<'_>, lint: &'static Lint) -> (Ran, Vec<Finding>) {
    let (state, mut missing) = coverage(context.model, lint.needs);
    let mut findings = Findings::default();
    if state != State::Skipped {
        (lint.check)(context, &mut findings);
    }
    let state = match (state, findings.skipped.is_empty()) {
        (State::Checked, false) if findings.looked_at == 0 => State::Skipped,
        (State::Checked, false) => State::InPart,
        (state, _) => state,
    };
    missing.append(&mut findings.skipped);
    missing.sort();
    missing.dedup();
    let ran = Ran { lint, state, missing, looked_at: findings.looked_at, what: findings.what };
    (ran, findings.found)
}

/// Whether the snapshot holds the answers to some calls wherever it has a VPC.
fn coverage(model: &Model, needs: &[ResourceKind]) -> (State, Vec<Missing>) {
    let mut scopes: BTreeMap<(Option<&AccountId>, Option<&Region>), bool> = BTreeMap::new();
    for vpc in &model.vpcs {
        scopes.insert((vpc.about.account.as_ref(), vpc.about.region.as_ref()), true);
    }
    if scopes.is_empty() {
        scopes.insert((None, None), true);
    }
    let mut missing = Vec::new();
    for ((account, region), is_whole) in &mut scopes {
        for kind in needs {
            if !model.coverage.holds(*kind, *account, *region) {
                *is_whole = false;
                missing.push(Missing {
                    call: kind.call(),
                    account: account.cloned(),
                    region: region.cloned(),
                });
            }
        }
    }
    let whole = scopes.values().filter(|it| **it).count();
    let state = match whole {
        0 => State::Skipped,
        count if count == scopes.len() => State::Checked,
        _ => State::InPart,
    };
    (state, missing)
}

/// The id of what a finding is about.
pub(super) fn subject_id<'a>(context: &Context<'a>, finding: &Finding) -> &'a str {
    match finding.subject {
        Subject::Thing(component) => context.id(component),
        Subject::Waiver(number) => context.settings.waivers.get(number).map_or("", |it| it.resource.as_str()),
    }
}

fn fingerprint(context: &Context<'_>, finding: &Finding) -> String {
    let mut hasher = Sha256::new();
    for part in [finding.lint.id, subject_id(context, finding), &finding.key] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let bytes = hasher.finalize();
    bytes.iter().take(12).map(|it| format!("{it:02x}")).collect()
}

/// The lint with an id or a name, for what is written by hand.
pub(super) fn is_of(lint: &Lint, word: &str) -> bool {
    manual::lint_named(word).is_some_and(|it| it.id == lint.id)
}
