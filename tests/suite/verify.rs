//! `netpath verify`: analyses in AWS's form, made for networks that are known, against what netpath says of them.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{Run, netpath, run, three_tier};

/// The path of an analysis: from one name to another, as ids.
fn path(number: u32, source: &str, destination: &str, port: Option<u16>) -> Value {
    let mut path = json!({
        "NetworkInsightsPathId": format!("nip-{number:017}"),
        "CreatedDate": "2026-01-20T22:43:46.933Z",
        "Source": source,
        "Destination": destination,
        "Protocol": "tcp",
    });
    if let Some(port) = port {
        path["DestinationPort"] = json!(port);
    }
    path
}

fn analysis(number: u32, found: bool, codes: &[&str]) -> Value {
    let explanations: Vec<Value> =
        codes.iter().map(|it| json!({ "ExplanationCode": it, "Direction": "ingress" })).collect();
    json!({
        "NetworkInsightsAnalysisId": format!("nia-{number:017}"),
        "NetworkInsightsPathId": format!("nip-{number:017}"),
        "StartDate": "2026-01-20T22:58:37.495Z",
        "Status": "succeeded",
        "NetworkPathFound": found,
        "Explanations": explanations,
    })
}

struct Files(TempDir);

impl Files {
    fn new(analyses: &[Value], paths: &[Value]) -> Files {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, value: Value| {
            fs::write(folder.path().join(name), value.to_string()).expect("it can be written");
        };
        write("analyses.json", json!({ "NetworkInsightsAnalyses": analyses }));
        write("paths.json", json!({ "NetworkInsightsPaths": paths }));
        Files(folder)
    }

    fn verify(&self, words: &[&str]) -> Run {
        let mut command = netpath();
        command.arg("-q").arg("-s").arg(three_tier()).arg("verify");
        command.arg(self.0.path().join("analyses.json")).arg(self.0.path().join("paths.json"));
        run(command.args(words), "")
    }
}

/// The interface of an instance that has a name.
fn interface(name: &str) -> String {
    let shown = run(
        netpath()
            .arg("-q")
            .arg("-s")
            .arg(three_tier())
            .args(["query", name, "internet", "tcp/443", "-f", "json"]),
        "",
    );
    let answer: Value = serde_json::from_str(&shown.out).expect("JSON");
    let ways = answer["paths"].as_array().expect("a list").iter();
    let components = ways.flat_map(|it| it["forward_path_components"].as_array().expect("a list"));
    let mut ids = components.filter_map(|it| it["id"].as_str()).filter(|it| it.starts_with("eni-"));
    ids.next().unwrap_or_else(|| panic!("no interface of {name}")).to_owned()
}

#[test]
fn results_of_aws_are_compared_verdict_by_verdict() {
    let (web, app, gateway) = (interface("web-a"), interface("app-a"), "igw-0ca15692b456720ca");
    let paths = [
        path(1, gateway, &web, Some(443)),
        path(2, gateway, &web, Some(22)),
        path(3, &web, &app, Some(8080)),
        path(4, &web, &app, None),
    ];
    let agree = [
        analysis(1, true, &[]),
        analysis(2, false, &["ENI_SG_RULES_MISMATCH"]),
        analysis(3, true, &[]),
        // Some port is enough for AWS.
        analysis(4, true, &[]),
    ];
    let done = Files::new(&agree, &paths).verify(&[]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.ends_with("4 agree, 0 disagree, 0 not comparable\n"), "{}", done.out);
    assert!(!done.out.contains("only "), "{}", done.out);
    assert!(done.out.contains(&format!("internet -> {web} tcp/443: reachable")), "{}", done.out);

    let disagree =
        [agree[0].clone(), analysis(2, true, &[]), analysis(3, false, &["SUBNET_ACL_RESTRICTION"])];
    let done = Files::new(&disagree, &paths).verify(&[]);
    assert_eq!(done.code, 1, "{}{}", done.out, done.err);
    assert!(done.out.ends_with("1 agree, 2 disagree, 0 not comparable\n"), "{}", done.out);
    assert!(done.out.contains("AWS found a path, netpath says blocked"), "{}", done.out);
    assert!(done.out.contains("netpath: ENI_SG_RULES_MISMATCH"), "{}", done.out);
    assert!(done.out.contains("AWS, on 2026-01-20T22:58:37.495Z: SUBNET_ACL_RESTRICTION"), "{}", done.out);

    let done = Files::new(&disagree, &paths).verify(&["--format", "json"]);
    let answer: Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(answer["counts"], json!({ "agree": 1, "disagree": 2, "not_comparable": 0 }));
    assert_eq!(answer["analyses"][1]["result"], "disagree");
    assert_eq!(
        answer["analyses"][1]["netpath"],
        json!({ "verdict": "blocked", "codes": ["ENI_SG_RULES_MISMATCH"] })
    );
    assert_eq!(answer["analyses"][1]["aws"], json!({ "found": true, "codes": [] }));
}

