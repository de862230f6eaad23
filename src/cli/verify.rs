//! `netpath verify`: what AWS's Reachability Analyzer found, asked again here.
//!
//! An analysis says whether some packet gets there and, unless it was asked about one direction, back; what it was asked
//! stands in its path (`describe-network-insights-paths`), or in the components of a way that it found. What cannot be asked
//! the same way here is not compared, and says why.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::arguments::Verify;
use super::failure::Failure;
use super::format::Plain;
use super::open::{Opened, open};
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::report::verify::{Agreement, Asked, Compared, Found, Verification, write_json, write_text};
use crate::report::{Question, Report};
use crate::selector::{Arguments, Index, resolve};
use crate::solver::{Solver, solve_with};

/// What the files hold.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Answers {
    network_insights_analyses: Option<Vec<AnalysisWire>>,
    network_insights_paths: Option<Vec<PathWire>>,
}

/// One analysis.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AnalysisWire {
    network_insights_analysis_id: String,
    network_insights_path_id: String,
    start_date: Option<String>,
    status: String,
    status_message: Option<String>,
    network_path_found: Option<bool>,
    #[serde(deserialize_with = "list")]
    filter_in_arns: Vec<String>,
    #[serde(deserialize_with = "list")]
    filter_out_arns: Vec<String>,
    #[serde(deserialize_with = "list")]
    forward_path_components: Vec<ComponentWire>,
    #[serde(deserialize_with = "list")]
    explanations: Vec<ExplanationWire>,
}

