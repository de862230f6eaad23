//! Snapshots that lack an answer: what was certain stays as it was, or is *unknown* and says which call would tell.
//!
//! Every network of the pages and of `topologies/` loses one file, its questions are asked again, and no answer may say
//! another certain thing than with the file. Ordinary runs take a few files of each network, by a fixed seed;
//! `NETPATH_LACKING=all` takes every file that says something, each by itself.

use std::path::PathBuf;

use netpath::packet::Family;
use netpath::report::Report;
use netpath::selector::{Arguments, Index, resolve};
use netpath::snapshot::{ReadOptions, read_documents};
use netpath::solver::{Verdict, solve};
use serde_json::Value;

use crate::{semantics, topologies};

/// A network and what is asked of it.
pub struct Network {
    /// Where it is written.
    pub place: String,
    /// Its files, by name.
    pub files: Vec<(PathBuf, Value)>,
    /// What is asked.
    pub questions: Vec<Question>,
}

/// A question in words.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub source: String,
    pub destination: String,
    pub traffic: String,
    pub source_ports: Option<String>,
    pub family: Option<Family>,
    pub is_one_way: bool,
    pub all_addresses: bool,
}

/// Files that an ordinary run takes from each network.
const FILES: usize = 3;

/// Calls in whose place something is taken for granted, and the code that every answer that leans on it carries.
const ASSUMED: &[(&str, &str)] = &[
    ("describe-vpc-block-public-access-options", "BLOCK_PUBLIC_ACCESS_ASSUMED_OFF"),
    // A VPC repeats the setting.
    ("describe-vpcs", "BLOCK_PUBLIC_ACCESS_ASSUMED_OFF"),
    ("describe-instances", "INSTANCE_ASSUMED_RUNNING"),
    ("describe-internet-gateways", "GATEWAY_ASSUMED_ATTACHED"),
    ("describe-egress-only-internet-gateways", "GATEWAY_ASSUMED_ATTACHED"),
    ("describe-load-balancer-attributes", "CROSS_ZONE_ASSUMED_OFF"),
    ("describe-target-group-attributes", "PRESERVE_CLIENT_IP_ASSUMED_ON"),
    ("describe-target-group-attributes", "PRESERVE_CLIENT_IP_ASSUMED_OFF"),
    // Whether appliances get packets at all is their owner's to know.
    ("describe-vpc-endpoint-service-configurations", "PATH_THROUGH_GWLB_NOT_CHECKED"),
    ("describe-load-balancers", "PATH_THROUGH_GWLB_NOT_CHECKED"),
    ("describe-listeners", "PATH_THROUGH_GWLB_NOT_CHECKED"),
    ("describe-transit-gateway-connect-peers", "TUNNELS_ASSUMED_UP"),
];

/// Calls whose absence nothing shows and that old or foreign snapshots lack as a rule: without them the usual is taken for
/// granted, silently.
const SILENT: &[(&str, &str)] = &[
    ("describe-vpc-encryption-controls", "nearly nobody enforces encryption, and a VPC repeats its control"),
    ("describe-byoip-cidrs", "who has brought a range has advertised it"),
    ("describe-vpc-attribute", "a VPC has DNS unless somebody turned it off"),
    ("describe-vpc-endpoint-connections", "the endpoint says itself that it was rejected"),
    ("describe-vpc-endpoint-service-configurations", "a service of others ends at its endpoint"),
    ("list-hosted-zones", "zones that are not listed are none"),
];

/// What is answered, and the whole of it in JSON.
struct Answer {
    verdict: Verdict,
    text: String,
}

