//! The command line: exit codes, messages, files and pipes, as scripts and people rely on them.
//!
//! What answers say is tested by pages and topologies; here is how they are asked for and delivered.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub fn three_tier() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/three-tier/snapshot")
}

/// One run of the program.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The program, in no particular environment.
pub fn netpath() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    for name in [
        "NETPATH_SNAPSHOT",
        "NETPATH_FORMAT",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "CLICOLOR",
        "NETPATH_ACCOUNT",
        "NETPATH_REGION",
        "NETPATH_CACHE",
    ] {
        command.env_remove(name);
    }
    command
}

pub fn run(command: &mut Command, input: &str) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    let input = input.to_owned();
    // Who does not read its input ends before all of it is written.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writing thread ends");
    Run {
        code: output.status.code().expect("the program is not killed"),
        out: String::from_utf8(output.stdout).expect("results are UTF-8"),
        err: String::from_utf8(output.stderr).expect("messages are UTF-8"),
    }
}

/// The words after `netpath -s three-tier`.
fn ask(words: &[&str]) -> Run {
    run(netpath().arg("-s").arg(three_tier()).args(words), "")
}

/// A copy of the three tiers, to be spoiled.
fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for entry in fs::read_dir(three_tier()).expect("the topology is there") {
        let path = entry.expect("a folder can be listed").path();
        let name = path.file_name().expect("a file has a name").to_owned();
        fs::copy(&path, folder.path().join(name)).expect("a file can be copied");
    }
    folder
}

