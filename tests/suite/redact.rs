//! `netpath redact`: the same answers under other names, and nothing of the old ones.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{netpath, run, three_tier};
use crate::corpus::corpus;
use crate::topologies;

/// A snapshot, the same redacted, and questions about both.
struct Pair {
    folder: TempDir,
    original: PathBuf,
}

impl Pair {
    fn new(original: &Path, questions: &[Value]) -> Pair {
        let pair =
            Pair { folder: tempfile::tempdir().expect("a temporary folder"), original: original.to_owned() };
        let lines: String = questions.iter().map(|it| format!("{it}\n")).collect();
        fs::write(pair.path("asked.jsonl"), lines).expect("it can be written");
        fs::write(pair.path("key"), "some random letters").expect("it can be written");
        pair
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn redact(&self, out: &str) {
        let mut command = netpath();
        command.arg("redact").arg(&self.original).arg("--out").arg(self.path(out));
        command.arg("--key-file").arg(self.path("key")).arg("--map").arg(self.path("map.json"));
        command.arg("--questions").arg(self.path("asked.jsonl"));
        let done = run(&mut command, "");
        assert_eq!(done.code, 0, "{}: {}{}", self.original.display(), done.out, done.err);
    }

    /// Verdicts and codes, a line a question.
    fn answers(&self, snapshot: &Path, questions: &Path) -> String {
        let mut command = netpath();
        let done = run(
            command.arg("-q").arg("-s").arg(snapshot).args(["query", "--brief", "--batch"]).arg(questions),
            "",
        );
        // What cannot be asked says so by names.
        let brief = done.out.lines().map(|line| {
            let answer: Value = serde_json::from_str(line).expect("an answer is JSON");
            if answer["error"].is_null() {
                line.to_owned()
            } else {
                format!("{} cannot be asked", answer["id"])
            }
        });
        brief.collect::<Vec<String>>().join("\n")
    }

    /// What is wrong with the redacted one.
    fn wrong(&self) -> Vec<String> {
        self.redact("shown");
        let before = self.answers(&self.original, &self.path("asked.jsonl"));
        let after = self.answers(&self.path("shown"), &self.path("shown/questions.jsonl"));
        assert!(before.contains("\"verdict\""), "{}: {before}", self.original.display());
        let pairs = before.lines().zip(after.lines()).filter(|(one, other)| one != other);
        let mut wrong: Vec<String> = pairs.map(|(one, other)| format!("{one} is now {other}")).collect();
        wrong.extend((before.lines().count() != after.lines().count()).then(|| "fewer answers".to_owned()));
        wrong.extend(left(&self.original, &self.path("shown")).iter().map(|it| format!("left: {it}")));
        wrong.into_iter().map(|it| format!("{}: {it}", self.original.display())).collect()
    }
}

fn labs() -> Vec<PathBuf> {
    let Some(corpus) = corpus() else { return Vec::new() };
    let labs = fs::read_dir(corpus.join("lab-validation")).expect("the corpus has labs");
    let mut labs: Vec<PathBuf> = labs.map(|entry| entry.expect("a folder").path()).collect();
    labs.sort();
    labs
}

/// What was measured in a lab, as questions.
fn probes(lab: &Path) -> Vec<Value> {
    let text = fs::read_to_string(lab.join("measured.json")).expect("a lab has measurements");
    let measured: Value = serde_json::from_str(&text).expect("measurements are JSON");
    let probes = measured["probes"].as_array().expect("a list of probes");
    let question = |(number, probe): (usize, &Value)| {
        let protocol = probe["proto"].as_str().expect("a protocol");
        let traffic = match probe["port"].as_u64() {
            Some(port) => format!("{protocol}/{port}"),
            None => "icmp/8".to_owned(),
        };
        json!({ "id": number, "source": probe["src"], "destination": probe["dst"], "traffic": traffic })
    };
    probes.iter().enumerate().map(question).collect()
}

#[test]
fn redacted_labs_answer_as_before_and_hold_nothing_old() {
    let labs = labs();
    let wrong = labs.iter().flat_map(|lab| Pair::new(&lab.join("aws_configs"), &probes(lab)).wrong());
    let wrong: Vec<String> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
}

#[test]
fn redacted_topologies_answer_as_before_and_hold_nothing_old() {
    let all = topologies::asked();
    let wrong = all.iter().flat_map(|(snapshot, questions)| Pair::new(snapshot, questions).wrong());
    let wrong: Vec<String> = wrong.collect();
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "
"
        )
    );
}

