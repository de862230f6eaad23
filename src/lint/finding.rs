//! Findings: what a lint found, about what, and the packet that shows it.

use super::{Confidence, Lint, Sentence, Severity};
use crate::network::{Component, Origin};
use crate::packet::Family;
use crate::solver::{Destination, Query, Source, Traffic, Verdict};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A resource, or what an answer can name besides.
    Thing(Component),
    /// A waiver, by its place in the settings.
    Waiver(usize),
}

/// One thing that a lint found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Which lint.
    pub lint: &'static Lint,
    /// How bad this one is.
    pub severity: Severity,
    /// How far this one is to be trusted.
    pub confidence: Confidence,
    /// What it is about.
    pub subject: Subject,
    /// What tells it from other findings of the lint about the same thing; part of its fingerprint.
    pub key: String,
    /// What is wrong, in one sentence.
    pub message: Sentence,
    /// What more there is to say.
    pub notes: Vec<Sentence>,
    /// What else has a part in it.
    pub related: Vec<Component>,
    /// Rules, entries and routes that make it so.
    pub rules: Vec<Origin>,
    /// What would change for whom: the flows that hang on it.
    pub flows: Vec<Sentence>,
    /// The packet that shows it.
    pub witness: Option<Witness>,
    /// What to do.
    pub remedy: Sentence,
    /// What it is known by from one run to the next.
    pub fingerprint: String,
}

impl Finding {
    /// A finding that says nothing more than its message.
    pub fn new(lint: &'static Lint, subject: Component, message: Sentence) -> Finding {
        Finding {
            lint,
            severity: lint.severity,
            confidence: lint.confidence,
            subject: Subject::Thing(subject),
            key: String::new(),
            message,
            notes: Vec::new(),
            related: Vec::new(),
            rules: Vec::new(),
            flows: Vec::new(),
            witness: None,
            remedy: Sentence::default(),
            fingerprint: String::new(),
        }
    }
}

/// What the answer to a witness's question says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Packets get there, and answers get back: at least some.
    Passes,
    /// Packets get there; of answers nothing is claimed.
    Arrives,
    /// Packets get there, and answers do not.
    LosesAnswers,
    /// Packets do not get there, or some of them.
    Blocked,
}

impl Claim {
    /// Whether a verdict is as claimed.
    pub fn holds(self, verdict: Verdict) -> bool {
        match self {
            Claim::Passes => matches!(verdict, Verdict::Reachable | Verdict::Partial),
            Claim::Arrives => {
                matches!(verdict, Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly)
            }
            Claim::LosesAnswers => matches!(verdict, Verdict::ForwardOnly | Verdict::Partial),
            Claim::Blocked => matches!(verdict, Verdict::Blocked | Verdict::ForwardOnly | Verdict::Partial),
        }
    }
}

/// A question whose answer shows a finding.
#[derive(Debug, Clone)]
pub struct Witness {
    /// The question.
    pub query: Query,
    /// What its answer says.
    pub claim: Claim,
}

impl Witness {
    /// A question about one family, from one end to another.
    pub fn new(
        source: Source,
        destination: Destination,
        traffic: Traffic,
        family: Family,
        claim: Claim,
    ) -> Witness {
        Witness { query: query(source, destination, traffic, family, claim), claim }
    }
}

fn query(source: Source, destination: Destination, traffic: Traffic, family: Family, claim: Claim) -> Query {
    Query {
        sources: vec![source],
        destinations: vec![destination],
        traffic,
        family: Some(family),
        is_one_way: claim == Claim::Arrives,
        ..Query::default()
    }
}

/// What a lint's check writes to.
#[derive(Debug, Default)]
pub struct Findings {
    /// What was found.
    pub found: Vec<Finding>,
    /// What was not looked at, and the call that would have helped.
    pub skipped: Vec<super::Missing>,
    /// How many things were looked at.
    pub looked_at: usize,
    /// What they are: `subnet`, `VPC`.
    pub what: (&'static str, &'static str),
}

impl Findings {
    /// Notes how many things were looked at, and what they are.
    pub fn looked_at(&mut self, count: usize, one: &'static str, many: &'static str) {
        self.looked_at += count;
        self.what = (one, many);
    }
}