fn edit(folder: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).expect("the file is there");
    let mut document: Value = serde_json::from_str(&text).expect("the file is JSON");
    change(&mut document);
    fs::write(&path, document.to_string()).expect("the file can be written");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_question_is_answered() {
    let run = ask(&["query", "web-a", "app-a", "tcp/8080"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("reachable"), "{}", run.out);
    let run = ask(&["query", "web-a", "app-a", "tcp/8080", "--format", "json"]);
    let answer = json(&run.out);
    assert_eq!(answer["verdict"], "reachable");
    assert_eq!(answer["question"]["destination"], "app-a");
    let aws = json(&ask(&["--format", "aws", "query", "web-a", "app-a", "tcp/8080"]).out);
    assert!(aws.to_string().contains("\"NetworkPathFound\":true"), "{aws}");
}

#[test]
fn the_exit_code_is_the_answer_to_an_expectation() {
    let blocked = ["query", "web-a", "app-a", "tcp/22"];
    let code = |words: &[&str], expectation: &str| {
        let mut words = words.to_vec();
        words.extend(["--expect", expectation]);
        ask(&words).code
    };
    assert_eq!(ask(&blocked).code, 0);
    assert_eq!(code(&blocked, "blocked"), 0);
    assert_eq!(code(&blocked, "not-reachable"), 0);
    assert_eq!(code(&blocked, "reachable"), 1);
    assert_eq!(code(&["query", "web-a", "app-a", "tcp/8080"], "reachable"), 0);
    assert_eq!(code(&["query", "web-a", "app-a", "tcp/8080,22"], "not-reachable"), 1);
    assert_eq!(code(&["query", "web-a", "app-a", "tcp/8080,22"], "partial"), 0);
    assert_eq!(code(&blocked, "nonsense"), 2);
    let said = ask(&["query", "web-a", "app-a", "tcp/22", "--expect", "reachable"]).err;
    assert_eq!(said, "expected `reachable`, and the verdict is `blocked`\n");
}

#[test]
fn unknown_is_neither_a_success_nor_a_violation() {
    let folder = copy();
    fs::remove_file(folder.path().join("describe-route-tables.json")).expect("the file is there");
    let ask = |more: &[&str]| {
        let words = ["query", "web-a", "internet", "tcp/443"];
        run(netpath().arg("-s").arg(folder.path()).args(words).args(more), "")
    };
    assert_eq!(ask(&[]).code, 0);
    assert_eq!(ask(&["--expect", "reachable"]).code, 3);
    assert_eq!(ask(&["--expect", "blocked"]).code, 3);
    assert_eq!(ask(&["--expect", "unknown"]).code, 0);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: a row for each error")]
fn errors_are_an_error_and_a_help() {
    let cases: &[(&[&str], &str, &str)] = &[
        (&["query", "wbe-a", "app-a"], "nothing in the snapshot is called `wbe-a`", "did you mean `web-a`"),
        (&["query", "instance:wbe-a", "app-a"], "is called `instance:wbe-a`", "`instance:web-a`"),
        (&["query", "instnce:web-a", "app-a"], "is called `instnce:web-a`", "`instance:web-a`"),
        (
            &["query", "web-a", "app-a", "443"],
            "traffic `443`: `443` is no protocol",
            "did you mean `tcp/443`?",
        ),
        (
            &["query", "web-a", "app-a", "tcp/ 443"],
            "traffic `tcp/ 443`: a space stands beside the `/`",
            "did you mean `tcp/443`?",
        ),
        (&["query", "web-a", "app-a", "tcp/70000"], "`70000` is no port", "write `tcp/443`"),
        (&["query", "web-a", "app-a", "--source-ports", "x"], "source ports `x`", "write ports"),
        (&["query", "web-a", "10.0.0.300"], "`10.0.0.300` is no address and no CIDR", "write an address"),
        (&["query", "web-a", "10.0.0.0/33"], "`10.0.0.0/33` is no address and no CIDR", "write an address"),
        (&["query", "web-a", "rtb-web"], "`rtb-web` is a route table", "`--via`"),
        (
            &["query", "web-a", "rds:front"],
            "nothing in the snapshot is called `rds:front`, which lacks the whole answer of `aws rds describe-db-instances`",
            "add `aws rds describe-db-instances`",
        ),
        (
            &["query", "web-a", "onprem"],
            "no route in the snapshot names a network on premises",
            "onprem:192.168.0.0/16",
        ),
        (
            &["query", "web-a", "svc:dynamodb"],
            "the addresses of `svc:dynamodb` are not in the snapshot",
            "aws ec2",
        ),
        (&["query", "svc:s3", "web-a"], "`svc:s3` is a service", ""),
        (
            &["query", "web-a", "app-a", "icmpv6/128"],
            "traffic `icmpv6/128` is IPv6, and between `web-a` and `app-a` only IPv4 is asked about",
            "IPv4 has `icmp`; its ping is `icmp/8`",
        ),
        (&["query", "web-a", "app-a", "--ipv6"], "`web-a` and `app-a` have no IPv6 in common", ""),
        (&["query", "web-a", "app-a", "--via", "nowhere"], "nothing in the snapshot is called `nowhere`", ""),
        (&["show", "sg-wbe"], "nothing in the snapshot is called `sg-wbe`", "did you mean `sg-web`"),
        (
            &["explain", "ENI_SG_RULES_MISMATC"],
            "there is no code `ENI_SG_RULES_MISMATC`",
            "ENI_SG_RULES_MISMATCH",
        ),
        (&["-o", "/nowhere/at/all", "query", "web-a", "app-a"], "cannot write `/nowhere/at/all`", ""),
        (&["query", "--batch", "/nowhere/at/all"], "cannot read `/nowhere/at/all`", ""),
    ];
    for (words, message, help) in cases {
        let run = ask(words);
        assert_eq!(run.code, 2, "{words:?}: {}", run.err);
        assert_eq!(run.out, "", "{words:?}");
        let mut lines = run.err.lines();
        let first = lines.next().unwrap_or_default();
        assert!(first.starts_with("error: ") && first.contains(message), "{words:?}: {}", run.err);
        let rest: Vec<&str> = lines.collect();
        assert!(rest.len() <= 1 && rest.iter().all(|it| it.starts_with("help: ")), "{words:?}: {}", run.err);
        assert!(rest.concat().contains(help), "{words:?}: {}", run.err);
    }
}

#[test]
fn a_name_that_a_missing_call_would_know_says_so() {
    let folder = copy();
    fs::remove_file(folder.path().join("describe-instances.json")).expect("the file is there");
    let ask = |words: &[&str]| run(netpath().arg("-s").arg(folder.path()).args(words), "");
    for name in ["web-a", "i-082fe1c50e48cbfde", "instance:web-a"] {
        let run = ask(&["query", name, "10.0.10.10", "tcp/8080"]);
        assert_eq!(run.code, 2, "{name}");
        let first = run.err.lines().next().unwrap_or_default();
        let message = "which lacks the whole answer of `aws ec2 describe-instances`";
        assert!(first.ends_with(message), "{name}: {}", run.err);
    }
    // What other calls name is not theirs to know.
    assert!(!ask(&["query", "sg-nothing", "10.0.10.10"]).err.contains("lacks"));
    let line = "{\"source\":\"web-a\",\"destination\":\"10.0.10.10\"}";
    let batch = run(netpath().arg("-s").arg(folder.path()).args(["query", "--batch", "-"]), line);
    assert!(batch.out.contains("`aws ec2 describe-instances`"), "{}", batch.out);
}

#[test]
fn what_an_ambiguous_name_is_told_works() {
    let ids = ["eni-067c5271f9faac87c", "eni-067c5"];
    for word in ["eni-", "i-0", "eni:eni-0", "tgw-"] {
        assert_ne!(ask(&["query", word, "app-a"]).code, 0, "{word}");
    }
    for id in ids {
        assert_eq!(ask(&["query", id, "app-a", "tcp/8080"]).code, 0, "{id}");
    }
    let several = ask(&["query", "i-0", "app-a"]);
    assert!(several.err.starts_with("error: `i-0` is ambiguous: it may be any of "), "{}", several.err);
    let help = several.err.lines().last().unwrap_or_default();
    let suggested = help.split('`').nth(1).unwrap_or_default();
    assert!(help.starts_with("help: name one by its id, such as `i-0") && suggested != "i-0", "{help}");
    assert_eq!(ask(&["query", suggested, "app-a", "tcp/8080"]).code, 0, "{help}");
}

#[test]
fn the_shortest_beginning_that_only_one_id_has_is_enough() {
    assert_eq!(ask(&["query", "i-082", "app-a", "tcp/8080", "--expect", "reachable"]).code, 0);
    assert_eq!(ask(&["query", "i-08", "app-a", "tcp/8080", "--expect", "reachable"]).code, 0);
}

#[test]
fn a_verdict_is_expected_in_letters_of_either_case() {
    let words = ["query", "web-a", "app-a", "tcp/8080", "--expect"];
    for (verdict, code) in [("REACHABLE", 0), ("Not-Reachable", 1)] {
        assert_eq!(ask(&[&words[..], &[verdict]].concat()).code, code, "{verdict}");
    }
    let line =
        "{\"source\":\"web-a\",\"destination\":\"app-a\",\"traffic\":\"tcp/8080\",\"expect\":\"BLOCKED\"}";
    let batch = |line: &str| run(netpath().arg("-s").arg(three_tier()).args(["query", "--batch", "-"]), line);
    assert_eq!(batch(line).code, 1);
    let wrong = batch(&line.replace("BLOCKED", "never"));
    assert!(wrong.out.contains("`never` is no verdict: they are `reachable`"), "{}", wrong.out);
}

/// A topology in shorthand, as a folder of files.
fn written(topology: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (path, document) in crate::shorthand::expand(topology).expect("the topology is right") {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, document.to_string()).expect("a file can be written");
    }
    folder
}

// Not on a page: the second opinion takes all of a missing VPC for unknown.
#[test]
fn without_the_vpcs_nothing_is_certain_of_ipv6_on_the_internet() {
    let topology = "vpc vpc-a 10.0.0.0/16 2600:f00d::/56
         subnet subnet-a 10.0.1.0/24 2600:f00d::/64 in vpc-a
         eni eni-a 10.0.1.10 2600:f00d::10 in subnet-a sg sg-a public 198.51.100.10
         eni eni-b 10.0.1.20 2600:f00d::20 in subnet-a sg sg-a
         allow sg-a inbound tcp 443 from 0.0.0.0/0,::/0
         route subnet-a 0.0.0.0/0 -> igw-a
         route subnet-a ::/0 -> igw-a\n";
    let (whole, folder) = (written(topology), written(&format!("{topology}missing vpcs")));
    for (source, destination, family, verdict) in [
        ("eni-a", "internet", "--ipv6", "unknown"),
        ("internet", "eni-a", "--ipv6", "unknown"),
        ("internet", "eni-a", "--ipv4", "reachable"),
        ("eni-a", "eni-b", "--ipv6", "reachable"),
    ] {
        let ask = |folder: &TempDir| {
            let words = ["query", source, destination, "tcp/443", family, "-f", "json"];
            json(&run(netpath().arg("-s").arg(folder.path()).args(words), "").out)
        };
        assert_eq!(ask(&whole)["verdict"], "reachable", "{source} -> {destination} {family}");
        let answer = ask(&folder);
        assert_eq!(answer["verdict"], verdict, "{source} -> {destination} {family}");
        let names_call = answer["assumptions"].to_string().contains("aws ec2 describe-vpcs");
        assert_eq!(names_call, verdict == "unknown", "{answer}");
    }
}

#[test]
fn without_the_interfaces_nobody_knows_whose_a_public_address_is() {
    let topology = "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a public 198.51.100.10
         route subnet-a 0.0.0.0/0 -> igw-a\n";
    for (more, verdict) in [
        ("", "blocked NO_POSSIBLE_DESTINATION\n"),
        ("missing network-interfaces", "unknown UNKNOWN_RESOURCE\n"),
    ] {
        let folder = written(&format!("{topology}{more}"));
        let words = ["query", "internet", "198.51.100.77", "tcp/443", "--brief"];
        assert_eq!(run(netpath().arg("-s").arg(folder.path()).args(words), "").out, verdict, "{more}");
    }
}

#[test]
fn without_its_exclusions_nothing_is_certain_of_block_public_access() {
    let topology = "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.1.0/24 in vpc-a
         eni eni-a 10.0.1.10 in subnet-a public 198.51.100.10
         route subnet-a 0.0.0.0/0 -> igw-a
         bpa block-bidirectional\n";
    for (more, verdict) in [
        ("", "blocked VPC_BLOCK_PUBLIC_ACCESS_ENABLED\n"),
        ("missing vpc-block-public-access-exclusions", "unknown UNKNOWN_RESOURCE\n"),
        ("bpa-exclusion vpc-a allow-bidirectional", "reachable\n"),
        ("bpa-exclusion vpc-a allow-sideways", "unknown UNKNOWN_RESOURCE\n"),
    ] {
        let folder = written(&format!("{topology}{more}"));
        let words = ["query", "eni-a", "internet", "tcp/443", "--brief"];
        let run = run(netpath().arg("-s").arg(folder.path()).args(words), "");
        assert_eq!(run.out, verdict, "{more}: {}", run.err);
    }
}

#[test]
fn an_instance_that_no_call_describes_is_said_to_be_taken_for_running() {
    let folder = copy();
    fs::remove_file(folder.path().join("describe-instances.json")).expect("the file is there");
    let words = ["query", "10.0.0.10", "10.0.10.10", "tcp/8080", "-f", "json"];
    let answer = json(&run(netpath().arg("-s").arg(folder.path()).args(words), "").out);
    assert_eq!(answer["verdict"], "reachable");
    let said: Vec<&Value> = answer["assumptions"].as_array().expect("a list").iter().collect();
    assert!(said.iter().any(|it| it["code"] == "INSTANCE_ASSUMED_RUNNING"), "{said:?}");
    assert!(said.iter().all(|it| it["needs"] == "aws ec2 describe-instances"), "{said:?}");
}

#[test]
fn a_block_says_what_it_was_narrowed_to() {
    let words = ["query", "10.0.0.0/8", "app-a", "tcp/8080"];
    let text = ask(&words).out;
    assert!(text.contains("10.0.0.0/8 stands for the interfaces in it ("), "{text}");
    assert!(text.contains("nobody in the snapshot has the rest"), "{text}");
    let answer = json(&ask(&[&words[..], &["-f", "json"]].concat()).out);
    let assumptions = answer["assumptions"].as_array().expect("a list");
    let narrowed = assumptions.iter().find(|it| it["code"] == "BLOCK_NARROWED").expect("it is said");
    assert_eq!(narrowed["about"], "10.0.0.0/8");
    assert!(!ask(&["query", "10.0.0.10", "app-a"]).out.contains("stands for the interfaces"));
    // A whole line of addresses is the internet, and AWS's own addresses in it keep nothing unknown.
    for destination in ["0.0.0.0/0", "128.0.0.0/1"] {
        let run = ask(&["query", "app-a", destination, "tcp/443", "--brief"]);
        assert!(!run.out.contains("unknown"), "{destination}: {}", run.out);
    }
    assert_eq!(ask(&["query", "app-a", "0.0.0.0/0", "tcp/443", "--expect", "reachable"]).code, 0);
}

#[test]
fn an_address_that_cannot_be_read_is_said_and_makes_nothing_certain() {
    let folder = copy();
    let mut id = String::new();
    edit(folder.path(), "describe-network-interfaces.json", |document| {
        let interface = &mut document["NetworkInterfaces"][0];
        interface["PrivateIpAddress"] = "10.0.0.300".into();
        id = interface["NetworkInterfaceId"].as_str().unwrap_or_default().to_owned();
    });
    let ask = |words: &[&str]| run(netpath().arg("-s").arg(folder.path()).args(words), "");
    let run = ask(&["query", "10.0.0.99", "10.0.10.99", "tcp/443", "-f", "json"]);
    let expected = "warning: describe-network-interfaces.json: NetworkInterfaces[0]: left out: member \
                    `PrivateIpAddress` is `10.0.0.300`, which is not an IP address";
    assert!(run.err.starts_with(expected), "{}", run.err);
    assert_eq!(json(&run.out)["verdict"], "unknown", "{}", run.out);
    let named = ask(&["query", &id, "10.0.10.99"]);
    assert!(
        named.err.contains("lacks the whole answer of `aws ec2 describe-network-interfaces`"),
        "{}",
        named.err
    );
}

#[test]
fn a_single_answer_can_be_brief() {
    let words = ["query", "web-a", "app-a", "tcp/22", "--brief"];
    assert_eq!(ask(&words).out, "blocked ENI_SG_RULES_MISMATCH\n");
    let as_json = ask(&[&words[..], &["-f", "json"]].concat());
    assert_eq!(as_json.out, "{\"verdict\":\"blocked\",\"codes\":[\"ENI_SG_RULES_MISMATCH\"]}\n");
    assert_eq!(ask(&["query", "web-a", "app-a", "tcp/8080", "--brief"]).out, "reachable\n");
    assert_eq!(ask(&[&words[..], &["--expect", "reachable"]].concat()).code, 1);
    assert_eq!(ask(&[&words[..], &["-f", "aws"]].concat()).code, 2);
}

#[test]
fn wrong_arguments_are_told_with_what_was_meant() {
    for (words, advice) in [
        (&["quey", "a", "b"][..], "query"),
        (&["query", "a", "b", "--expct", "blocked"], "--expect"),
        (&["query", "a"], "<DESTINATION>"),
        (&["query", "a", "b", "--expect", "reachabel"], "reachable"),
    ] {
        let run = run(netpath().args(words), "");
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{words:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains(advice), "{words:?}: {}", run.err);
    }
    let nothing = run(&mut netpath(), "");
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("Usage: netpath"), "{}", nothing.err);
}

