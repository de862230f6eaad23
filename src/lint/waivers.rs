//! Waivers: findings that somebody puts up with, for a reason and for a time.

use std::collections::BTreeSet;

use super::finding::{Finding, Subject};
use super::run::{is_of, subject_id};
use super::sentence::sentence;
use super::settings::is_like;
use super::{Context, Lint, Sentence, Settings, lint_named, waiver_expired, waiver_useless};

/// The waiver that covers a finding: one that is in force before one that is over.
pub fn covering(context: &Context<'_>, finding: &Finding) -> Option<usize> {
    let waivers = &context.settings.waivers;
    let id = subject_id(context, finding);
    let covers = |number: &usize| {
        let waiver = &waivers[*number];
        is_of(finding.lint, &waiver.lint) && is_like(&waiver.resource, id)
    };
    let all = 0..waivers.len();
    let in_force = all.clone().filter(|it| !is_expired(context.settings, *it)).find(covers);
    in_force.or_else(|| all.clone().find(covers))
}

/// Whether a waiver's time is over.
pub fn is_expired(settings: &Settings, number: usize) -> bool {
    settings.waivers[number].expires < settings.today
}

/// What is wrong with waivers themselves.
pub fn findings(settings: &Settings, lints: &[&'static Lint], used: &BTreeSet<usize>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, waiver) in settings.waivers.iter().enumerate() {
        let is_asked = |lint: &Lint| lints.iter().any(|it| it.id == lint.id);
        let own = lint_named(&waiver.lint).filter(|it| is_asked(it));
        let words = |text: &'static str| -> Sentence {
            sentence![
                "the waiver of ",
                waiver.lint.clone(),
                " for ",
                waiver.resource.clone(),
                ", owned by ",
                waiver.owner.clone(),
                text,
            ]
        };
        if is_expired(settings, number) && is_asked(&waiver_expired::LINT) {
            let message = words(", ended on ").and(sentence![waiver.expires.clone()]);
            found.push(of(&waiver_expired::LINT, number, message));
        } else if own.is_some() && !used.contains(&number) && is_asked(&waiver_useless::LINT) {
            found.push(of(&waiver_useless::LINT, number, words(", covers nothing that was found")));
        }
    }
    found
}

fn of(lint: &'static Lint, number: usize, message: Sentence) -> Finding {
    let mut finding = Finding::new(lint, crate::network::Component::Internet, message);
    finding.subject = Subject::Waiver(number);
    finding.remedy = match lint.id == waiver_expired::LINT.id {
        true => sentence!["mend what it covered, or have its owner set a new date with a new reason"],
        false => sentence!["take it out of netpath.toml"],
    };
    finding
}
