//! AWS's results beside ours, one by one.
//!
//! AWS finds a path when some packet of the question gets through and its reply back. Ours is the same when the verdict is
//! `reachable` or `partial`; `blocked` and `forward-only` are none. Codes are compared as AWS prints them.

use std::io::{self, Write};

use serde::Serialize;

use super::json::inert;
use super::view::Report;
use crate::solver::Verdict;

/// Every analysis, compared.
#[derive(Debug, Clone)]
pub struct Verification {
    /// In the order of their ids.
    pub analyses: Vec<Compared>,
}

/// One analysis.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The analysis.
    pub id: String,
    /// Its path.
    pub path: String,
    /// When it was made: the network may have been another.
    pub date: Option<String>,
    /// What was asked, where that is known.
    pub asked: Option<Asked>,
    /// What AWS says, where it says something.
    pub found: Option<Found>,
    /// How ours compares.
    pub outcome: Agreement,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// From where.
    pub source: String,
    /// To where.
    pub destination: String,
    /// What.
    pub traffic: String,
    /// From which ports.
    pub source_ports: Option<String>,
    /// Whether the way back does not count.
    pub is_one_way: bool,
}

/// What AWS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whether there is a path.
    pub found: bool,
    /// Its codes, sorted.
    pub codes: Vec<String>,
}

/// How two answers compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// Both say the same.
    Agree(Ours),
    /// They do not.
    Disagree(Ours),
    /// Ours is not known: the snapshot lacks something.
    Unknown(String),
    /// One of them has no answer to the same question.
    NotComparable(String),
}

/// Our answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    /// The verdict.
    pub verdict: &'static str,
    /// The codes, sorted.
    pub codes: Vec<String>,
}

impl Agreement {
    /// Of what AWS says and our answer to the same question.
    pub fn of(found: &Found, report: &Report<'_>) -> Agreement {
        let passes = match report.judged {
            Verdict::Unknown => {
                let lacks = report.assumptions.iter().filter(|it| it.makes_unknown);
                let lacks: Vec<&str> = lacks.map(|it| it.words.as_str()).collect();
                return Agreement::Unknown(lacks.join("; "));
            }
            Verdict::Reachable | Verdict::Partial => true,
            Verdict::Blocked | Verdict::ForwardOnly => false,
        };
        let codes = super::codes(report.answer).into_iter().map(str::to_owned).collect();
        let ours = Ours { verdict: report.judged.as_text(), codes };
        if passes == found.found { Agreement::Agree(ours) } else { Agreement::Disagree(ours) }
    }

    fn word(&self) -> &'static str {
        match self {
            Agreement::Agree(_) => "agree",
            Agreement::Disagree(_) => "disagree",
            Agreement::Unknown(_) | Agreement::NotComparable(_) => "not-comparable",
        }
    }

    fn ours(&self) -> Option<&Ours> {
        match self {
            Agreement::Agree(ours) | Agreement::Disagree(ours) => Some(ours),
            Agreement::Unknown(_) | Agreement::NotComparable(_) => None,
        }
    }

    fn why(&self) -> Option<String> {
        match self {
            Agreement::Agree(_) | Agreement::Disagree(_) => None,
            Agreement::Unknown(lacks) if lacks.is_empty() => Some("netpath does not know".to_owned()),
            Agreement::Unknown(lacks) => Some(format!("netpath does not know: {lacks}")),
            Agreement::NotComparable(why) => Some(why.clone()),
        }
    }
}

impl Verification {
    /// How many analyses netpath contradicts.
    pub fn disagree(&self) -> usize {
        self.count(|it| matches!(it, Agreement::Disagree(_)))
    }

    /// How many netpath cannot judge for lack of data.
    pub fn unknown(&self) -> usize {
        self.count(|it| matches!(it, Agreement::Unknown(_)))
    }

    fn agree(&self) -> usize {
        self.count(|it| matches!(it, Agreement::Agree(_)))
    }

    fn count(&self, is_wanted: impl Fn(&Agreement) -> bool) -> usize {
        self.analyses.iter().filter(|it| is_wanted(&it.outcome)).count()
    }
}

impl Compared {
    /// Which codes only one of the two has, where neither finds a way. AWS first.
    fn differing_codes(&self) -> Option<[Vec<&str>; 2]> {
        let (found, ours) = (self.found.as_ref()?, self.outcome.ours()?);
        if found.found || !matches!(self.outcome, Agreement::Agree(_)) {
            return None;
        }
        Some([only(&found.codes, &ours.codes), only(&ours.codes, &found.codes)])
    }
}