#[test]
fn a_name_of_several_things_lists_them() {
    let folder = copy();
    edit(folder.path(), "describe-instances.json", |document| {
        for reservation in document["Reservations"].as_array_mut().expect("a list") {
            let tags = &mut reservation["Instances"][0]["Tags"];
            if tags.to_string().contains("web-") {
                *tags = serde_json::json!([{ "Key": "Name", "Value": "web" }]);
            }
        }
    });
    let ask = |words: &[&str]| run(netpath().arg("-s").arg(folder.path()).args(words), "");
    let ambiguous = ask(&["query", "web", "app-a", "tcp/8080"]);
    assert_eq!((ambiguous.code, ambiguous.out.as_str()), (2, ""));
    let lines: Vec<&str> = ambiguous.err.lines().collect();
    assert_eq!(lines[0], "error: `web` is ambiguous: it may be any of 2");
    for (line, id) in lines[1..].iter().zip(["i-06f0211d54647f9be", "i-082fe1c50e48cbfde"]) {
        assert!(line.starts_with(&format!("  {id} (instance `web` in vpc-")), "{line}");
        assert!(line.ends_with("of account 111122223333)"), "{line}");
    }
    assert!(lines[3].starts_with("help: "), "{}", ambiguous.err);
    // All of them together, or one by the beginning of its id, are what can be asked.
    assert!(ask(&["query", "tag:Name=web", "app-a", "tcp/8080"]).out.contains("reachable"));
    assert!(ask(&["query", "i-06f02", "app-a", "tcp/8080"]).out.contains("reachable"));
}