/// Every text in a value, with the member that it stands under.
fn texts<'v>(member: &'v str, value: &'v Value, found: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::String(text) => found.push((member, text)),
        Value::Array(items) => items.iter().for_each(|item| texts(member, item, found)),
        Value::Object(members) => members.iter().for_each(|(name, value)| texts(name, value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    // Ends: a tree of folders has no cycle.
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Members whose values are somebody's: ids, names, texts, addresses.
fn is_somebodys(member: &str) -> bool {
    const ENDS: [&str; 12] = [
        "Id",
        "Ids",
        "Arn",
        "Arns",
        "Value",
        "Description",
        "Name",
        "Names",
        "Token",
        "MacAddress",
        "PublicIp",
        "Configuration",
    ];
    const AWS: [&str; 14] = [
        "AvailabilityZoneId",
        "AvailabilityZoneIds",
        "BaseEndpointDnsNames",
        "DeviceName",
        "ImageId",
        "PrefixListName",
        "PrivateDnsNames",
        "RegionName",
        "RootDeviceName",
        "ServiceName",
        "ServiceNames",
        "ZoneId",
        "ZoneName",
        "CanonicalHostedZoneId",
    ];
    ENDS.iter().any(|it| member.ends_with(it)) && !AWS.contains(&member)
}

/// Words of AWS, which stand in many accounts.
fn is_of_aws(text: &str) -> bool {
    const WORDS: [&str; 13] = [
        "default",
        "amazon",
        "amazon-aws",
        "amazon-elb",
        "amazon-rds",
        "use_load_balancer_configuration",
        "running",
        "terminated",
        "stopped",
        "true",
        "false",
        "local",
        "RDSNetworkInterface",
    ];
    let is_short = text.len() < 4 || text.parse::<u64>().is_ok_and(|it| it < 10_000);
    let is_service = text.ends_with(".amazonaws.com") && !text.contains("ec2-") && !text.contains("vpce-");
    let words: Vec<&str> = text.split('-').collect();
    let is_place = words.len() >= 3
        && words[0].len() == 2
        && words[words.len() - 1].starts_with(|it: char| it.is_ascii_digit());
    WORDS.contains(&text) || is_short || is_service && !text.contains(".elb.") || is_place
}

/// Numbers of accounts, numbers of ids, public addresses and addresses of people in a text.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || ".@_".contains(it);
    let words = text.split(|it| !is_part(it)).map(|it| it.trim_matches('.'));
    let is_account = |it: &str| it.len() == 12 && it.bytes().all(|it| it.is_ascii_digit());
    let is_number = |it: &str| {
        [8, 16, 17].contains(&it.len())
            && it.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
            && it.bytes().any(|it| it.is_ascii_digit())
            && it.bytes().any(|it| it.is_ascii_lowercase())
    };
    let is_public = |it: &str| {
        it.parse::<std::net::Ipv4Addr>().is_ok_and(|it| {
            let [first, second, ..] = it.octets();
            let is_kept =
                matches!(first, 0 | 10 | 127 | 192 | 198 | 203 | 224..) || (first, second) == (169, 254);
            !is_kept && !it.is_private() && (first, second & 0xc0) != (100, 64) && it.octets()[3] != 0
        })
    };
    let is_person = |it: &str| it.split_once('@').is_some_and(|(_, domain)| domain.contains('.'));
    let all = words.filter(|it| is_account(it) || is_number(it) || is_public(it) || is_person(it));
    all.map(str::to_owned).collect()
}

/// Whether a text stands in another by itself, and not as the beginning of something longer.
fn stands_in(all: &str, text: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_alphanumeric();
    all.match_indices(text)
        .any(|(at, _)| !all[at + text.len()..].starts_with(is_letter) && !all[..at].ends_with(is_letter))
}

/// What of an original is still there.
fn left(original: &Path, shown: &Path) -> Vec<String> {
    let read = |path: &PathBuf| fs::read_to_string(path).expect("an answer can be read");
    let after: Vec<String> =
        files(shown).iter().filter(|it| !it.ends_with("questions.jsonl")).map(read).collect();
    let after_all = after.join("\n");
    let values: Vec<Value> =
        after.iter().map(|it| serde_json::from_str(it).expect("an answer is JSON")).collect();
    let mut after_texts = Vec::new();
    values.iter().for_each(|it| texts("", it, &mut after_texts));
    let after_texts: BTreeSet<&str> = after_texts.into_iter().map(|(_, text)| text).collect();
    let after_numbers = numbers(&after_all);
    let mut left = BTreeSet::new();
    for file in files(original) {
        let text = read(&file);
        left.extend(numbers(&text).intersection(&after_numbers).cloned());
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let mut found = Vec::new();
        texts("", &value, &mut found);
        for (member, text) in found.iter().filter(|(member, text)| is_somebodys(member) && !is_of_aws(text)) {
            // Short words may stand in others by chance.
            if after_texts.contains(text) || text.len() > 5 && stands_in(&after_all, text) {
                left.insert(format!("{member}: {text}"));
            }
        }
    }
    let paths: Vec<String> = files(shown).iter().map(|it| it.display().to_string()).collect();
    left.extend(numbers(&paths.join(" ")).intersection(&numbers(&original_paths(original))).cloned());
    left.into_iter().collect()
}

fn original_paths(original: &Path) -> String {
    files(original).iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn secrets_go_and_people_are_nobody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let answer = json!({ "VpnConnections": [{
        "VpnConnectionId": "vpn-0123456789abcdef0",
        "CustomerGatewayConfiguration": "<pre_shared_key>k1TInAs3HRuiwr3N</pre_shared_key>",
        "Options": { "TunnelOptions": [{ "PreSharedKey": "k1TInAs3HRuiwr3N" }] },
        "Tags": [{ "Key": "Owner", "Value": "jane.doe@acme.example" }, { "Key": "aws:cloudformation:stack-name", "Value": "acme-vpn" }],
    }]});
    fs::write(folder.path().join("describe-vpn-connections-acme.json"), answer.to_string())
        .expect("it can be written");
    let pair = Pair::new(folder.path(), &[]);
    pair.redact("shown");
    let written = files(&pair.path("shown"));
    let paths: Vec<String> = written.iter().map(|it| it.display().to_string()).collect();
    let text: String = written.iter().map(|it| fs::read_to_string(it).expect("it can be read")).collect();
    for word in ["k1TInAs3HRuiwr3N", "jane", "doe", "acme", "0123456789abcdef0", "Owner"] {
        assert!(!text.contains(word), "{word}: {text}");
        assert!(!paths.join(" ").contains(word), "{word}: {paths:?}");
    }
    assert!(text.contains("aws:cloudformation:stack-name") && text.contains("vpn-"), "{text}");
}

#[test]
fn one_key_makes_the_same_names_and_another_makes_others() {
    let pair = Pair::new(&three_tier(), &[]);
    pair.redact("one");
    pair.redact("other");
    let text =
        |name: &str| fs::read_to_string(pair.path(name).join("describe-subnets.json")).expect("it is there");
    assert_eq!(text("one"), text("other"));
    let again = run(netpath().arg("redact").arg(three_tier()).arg("--out").arg(pair.path("one")), "");
    assert!(again.code == 2 && again.err.contains("is there already"), "{}", again.err);
    let without =
        run(netpath().arg("-s").arg(three_tier()).args(["redact", "--out"]).arg(pair.path("third")), "");
    assert_eq!(without.code, 0, "{}", without.err);
    assert_ne!(text("one"), text("third"));
    let map: Value =
        serde_json::from_str(&fs::read_to_string(pair.path("map.json")).expect("it is there")).expect("JSON");
    let subnets: Value = serde_json::from_str(&text("one")).expect("JSON");
    let original = fs::read_to_string(three_tier().join("describe-subnets.json")).expect("it is there");
    let original: Value = serde_json::from_str(&original).expect("JSON");
    let id = |value: &Value| value["Subnets"][0]["SubnetId"].as_str().expect("an id").to_owned();
    assert_eq!(map[id(&original)], id(&subnets));
}