/// Codes of AWS that say what another of its codes says, which is the one that netpath uses (`docs/json.md`).
const SAME: &[(&str, &str)] = &[
    ("CANNOT_ROUTE", "NO_ROUTE_TO_DESTINATION"),
    ("TGW_RTB_CANNOT_ROUTE", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"),
    ("IGW_REJECTS_SPOOFED_TRAFFIC", "GATEWAY_REJECTS_SPOOFED_TRAFFIC"),
];

/// Those of some codes that others are not.
fn only<'c>(these: &'c [String], others: &[String]) -> Vec<&'c str> {
    let plain =
        |code: &'c str| SAME.iter().find(|(theirs, _)| *theirs == code).map_or(code, |(_, ours)| *ours);
    let has = |code: &str| others.iter().any(|it| SAME.contains(&(it.as_str(), code)) || it == code);
    these.iter().map(String::as_str).filter(|code| !has(plain(code))).collect()
}

/// Writes it for people: a line each, and what differs below it.
pub fn write_text(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    for it in &verification.analyses {
        write!(out, "{:<15} {}", it.outcome.word(), it.id)?;
        if let Some(asked) = &it.asked {
            write!(out, "  {} -> {} {}", asked.source, asked.destination, asked.traffic)?;
        }
        let theirs = it.found.as_ref().map(|it| if it.found { "a path" } else { "no path" });
        match (&it.outcome, theirs) {
            (Agreement::Agree(ours), _) => writeln!(out, ": {}", ours.verdict)?,
            (Agreement::Disagree(ours), theirs) => {
                let theirs = theirs.unwrap_or("nothing");
                writeln!(out, ": AWS found {theirs}, netpath says {}", ours.verdict)?;
                let date = it.date.as_deref().map(|it| format!(", on {it}")).unwrap_or_default();
                let codes = it.found.as_ref().map(|it| listed(&it.codes)).unwrap_or_default();
                writeln!(out, "    AWS{date}: {codes}")?;
                writeln!(out, "    netpath: {}", listed(&ours.codes))?;
            }
            (Agreement::Unknown(_) | Agreement::NotComparable(_), _) => {
                writeln!(out, ": {}", it.outcome.why().unwrap_or_default())?;
            }
        }
        if let Some([theirs, ours]) = it.differing_codes() {
            for (who, codes) in [("AWS", theirs), ("netpath", ours)] {
                if !codes.is_empty() {
                    writeln!(out, "    only {who} says {}", codes.join(", "))?;
                }
            }
        }
    }
    let (agree, disagree) = (verification.agree(), verification.disagree());
    let rest = verification.analyses.len() - agree - disagree;
    writeln!(out, "{agree} agree, {disagree} disagree, {rest} not comparable")
}

fn listed(codes: &[String]) -> String {
    if codes.is_empty() { "no code".to_owned() } else { codes.join(", ") }
}

#[derive(Serialize)]
struct Whole<'v> {
    schema: u32,
    counts: Counts,
    analyses: Vec<Row<'v>>,
}

#[derive(Serialize)]
struct Counts {
    agree: usize,
    disagree: usize,
    not_comparable: usize,
}

#[derive(Serialize)]
struct Row<'v> {
    id: &'v str,
    path: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'v str>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<QuestionRow<'v>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws: Option<AwsRow<'v>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    netpath: Option<OwnRow<'v>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Serialize)]
struct QuestionRow<'v> {
    source: &'v str,
    destination: &'v str,
    traffic: &'v str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ports: Option<&'v str>,
    one_way: bool,
}

#[derive(Serialize)]
struct AwsRow<'v> {
    found: bool,
    codes: &'v [String],
}

#[derive(Serialize)]
struct OwnRow<'v> {
    verdict: &'static str,
    codes: &'v [String],
}

/// Writes it for programs.
pub fn write_json(verification: &Verification, out: &mut dyn Write) -> io::Result<()> {
    let (agree, disagree) = (verification.agree(), verification.disagree());
    let whole = Whole {
        schema: super::SCHEMA,
        counts: Counts { agree, disagree, not_comparable: verification.analyses.len() - agree - disagree },
        analyses: verification.analyses.iter().map(of).collect(),
    };
    out.write_all(inert(serde_json::to_string_pretty(&whole)?).as_bytes())?;
    out.write_all(b"\n")
}

fn of(it: &Compared) -> Row<'_> {
    Row {
        id: &it.id,
        path: &it.path,
        date: it.date.as_deref(),
        result: it.outcome.word(),
        question: it.asked.as_ref().map(|it| QuestionRow {
            source: &it.source,
            destination: &it.destination,
            traffic: &it.traffic,
            source_ports: it.source_ports.as_deref(),
            one_way: it.is_one_way,
        }),
        aws: it.found.as_ref().map(|it| AwsRow { found: it.found, codes: &it.codes }),
        netpath: it.outcome.ours().map(|it| OwnRow { verdict: it.verdict, codes: &it.codes }),
        why: it.outcome.why(),
    }
}