#[test]
fn things_have_many_names() {
    for source in [
        "web-a",
        "instance:web-a",
        "vpc-shop/web-a",
        "eni-web-a",
        "eni:eni-web-a",
        "eni-067c5271f9faac87c",
        "eni-067c5",
        "arn:aws:ec2:eu-west-1:111122223333:instance/i-082fe1c50e48cbfde",
        "10.0.0.10",
        "10.0.0.10/32",
        "198.51.100.10",
        "sg-web",
        "sg:web-group",
        "tag:Name=web-a",
    ] {
        let run = ask(&["query", source, "app-a", "tcp/8080", "--expect", "reachable"]);
        assert_eq!(run.code, 0, "{source}: {}{}", run.out, run.err);
    }
    for destination in ["app-a", "10.0.10.0/24", "subnet:subnet-app-a", "sg-app", "10.0.10.10"] {
        let run = ask(&["query", "web-a", destination, "tcp/8080", "--expect", "reachable"]);
        assert_eq!(run.code, 0, "{destination}: {}{}", run.out, run.err);
    }
    for (source, destination) in
        [("internet", "web-a"), ("igw-shop", "web-a"), ("203.0.113.9", "198.51.100.10")]
    {
        let run = ask(&["query", source, destination, "tcp/443", "--expect", "reachable"]);
        assert_eq!(run.code, 0, "{source}: {}{}", run.out, run.err);
    }
    for destination in ["nat-a", "10.0.0.99"] {
        let run = ask(&["query", "app-a", destination, "tcp/443", "--expect", "blocked"]);
        assert_eq!(run.code, 0, "{destination}: {}{}", run.out, run.err);
    }
    assert_eq!(ask(&["query", "app-b", "svc:s3", "tcp/443", "--expect", "reachable"]).code, 0);
    assert_eq!(ask(&["query", "app-b", "vpce-s3", "tcp/443", "--expect", "reachable"]).code, 0);
}

