//! Snapshots that lack an answer: what was certain stays as it was, or is *unknown* and says which call would tell.
//!
//! Every network of the pages and of `topologies/` loses one file, its questions are asked again, and no answer may say
//! another certain thing than with the file. Ordinary runs take a few files of each network, by a fixed seed;
//! `NETPATH_LACKING=all` takes every file that says something, each by itself, and `NETPATH_LACKING=vpn.md:24` those of the
//! networks whose place has that in it.

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
    ("describe-route-tables", "LOCAL_ROUTES_ASSUMED"),
    ("describe-internet-gateways", "GATEWAY_ASSUMED_ATTACHED"),
    ("describe-egress-only-internet-gateways", "GATEWAY_ASSUMED_ATTACHED"),
    ("describe-load-balancer-attributes", "CROSS_ZONE_ASSUMED_OFF"),
    ("describe-target-group-attributes", "ASSUMPTION_PRESERVE_CLIENT_IP_IS_ENABLED"),
    ("describe-target-group-attributes", "ASSUMPTION_PRESERVE_CLIENT_IP_IS_DISABLED"),
    ("describe-target-group-attributes", "CROSS_ZONE_ASSUMED_OFF"),
    ("describe-direct-connect-gateway-associations", "DIRECT_CONNECT_ASSUMED_ABSENT"),
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

/// Calls without which something is taken not to be there that hardly anybody has: the code of the answer with the call, and
/// why.
const RARE: &[(&str, &str, &str)] = &[
    ("describe-vpcs", "\"BAD_STATE\"", "a VPC that interfaces stand in is not pending"),
    (
        "describe-transit-gateway-attachments",
        "1:1 NAT",
        "whether an attachment translates shows nowhere else, and nearly none does",
    ),
];

/// What is answered, and the whole of it in JSON, which is only made where it is read.
struct Answer {
    verdict: Verdict,
    text: Option<String>,
}

#[test]
fn a_missing_answer_never_makes_another_certain_verdict() {
    let wanted = std::env::var("NETPATH_LACKING").ok();
    let mut wrong = Vec::new();
    let networks = semantics::networks().into_iter().chain(topologies::networks());
    let is_wanted =
        |network: &Network| wanted.as_ref().is_none_or(|it| it == "all" || network.place.contains(it));
    for (seed, network) in networks.filter(is_wanted).enumerate() {
        let whole = ask(&network, None, None);
        for number in chosen(&network, seed, wanted.is_some()) {
            let lacking = ask(&network, Some(number), Some(&whole));
            let name = network.files[number].0.display().to_string();
            for ((question, whole), lacking) in network.questions.iter().zip(&whole).zip(&lacking) {
                let (Some(whole), Some(lacking)) = (whole, lacking) else { continue };
                let is_rare = || {
                    let told = tell(&network, question);
                    RARE.iter().any(|(call, code, _)| name.contains(call) && told.contains(code))
                };
                if let Some(fault) = fault(&name, whole, lacking).filter(|_| !is_rare()) {
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
    let text = lacking.text.as_deref().unwrap_or_default();
    let is_assumed = |(call, code): &(&str, &str)| name.contains(call) && text.contains(code);
    if ASSUMED.iter().any(is_assumed) || SILENT.iter().any(|(call, _)| name.contains(call)) {
        return None;
    }
    match lacking.verdict {
        Verdict::Unknown if whole.verdict == Verdict::Unknown => None,
        Verdict::Unknown => {
            let says = names_a_call(text);
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

/// The whole answer to a question, with every file.
fn tell(network: &Network, question: &Question) -> String {
    let alone = Network {
        place: network.place.clone(),
        files: network.files.clone(),
        questions: vec![question.clone()],
    };
    let mut answers = ask(&alone, None, Some(&[None]));
    answers.pop().flatten().and_then(|it| it.text).unwrap_or_default()
}

/// The answers without a file. Where they have the verdict that they had before, their text is not made.
fn ask(network: &Network, without: Option<usize>, before: Option<&[Option<Answer>]>) -> Vec<Option<Answer>> {
    let files = network.files.iter().enumerate().filter(|(number, _)| Some(*number) != without);
    let documents =
        files.map(|(_, (name, value))| (name.display().to_string(), value.to_string().into_bytes()));
    let Ok(snapshot) = read_documents(documents.collect(), &ReadOptions::default()) else {
        return network.questions.iter().map(|_| None).collect();
    };
    let compiled = netpath::network::compile(&snapshot.model);
    let index = Index::new(&snapshot.model, &compiled);
    let ask = |(number, question): (usize, &Question)| {
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
        let verdict = answer.verdict;
        let known = before.and_then(|it| it[number].as_ref());
        if before.is_none() || known.is_some_and(|it| it.verdict == verdict) {
            return Some(Answer { verdict, text: None });
        }
        let words = netpath::report::Question {
            source: question.source.clone(),
            destination: question.destination.clone(),
            traffic: question.traffic.clone(),
        };
        let report = Report::new(&words, &query, &answer, &compiled, &snapshot);
        let text = Some(netpath::report::batch::line(&report, &0, false));
        Some(Answer { verdict, text })
    };
    network.questions.iter().enumerate().map(ask).collect()
}