/// A component of a way.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ComponentWire {
    component: Option<NamedWire>,
    outbound_header: Option<HeaderWire>,
    inbound_header: Option<HeaderWire>,
    #[serde(deserialize_with = "list")]
    additional_details: Vec<DetailWire>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct NamedWire {
    id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HeaderWire {
    protocol: Option<String>,
    #[serde(deserialize_with = "list")]
    destination_port_ranges: Vec<RangeWire>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DetailWire {
    additional_detail_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ExplanationWire {
    explanation_code: String,
}

/// One path: the question.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PathWire {
    network_insights_path_id: String,
    source: String,
    destination: String,
    source_arn: Option<String>,
    destination_arn: Option<String>,
    source_ip: Option<String>,
    destination_ip: Option<String>,
    protocol: Option<String>,
    destination_port: Option<u16>,
    filter_at_source: Option<FilterWire>,
    filter_at_destination: Option<FilterWire>,
}

/// What narrows a question's packets.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct FilterWire {
    source_address: Option<String>,
    source_port_range: Option<PortsWire>,
    destination_address: Option<String>,
    destination_port_range: Option<PortsWire>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RangeWire {
    from: u16,
    to: u16,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct PortsWire {
    from_port: u16,
    to_port: u16,
}

/// `null` is what some collectors write for nothing.
fn list<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(reader: D) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(reader).map(Option::unwrap_or_default)
}

/// Compares and prints.
pub(super) fn run(context: &Context, words: &Verify) -> Result<Outcome, Failure> {
    let plain = context.options.format.plain()?;
    let (analyses, paths) = read(&words.files)?;
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut solver = Solver::new(&opened.network);
    let compared = analyses.iter().map(|analysis| {
        let asked = asked(analysis, paths.get(&analysis.network_insights_path_id));
        let outcome = match &asked {
            Ok(asked) => compare(&index, &mut solver, opened, analysis, asked),
            Err(why) => Agreement::NotComparable(why.clone()),
        };
        Compared {
            id: analysis.network_insights_analysis_id.clone(),
            path: analysis.network_insights_path_id.clone(),
            date: analysis.start_date.clone(),
            asked: asked.ok(),
            found: found(analysis),
            outcome,
        }
    });
    let verification = Verification { analyses: compared.collect() };
    print(context, plain, &verification)?;
    Ok(if verification.disagree() > 0 {
        Outcome::Violated
    } else if verification.unknown() > 0 {
        Outcome::Unknown
    } else {
        Outcome::Answered
    })
}

fn print(context: &Context, plain: Plain, verification: &Verification) -> Result<(), Failure> {
    let mut output = Output::open(context.options.output.as_deref())?;
    let written = match plain {
        Plain::Json => write_json(verification, &mut output),
        Plain::Text => write_text(verification, &mut output),
    };
    written.map_err(|cause| unwritable("the comparison", &cause))?;
    output.finish()
}

/// Every analysis in the files by its id, and the paths that they are of.
fn read(files: &[PathBuf]) -> Result<(Vec<AnalysisWire>, BTreeMap<String, PathWire>), Failure> {
    let (mut analyses, mut paths) = (Vec::new(), BTreeMap::new());
    for file in files {
        let answers = answers(file)?;
        analyses.extend(answers.network_insights_analyses.unwrap_or_default());
        let own = answers.network_insights_paths.unwrap_or_default();
        paths.extend(own.into_iter().map(|path| (path.network_insights_path_id.clone(), path)));
    }
    if analyses.is_empty() {
        return Err(Failure::new("there is no analysis in what was given")
            .help("save some with `aws ec2 describe-network-insights-analyses > analyses.json`"));
    }
    analyses.sort_by(|one: &AnalysisWire, other| {
        one.network_insights_analysis_id.cmp(&other.network_insights_analysis_id)
    });
    analyses.dedup_by(|one, other| one.network_insights_analysis_id == other.network_insights_analysis_id);
    Ok((analyses, paths))
}

fn answers(file: &Path) -> Result<Answers, Failure> {
    let failed = |cause: String| Failure::new(format!("cannot read `{}`: {cause}", file.display()));
    let text = fs::read(file).map_err(|cause| failed(cause.to_string()))?;
    let answers: Answers = serde_json::from_slice(&text).map_err(|cause| {
        failed(cause.to_string())
            .help("it takes what `aws ec2 describe-network-insights-analyses --output json` prints")
    })?;
    if answers.network_insights_analyses.is_none() && answers.network_insights_paths.is_none() {
        return Err(failed("it has neither `NetworkInsightsAnalyses` nor `NetworkInsightsPaths`".to_owned())
            .help("it takes what `aws ec2 describe-network-insights-analyses --output json` prints"));
    }
    Ok(answers)
}

/// What AWS says.
fn found(analysis: &AnalysisWire) -> Option<Found> {
    let found = analysis.network_path_found.filter(|_| analysis.status == "succeeded")?;
    let mut codes: Vec<String> = analysis.explanations.iter().map(|it| it.explanation_code.clone()).collect();
    codes.retain(|code| !code.is_empty());
    codes.sort_unstable();
    codes.dedup();
    Some(Found { found, codes })
}

/// The question, as it is asked here.
fn asked(analysis: &AnalysisWire, path: Option<&PathWire>) -> Result<Asked, String> {
    let is_one_way = analysis
        .forward_path_components
        .iter()
        .flat_map(|it| &it.additional_details)
        .any(|it| it.additional_detail_type == "UNIDIRECTIONAL_PATH_ANALYSIS_ONLY");
    let asked = match path {
        Some(path) => of_path(path)?,
        None => of_components(&analysis.forward_path_components).ok_or_else(|| {
            "what was asked is not in it: give the output of `aws ec2 describe-network-insights-paths` as well".to_owned()
        })?,
    };
    Ok(Asked { is_one_way, ..asked })
}

fn of_path(path: &PathWire) -> Result<Asked, String> {
    let at_source = path.filter_at_source.clone().unwrap_or_default();
    if path.filter_at_destination.as_ref().is_some_and(|it| *it != FilterWire::default()) {
        return Err("it was asked with a filter at the destination, which has no form here".to_owned());
    }
    let source = end(
        &path.source,
        path.source_arn.as_ref(),
        path.source_ip.as_ref().or(at_source.source_address.as_ref()),
    );
    let destination = end(
        &path.destination,
        path.destination_arn.as_ref(),
        path.destination_ip.as_ref().or(at_source.destination_address.as_ref()),
    );
    let protocol = path.protocol.as_deref().unwrap_or("tcp");
    let range = |ports: PortsWire| range(ports.from_port, ports.to_port);
    let port = path.destination_port.map(|it| it.to_string()).or(at_source.destination_port_range.map(range));
    Ok(Asked {
        source: source.ok_or("its path names no source")?,
        destination: destination.ok_or("its path names no destination")?,
        traffic: port.map_or_else(|| protocol.to_owned(), |port| format!("{protocol}/{port}")),
        source_ports: at_source.source_port_range.map(range),
        is_one_way: false,
    })
}

/// An address where one is given, else what it is; behind an internet gateway is the internet.
fn end(id: &str, arn: Option<&String>, address: Option<&String>) -> Option<String> {
    if let Some(address) = address.filter(|it| !it.is_empty()) {
        return Some(address.clone());
    }
    let id = Some(id).filter(|id| !id.is_empty()).or(arn.map(String::as_str))?;
    let name = id.rsplit('/').next().unwrap_or(id);
    Some(match name.split_once('-') {
        Some(("igw", _)) => "internet".to_owned(),
        Some(("vgw", _)) => "onprem".to_owned(),
        Some(_) | None => id.to_owned(),
    })
}

/// The question of a way that was found: its ends, and the packet that leaves the first of them.
fn of_components(components: &[ComponentWire]) -> Option<Asked> {
    let id = |it: &ComponentWire| it.component.as_ref().map(|it| it.id.clone()).unwrap_or_default();
    let (first, last) = (components.first()?, components.last()?);
    let header = first.outbound_header.as_ref().or(first.inbound_header.as_ref())?;
    let protocol = match header.protocol.as_deref()? {
        "6" | "tcp" => "tcp",
        "17" | "udp" => "udp",
        _ => return None,
    };
    let ports: Vec<String> = header.destination_port_ranges.iter().map(|it| range(it.from, it.to)).collect();
    Some(Asked {
        source: end(&id(first), None, None)?,
        destination: end(&id(last), None, None)?,
        traffic: if ports.is_empty() {
            protocol.to_owned()
        } else {
            format!("{protocol}/{}", ports.join(","))
        },
        source_ports: None,
        is_one_way: false,
    })
}

fn range(from: u16, to: u16) -> String {
    if from == to { from.to_string() } else { format!("{from}-{to}") }
}

/// Asks the same here.
fn compare(
    index: &Index<'_>,
    solver: &mut Solver<'_>,
    opened: &Opened,
    analysis: &AnalysisWire,
    asked: &Asked,
) -> Agreement {
    let Some(found) = found(analysis) else {
        let message = analysis.status_message.as_deref().filter(|it| !it.is_empty());
        let message = message.map(|it| format!(": {it}")).unwrap_or_default();
        return Agreement::NotComparable(format!(
            "AWS has no answer: the analysis is `{}`{message}",
            analysis.status
        ));
    };
    if !analysis.filter_in_arns.is_empty() || !analysis.filter_out_arns.is_empty() {
        return Agreement::NotComparable("it was asked with components to include or exclude".to_owned());
    }
    let arguments = Arguments {
        source: &asked.source,
        destination: &asked.destination,
        traffic: &asked.traffic,
        source_ports: asked.source_ports.as_deref(),
        // AWS's analyzer looks at no other.
        family: Some(crate::packet::Family::V4),
        is_one_way: asked.is_one_way,
        all_addresses: false,
        all_paths: false,
    };
    let query = match resolve(index, &arguments) {
        Ok(query) => query,
        Err(error) => return Agreement::NotComparable(format!("it cannot be asked here: {error}")),
    };
    let answer = solve_with(solver, &query);
    let question = Question {
        source: asked.source.clone(),
        destination: asked.destination.clone(),
        traffic: asked.traffic.clone(),
    };
    Agreement::of(&found, &Report::new(&question, &query, &answer, &opened.network, &opened.snapshot))
}