#[test]
fn codes_that_only_one_of_the_two_has_are_named() {
    let paths = [path(1, "igw-0ca15692b456720ca", &interface("web-a"), Some(22))];
    let done = Files::new(&[analysis(1, false, &["NO_ROUTE_TO_DESTINATION"])], &paths).verify(&[]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains("    only AWS says NO_ROUTE_TO_DESTINATION\n"), "{}", done.out);
    assert!(done.out.contains("    only netpath says ENI_SG_RULES_MISMATCH\n"), "{}", done.out);
}

#[test]
fn what_cannot_be_asked_the_same_way_says_why() {
    let web = interface("web-a");
    let (mut failed, mut filtered) = (analysis(1, false, &[]), analysis(2, false, &[]));
    failed["Status"] = json!("failed");
    failed["StatusMessage"] = json!("no permission");
    filtered["FilterInArns"] = json!(["arn:aws:ec2:eu-west-1:111122223333:natgateway/nat-1"]);
    let mut at_destination = path(4, "igw-0ca15692b456720ca", &web, Some(443));
    at_destination["FilterAtDestination"] = json!({ "DestinationAddress": "10.0.0.10" });
    let paths = [
        path(1, "igw-0ca15692b456720ca", &web, Some(443)),
        path(2, "igw-0ca15692b456720ca", &web, Some(443)),
        path(3, "eni-00000000000000000", &web, Some(443)),
        at_destination,
    ];
    let analyses =
        [failed, filtered, analysis(3, true, &[]), analysis(4, true, &[]), analysis(5, false, &[])];
    let done = Files::new(&analyses, &paths).verify(&[]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    for why in [
        "AWS has no answer: the analysis is `failed`: no permission",
        "it was asked with components to include or exclude",
        "it cannot be asked here: ",
        "it was asked with a filter at the destination",
        "what was asked is not in it: give the output of `aws ec2 describe-network-insights-paths` as well",
    ] {
        assert!(done.out.contains(why), "{why}: {}", done.out);
    }
    assert!(done.out.ends_with("0 agree, 0 disagree, 5 not comparable\n"), "{}", done.out);
}

#[test]
fn a_way_that_was_found_says_itself_what_was_asked() {
    let (web, app) = (interface("web-a"), interface("app-a"));
    let mut found = analysis(1, true, &[]);
    found["ForwardPathComponents"] = json!([
        { "SequenceNumber": 1, "Component": { "Id": web }, "OutboundHeader": {
            "Protocol": "6", "DestinationPortRanges": [{ "From": 8080, "To": 8080 }] } },
        { "SequenceNumber": 2, "Component": { "Id": app }, "InboundHeader": { "Protocol": "6" } },
    ]);
    let done = Files::new(&[found], &[]).verify(&[]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains(&format!("{web} -> {app} tcp/8080: reachable")), "{}", done.out);
}

#[test]
fn what_netpath_does_not_know_is_not_counted_as_agreement() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(three_tier()).expect("the topology is there") {
        let file = entry.expect("a folder can be listed").path();
        let name = file.file_name().expect("a file has a name").to_owned();
        if name != "describe-security-groups.json" {
            fs::copy(&file, folder.path().join(name)).expect("it can be copied");
        }
    }
    let files = Files::new(
        &[analysis(1, true, &[])],
        &[path(1, "igw-0ca15692b456720ca", &interface("web-a"), Some(443))],
    );
    let mut command = netpath();
    command.arg("-q").arg("-s").arg(folder.path()).arg("verify");
    command.arg(files.0.path().join("analyses.json")).arg(files.0.path().join("paths.json"));
    let done = run(&mut command, "");
    assert_eq!(done.code, 3, "{}{}", done.out, done.err);
    assert!(
        done.out.contains("netpath does not know: ") && done.out.contains("describe-security-groups"),
        "{}",
        done.out
    );
}

#[test]
fn our_own_answer_in_the_form_of_aws_agrees_with_itself() {
    let (web, app) = (interface("web-a"), interface("app-a"));
    let words = ["query", &web, &app, "tcp/8080", "--format", "aws"];
    let aws = run(netpath().arg("-q").arg("-s").arg(three_tier()).args(words), "");
    let answer: Value = serde_json::from_str(&aws.out).expect("JSON");
    let done = Files::new(&[answer], &[]).verify(&[]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains(": reachable"), "{}", done.out);
}

#[test]
fn other_files_are_refused() {
    let vpcs = three_tier().join("describe-vpcs.json");
    let done = run(netpath().arg("-s").arg(three_tier()).arg("verify").arg(vpcs), "");
    assert!(done.code == 2 && done.err.contains("neither `NetworkInsightsAnalyses`"), "{}", done.err);
    let none = Files::new(&[], &[]).verify(&[]);
    assert!(none.code == 2 && none.err.contains("there is no analysis"), "{}", none.err);
}