#[test]
fn help_is_short_and_has_two_examples() {
    for command in
        ["", "query", "show", "deps", "collect", "redact", "verify", "explain", "completions", "man"]
    {
        let mut words: Vec<&str> = vec![command, "--help"];
        words.retain(|word| !word.is_empty());
        let help = run(netpath().args(&words), "");
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
        let examples = help.out.lines().filter(|line| line.starts_with("  netpath ")).count();
        assert_eq!(examples, 2, "{command}: {}", help.out);
        assert!(help.out.lines().count() < 60, "{command} is long");
        if !command.is_empty() {
            let long = run(netpath().args(["help", command]), "");
            assert_eq!(long.code, 0);
            assert!(long.out.len() >= help.out.len(), "{command}");
        }
    }
    // A netpath that reads files only says how to have the other one.
    #[cfg(not(feature = "collect"))]
    for words in [&["collect", "--out", "x"][..], &["query", "--live", "a", "b"]] {
        let run = run(netpath().args(words), "");
        assert_eq!(run.code, 2);
        assert!(
            run.err.contains("--features collect") && run.err.contains("collect --script"),
            "{}",
            run.err
        );
    }
    let empty = tempfile::tempdir().expect("a temporary folder can be made");
    let nothing = run(netpath().arg("-s").arg(empty.path()).args(["query", "a", "b"]), "");
    assert!(!nothing.err.contains("netpath collect"), "{}", nothing.err);
    let version = run(netpath().arg("--version"), "");
    assert!(version.out.starts_with("netpath "), "{}", version.out);
}

#[test]
fn the_guide_knows_every_option() {
    let guide = include_str!("../../docs/command-line.md");
    let help = run(netpath().args(["query", "--help"]), "").out;
    let options = help.split_whitespace().filter(|word| word.starts_with("--"));
    let options: Vec<&str> = options.map(|word| word.trim_end_matches([',', '.', '`'])).collect();
    assert!(options.len() > 15, "{options:?}");
    for option in options.into_iter().filter(|option| !["--help", "--version"].contains(option)) {
        let option = option.trim_end_matches("...");
        let is_known = guide.contains(option) || ["--quiet", "--verbose"].contains(&option);
        assert!(is_known, "docs/command-line.md does not know {option}");
    }
}

#[test]
fn options_of_all_commands_stand_before_or_after_the_command() {
    let snapshot = three_tier();
    let snapshot = snapshot.to_str().expect("the path is text");
    let before = run(netpath().args(["-s", snapshot, "-f", "json", "query", "web-a", "app-a"]), "");
    let after = run(netpath().args(["query", "web-a", "app-a", "-s", snapshot, "-f", "json"]), "");
    assert_eq!(before.code, 0, "{}", before.err);
    assert_eq!(before.out, after.out);
}

