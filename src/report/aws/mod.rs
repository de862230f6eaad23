//! AWS's own form: one `NetworkInsightsAnalysis`, member for member (EC2 API, *NetworkInsightsAnalysis*, *PathComponent*,
//! *Explanation*).
//!
//! Differences that cannot be helped: verdicts that AWS does not have stand in `StatusMessage`; codes that it does not
//! have are ours; IPv6 blocks stand where AWS has IPv4 ones; ids are hashes of snapshot and question; there are no dates.

mod shape;
mod components;
mod firewalls;
mod explanations;

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::view::{PathView, Report};
use crate::solver::Verdict;
use shape::{Analysis, Status};

/// Writes an answer as a `NetworkInsightsAnalysis`.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let text = super::json::inert(serde_json::to_string_pretty(&analysis(report))?);
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")
}

fn analysis<'r>(report: &'r Report<'_>) -> Analysis<'r> {
    let path = told(report);
    let (forward, back): (&[_], &[_]) = match path {
        Some(path) => (&path.forward_path_components, &path.return_path_components),
        None => (&[], &[]),
    };
    let id = format!("nia-{}", hash(report, "analysis"));
    Analysis {
        network_insights_analysis_arn: arn(
            report.snapshot.accounts.first().map(|it| it.as_str()),
            report.snapshot.regions.first().map(|it| it.as_str()),
            "network-insights-analysis",
            &id,
        ),
        network_insights_analysis_id: id,
        network_insights_path_id: format!("nip-{}", hash(report, "path")),
        status: if report.judged == Verdict::Unknown { Status::Failed } else { Status::Succeeded },
        status_message: status_message(report),
        warning_message: warning_message(report),
        network_path_found: report.judged == Verdict::Reachable,
        forward_path_components: components::components(forward, path.and_then(|it| it.arriving.as_ref())),
        return_path_components: components::components(back, None),
        explanations: report
            .explanations
            .iter()
            .map(|it| explanations::explanation(report.context, it))
            .collect(),
    }
}

/// The path that is told: AWS shows one, and only one that packets take.
fn told<'r, 'a>(report: &'r Report<'a>) -> Option<&'r PathView<'a>> {
    let is_real = |it: &&PathView<'_>| {
        matches!(it.judged, Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly)
    };
    let exact = report.paths.iter().find(|it| it.judged == report.judged);
    exact.or_else(|| report.paths.iter().find(is_real)).filter(is_real)
}

/// Seventeen digits that snapshot and question decide.
fn hash(report: &Report<'_>, what: &str) -> String {
    let question = report.question;
    let mut hasher = Sha256::new();
    for text in [what, &question.source, &question.destination, &question.traffic] {
        hasher.update(text.as_bytes());
        hasher.update([0]);
    }
    if what == "analysis" {
        hasher.update(report.snapshot.sha256.as_bytes());
    }
    let digits: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..17].to_owned()
}

fn status_message(report: &Report<'_>) -> String {
    let missing = report.assumptions.iter().filter(|it| it.makes_unknown);
    match report.judged {
        Verdict::Unknown => {
            let gaps: Vec<String> = missing.map(|it| it.words.clone()).collect();
            format!("{}: {}", report.verdict, gaps.join("; ")).trim_end_matches([' ', ':']).to_owned()
        }
        Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly | Verdict::Blocked => {
            report.verdict.to_owned()
        }
    }
}

fn warning_message(report: &Report<'_>) -> Option<String> {
    let assumed = report.assumptions.iter().filter(|it| !it.makes_unknown);
    let words: Vec<String> = assumed.map(|it| format!("{}: {}", it.code, it.words)).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// An ARN; what is not known of account and Region is left empty, as AWS does where there is none.
fn arn(account: Option<&str>, region: Option<&str>, kind: &str, id: &str) -> String {
    if id.starts_with("arn:") {
        return id.to_owned();
    }
    let region = region.unwrap_or_default();
    let partition = match region {
        china if china.starts_with("cn-") => "aws-cn",
        government if government.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let (service, kind) = match kind {
        "classic-load-balancer" => ("elasticloadbalancing", "loadbalancer"),
        _ => ("ec2", kind),
    };
    format!("arn:{partition}:{service}:{region}:{}:{kind}/{id}", account.unwrap_or_default())
}