#[test]
fn a_missing_answer_never_makes_another_certain_verdict() {
    let is_whole = std::env::var("NETPATH_LACKING").is_ok_and(|it| it == "all");
    let mut wrong = Vec::new();
    let networks = semantics::networks().into_iter().chain(topologies::networks());
    for (seed, network) in networks.enumerate() {
        let whole = ask(&network, None);
        for number in chosen(&network, seed, is_whole) {
            let lacking = ask(&network, Some(number));
            let name = network.files[number].0.display().to_string();
            for ((question, whole), lacking) in network.questions.iter().zip(&whole).zip(&lacking) {
                let (Some(whole), Some(lacking)) = (whole, lacking) else { continue };
                if let Some(fault) = fault(&name, whole, lacking) {
                    wrong.push(format!(
                        "{}: without {name}: {} -> {} {}: {fault}",
                        network.place, question.source, question.destination, question.traffic
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// The files to take away, each by itself.
fn chosen(network: &Network, seed: usize, is_whole: bool) -> Vec<usize> {
    let count = network.files.len();
    if is_whole {
        return (0..count).filter(|it| says_something(&network.files[*it].1)).collect();
    }
    // A step that shares no factor with any count of files that occurs.
    (0..FILES.min(count)).map(|it| (seed * 7919 + it * 104_729) % count).collect()
}

/// Whether an answer is more than an empty list.
fn says_something(file: &Value) -> bool {
    file.as_object().is_none_or(|members| {
        members.values().any(|it| it.as_array().is_none_or(|elements| !elements.is_empty()))
    })
}

fn fault(name: &str, whole: &Answer, lacking: &Answer) -> Option<String> {
    let is_assumed = |(call, code): &(&str, &str)| name.contains(call) && lacking.text.contains(code);
    if ASSUMED.iter().any(is_assumed) || SILENT.iter().any(|(call, _)| name.contains(call)) {
        return None;
    }
    match lacking.verdict {
        Verdict::Unknown if whole.verdict == Verdict::Unknown => None,
        Verdict::Unknown => {
            let says = names_a_call(&lacking.text);
            (!says).then(|| "unknown, without a word of a call".to_owned())
        }
        verdict @ (Verdict::Reachable | Verdict::Partial | Verdict::ForwardOnly | Verdict::Blocked) => {
            (verdict != whole.verdict)
                .then(|| format!("{} instead of {}", verdict.as_text(), whole.verdict.as_text()))
        }
    }
}

/// Whether an answer names a call that would tell: the one that is missing, or one that it makes up for.
fn names_a_call(text: &str) -> bool {
    const SERVICES: &[&str] =
        &["ec2", "elb", "elbv2", "directconnect", "network-firewall", "networkmanager", "vpc-lattice"];
    SERVICES.iter().any(|service| text.contains(&format!("aws {service} ")))
}

fn ask(network: &Network, without: Option<usize>) -> Vec<Option<Answer>> {
    let files = network.files.iter().enumerate().filter(|(number, _)| Some(*number) != without);
    let documents =
        files.map(|(_, (name, value))| (name.display().to_string(), value.to_string().into_bytes()));
    let Ok(snapshot) = read_documents(documents.collect(), &ReadOptions::default()) else {
        return network.questions.iter().map(|_| None).collect();
    };
    let compiled = netpath::network::compile(&snapshot.model);
    let index = Index::new(&snapshot.model, &compiled);
    let ask = |question: &Question| {
        let arguments = Arguments {
            source: &question.source,
            destination: &question.destination,
            traffic: &question.traffic,
            source_ports: question.source_ports.as_deref(),
            family: question.family,
            is_one_way: question.is_one_way,
            all_addresses: question.all_addresses,
            all_paths: false,
        };
        let query = resolve(&index, &arguments).ok()?;
        let answer = solve(&compiled, &query);
        let words = netpath::report::Question {
            source: question.source.clone(),
            destination: question.destination.clone(),
            traffic: question.traffic.clone(),
        };
        let report = Report::new(&words, &query, &answer, &compiled, &snapshot);
        Some(Answer { verdict: answer.verdict, text: netpath::report::batch::line(&report, &0, false) })
    };
    network.questions.iter().map(ask).collect()
}