#[test]
fn the_snapshot_is_found() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let here = folder.path().join("some/where");
    fs::create_dir_all(&here).expect("a folder can be made");
    let words = ["query", "web-a", "app-a", "tcp/8080"];
    let nothing = run(netpath().current_dir(&here).args(words), "");
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.starts_with("error: no snapshot"), "{}", nothing.err);
    assert!(nothing.err.contains("help: say which with `--snapshot PATH`"), "{}", nothing.err);

    let by_environment =
        run(netpath().current_dir(&here).env("NETPATH_SNAPSHOT", three_tier()).args(words), "");
    assert_eq!(by_environment.code, 0, "{}", by_environment.err);

    let settings = folder.path().join("netpath.toml");
    let copy = copy();
    fs::rename(copy.path(), folder.path().join("snap")).expect("the copy can be moved");
    fs::write(&settings, "snapshot = \"snap\"\n").expect("the file can be written");
    let by_settings = run(netpath().current_dir(&here).args(words), "");
    assert_eq!(by_settings.code, 0, "{}", by_settings.err);
    assert_eq!(by_settings.out, by_environment.out);
    fs::write(&settings, "snapshot = [\"snap\"]\n").expect("the file can be written");
    assert_eq!(run(netpath().current_dir(&here).args(words), "").code, 0);

    fs::write(&settings, "\nsnapshots = \"snap\"\n").expect("the file can be written");
    let bad = run(netpath().current_dir(&here).args(words), "");
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("netpath.toml:2: unknown field `snapshots`"), "{}", bad.err);

    fs::remove_file(&settings).expect("the file is there");
    let by_folder = run(netpath().current_dir(folder.path().join("snap")).args(words), "");
    assert_eq!(by_folder.out, by_environment.out, "{}", by_folder.err);

    let absent = run(netpath().args(["-s", "/nowhere"]).args(words), "");
    assert_eq!(absent.code, 2);
    assert!(absent.err.starts_with("error: cannot read `/nowhere`: "), "{}", absent.err);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("answer.json");
    let path = file.to_str().expect("the path is text");
    let listing = || fs::read_dir(folder.path()).expect("a folder can be listed").count();
    fs::write(&file, "before").expect("the file can be written");

    let failed = ask(&["-o", path, "query", "nobody", "app-a"]);
    assert_eq!(failed.code, 2);
    assert_eq!(fs::read_to_string(&file).expect("the file is there"), "before");
    assert_eq!(listing(), 1);

    let words = ["-f", "json", "query", "web-a", "app-a", "tcp/8080"];
    let mut to_file = vec!["-o", path];
    to_file.extend(words);
    let written = ask(&to_file);
    assert_eq!((written.code, written.out.as_str()), (0, ""), "{}", written.err);
    assert_eq!(fs::read_to_string(&file).expect("the file is there"), ask(&words).out);
    assert_eq!(listing(), 1);

    // An answer that is not what was expected is an answer.
    let violated = ask(&["-o", path, "query", "web-a", "app-a", "tcp/22", "--expect", "reachable"]);
    assert_eq!(violated.code, 1);
    assert!(fs::read_to_string(&file).expect("the file is there").contains("blocked"));
    assert_eq!(ask(&["-o", "-", "query", "web-a", "app-a"]).out, ask(&["query", "web-a", "app-a"]).out);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for words in [
        &["completions", "bash"][..],
        &["--help"],
        &["help", "query"],
        &["query", "web-a", "app-a", "tcp/8080"],
        &["-f", "json", "query", "internet", "web-a"],
        &["show", "vpc-shop"],
    ] {
        let mut child = netpath()
            .arg("-s")
            .arg(three_tier())
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
        assert_eq!(output.status.code(), Some(0), "{words:?}");
    }
}

#[test]
fn colors_are_asked_for_or_forbidden() {
    let words = ["query", "web-a", "app-a", "tcp/22"];
    let is_coloured =
        |command: &mut Command| run(command.arg("-s").arg(three_tier()).args(words), "").out.contains('\x1b');
    assert!(!is_coloured(&mut netpath()));
    assert!(is_coloured(netpath().args(["--color", "always"])));
    assert!(is_coloured(netpath().env("CLICOLOR_FORCE", "1")));
    assert!(!is_coloured(netpath().env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    assert!(!is_coloured(netpath().env("CLICOLOR_FORCE", "1").args(["--color", "never"])));
    let error = run(netpath().args(["--color=always", "query", "--batch", "/nowhere"]), "").err;
    assert!(error.starts_with("\x1b[1;31merror\x1b[0m: "), "{error:?}");
    let help = run(netpath().args(["--color=always", "--help"]), "").out;
    assert!(help.contains('\x1b'), "{help}");
}

#[test]
fn a_batch_answers_every_line_in_its_place() {
    let lines = "\u{feff}{\"id\": 1.50, \"source\": \"web-a\", \"destination\": \"app-a\", \"traffic\": \"tcp/8080\"}\n\
                 \n\
                 {\"id\":{\"b\":[1,2],\"a\":null},\"source\":\"web-a\",\"destination\":\"app-a\",\"traffic\":\"tcp/22\",\"more\":1}\r\n\
                 not json\n\
                 {\"id\":\"x\",\"source\":\"web-a\"}\n\
                 {\"source\":\"nobody\",\"destination\":\"app-a\"}\n\
                 {\"id\":18446744073709551616,\"source\":\"web-a\",\"destination\":\"app-a\"}\n\
                 {\"id\":1,\"id\":2,\"source\":\"web-a\",\"destination\":\"app-a\"}";
    let brief = run(netpath().arg("-s").arg(three_tier()).args(["query", "--batch", "-", "--brief"]), lines);
    assert_eq!(brief.code, 2, "{}", brief.err);
    let expected = [
        "{\"id\":1.50,\"verdict\":\"reachable\",\"codes\":[]}",
        "{\"id\":{\"b\":[1,2],\"a\":null},\"verdict\":\"blocked\",\"codes\":[\"ENI_SG_RULES_MISMATCH\"]}",
        "{\"id\":null,\"error\":\"not JSON: ",
        "{\"id\":\"x\",\"error\":\"not a question: missing field `destination`\"}",
        "{\"id\":null,\"error\":\"nothing in the snapshot is called `nobody`\"}",
        "{\"id\":18446744073709551616,\"verdict\":\"partial\",\"codes\":[\"ENI_SG_RULES_MISMATCH\"]}",
        "{\"id\":null,\"error\":\"not a question: duplicate field `id`\"}",
    ];
    let answers: Vec<&str> = brief.out.lines().collect();
    assert_eq!(answers.len(), expected.len(), "{}", brief.out);
    for (answer, expected) in answers.iter().zip(expected) {
        assert!(answer.starts_with(expected), "{answer}\n{expected}");
    }
    let full = run(netpath().arg("-s").arg(three_tier()).args(["query", "--batch", "-"]), lines);
    let single = json(&ask(&["-f", "json", "query", "web-a", "app-a", "tcp/8080"]).out);
    let mut first = json(full.out.lines().next().expect("an answer"));
    assert_eq!(first["id"], 1.5);
    first.as_object_mut().expect("an object").remove("id");
    assert_eq!(first, single);
}

#[test]
fn a_batch_says_the_worst_of_its_outcomes() {
    let line = |traffic: &str, expect: &str| {
        let expect = if expect.is_empty() { String::new() } else { format!(",\"expect\":\"{expect}\"") };
        format!("{{\"source\":\"web-a\",\"destination\":\"app-a\",\"traffic\":\"{traffic}\"{expect}}}\n")
    };
    let code = |lines: &[String], words: &[&str]| {
        let command = ["query", "--batch", "-", "--brief"];
        run(netpath().arg("-s").arg(three_tier()).args(command).args(words), &lines.concat()).code
    };
    let (holds, fails) = (line("tcp/8080", "reachable"), line("tcp/22", "reachable"));
    assert_eq!(code(&[], &[]), 0);
    assert_eq!(code(&[line("tcp/22", "")], &[]), 0);
    assert_eq!(code(std::slice::from_ref(&holds), &[]), 0);
    assert_eq!(code(&[holds.clone(), fails.clone()], &[]), 1);
    assert_eq!(code(&[fails, line("tcp", "sometimes"), holds], &[]), 2);
    // What a line does not say, the options say.
    assert_eq!(code(&[line("tcp/22", "")], &["--expect", "blocked"]), 0);
    assert_eq!(code(&[line("tcp/22", "")], &["--expect", "reachable"]), 1);
    assert_eq!(code(&[line("tcp/22", "")], &["--ipv6"]), 2);
}

#[test]
fn a_batch_is_the_same_for_any_number_of_threads() {
    let lines: String = (0..500)
        .map(|id| {
            let port = [8080, 22, 443, 5432][id % 4];
            let destination = ["app-a", "web-b", "db-a", "internet", "nobody"][id % 5];
            format!("{{\"id\":{id},\"source\":\"web-a\",\"destination\":\"{destination}\",\"traffic\":\"tcp/{port}\"}}\n")
        })
        .collect();
    let answers = |threads: &str| {
        let mut command = netpath();
        command.env("RAYON_NUM_THREADS", threads).arg("-s").arg(three_tier());
        run(command.args(["query", "--batch", "-"]), &lines).out
    };
    let one = answers("1");
    assert_eq!(one.lines().count(), 500);
    assert_eq!(one, answers("4"));
}

#[test]
fn ways_can_be_asked_for_or_ruled_out() {
    let code = |filter: &[&str], expectation: &str| {
        let mut words = vec!["query", "app-a", "203.0.113.9", "tcp/443", "--expect", expectation];
        words.extend(filter);
        let run = ask(&words);
        assert!(run.code < 2, "{filter:?}: {}", run.err);
        run.code
    };
    assert_eq!(code(&[], "reachable"), 0);
    assert_eq!(code(&["--via", "nat-a"], "reachable"), 0);
    assert_eq!(code(&["--via", "nat-b", "--via", "nat-a"], "reachable"), 0);
    assert_eq!(code(&["--via", "nat-b"], "blocked"), 0);
    assert_eq!(code(&["--avoid", "nat-a"], "blocked"), 0);
    assert_eq!(code(&["--avoid", "nat-b"], "reachable"), 0);
    assert_eq!(code(&["--avoid", "subnet-web-a"], "blocked"), 0);
    assert_eq!(code(&["--via", "igw-shop", "--avoid", "subnet-web-b"], "reachable"), 0);
    // What is ruled out has a reason, also where a way has nothing to name.
    for words in [
        ["query", "app-a", "203.0.113.9", "tcp/443", "--via", "sg-db"],
        ["query", "app-a", "203.0.113.9", "tcp/443", "--avoid", "igw-shop"],
        ["query", "app-a", "10.0.10.10", "tcp/443", "--via", "sg-db"],
        ["query", "web-a", "169.254.169.254", "tcp/80", "--via", "nat-a"],
    ] {
        let run = ask(&[&words[..], &["--brief"]].concat());
        assert_eq!(run.out, "blocked COMPONENT_FILTER_RESTRICTION\n", "{words:?}");
    }
}

#[test]
fn a_snapshot_that_is_not_whole_is_said_or_refused() {
    let folder = copy();
    edit(folder.path(), "describe-network-acls.json", |document| {
        document["NetworkAcls"].as_array_mut().expect("a list").push(serde_json::json!({ "VpcId": "vpc-1" }));
        document["NextToken"] = "more".into();
    });
    let ask_it = |words: &[&str]| {
        let question = ["query", "web-a", "app-a", "tcp/8080"];
        run(netpath().arg("-s").arg(folder.path()).args(question).args(words), "")
    };
    let said = ask_it(&[]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.starts_with("warning: describe-network-acls.json: "), "{}", said.err);
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(said.err.contains("1 more, listed by `-v`"), "{}", said.err);
    assert!(ask_it(&["-v"]).err.contains("NetworkAcls[2]"), "{}", ask_it(&["-v"]).err);
    assert_eq!(ask_it(&["-q"]).err, "");
    let refused = ask_it(&["--strict"]);
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
    assert!(refused.err.starts_with("error: the snapshot is not whole: "), "{}", refused.err);
    assert!(refused.err.contains("\n  describe-network-acls.json: "), "{}", refused.err);
    assert_eq!(ask(&["--strict", "query", "web-a", "app-a"]).code, 0);
}

#[test]
fn a_resource_is_shown_with_what_follows_from_the_others() {
    let shown = ask(&["show", "web-a", "-f", "json"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let shown = json(&shown.out);
    assert_eq!(shown["id"], "i-082fe1c50e48cbfde");
    assert_eq!(shown["tier"], "public");
    assert_eq!(shown["route_table_because"], "associated with the subnet");
    assert_eq!(shown["inbound"][0]["traffic"], "tcp/443");
    assert_eq!(shown["inbound"][0]["group"]["name"], "sg-web");
    assert_eq!(shown["acl_inbound"][0]["number"], 100);
    let subnet = json(&ask(&["show", "subnet-db-a", "-f", "json"]).out);
    assert_eq!(subnet["tier"], "isolated");
    assert_eq!(subnet["network_acl"]["name"], "acl-db");
    let group = json(&ask(&["show", "sg:sg-app", "-f", "json"]).out);
    assert_eq!(group["members_count"], 2);
    for name in ["vpc-shop", "rtb-web", "acl-db", "nat-a", "igw-shop", "vpce-s3", "10.0.0.10"] {
        let text = ask(&["show", name]);
        assert_eq!((text.code, text.err.as_str()), (0, ""), "{name}");
        assert!(text.out.lines().count() > 3, "{name}: {}", text.out);
        assert!(json(&ask(&["show", name, "-f", "json"]).out)["id"].is_string(), "{name}");
    }
}

#[test]
fn codes_have_manual_pages() {
    let page = run(netpath().args(["explain", "eni-sg-rules-mismatch"]), "");
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(page.out.contains("ENI_SG_RULES_MISMATCH"), "{}", page.out);
    let page = json(&run(netpath().args(["explain", "MISSING_DATA", "-f", "json"]), "").out);
    assert_eq!(page["code"], "MISSING_DATA");
}

#[test]
fn shells_and_packages_are_served() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = run(netpath().args(["completions", shell]), "");
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{shell}");
        assert!(run.out.contains("netpath") && run.out.contains("source-ports"), "{shell}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pages = folder.path().join("man");
    assert_eq!(run(netpath().arg("man").arg(&pages), "").code, 0);
    let page = fs::read_to_string(pages.join("netpath-query.1")).expect("there is a page a command");
    assert!(page.contains("SYNOPSIS"), "{page}");
    assert!(pages.join("netpath.1").is_file());
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```console\n$ netpath ").expect("an example");
    let (example, _) = rest.split_once("\n```").expect("an end of the example");
    let (words, shown) = example.split_once('\n').expect("an answer");
    let mut command = netpath();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(words.split(' '));
    assert_eq!(run(&mut command, "").out.trim_end(), shown);
}
