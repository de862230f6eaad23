//! What the formats of `netpath lint` promise, the waivers, the baseline, the exit code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::shorthand;

/// Two zones that lean on one NAT gateway, with a name that every format has to escape.
const TOPOLOGY: &str = r#"
vpc     vpc-a       10.0.0.0/16
subnet  subnet-pub  10.0.0.0/24   in vpc-a  zone a
subnet  subnet-a    10.0.1.0/24   in vpc-a  zone a
subnet  subnet-b    10.0.2.0/24   in vpc-a  zone b
route   subnet-pub  0.0.0.0/0 -> igw-a
nat     nat-a       10.0.0.5      in subnet-pub  public 198.51.100.1
route   subnet-a    0.0.0.0/0 -> nat-a
route   subnet-b    0.0.0.0/0 -> nat-a
eni     eni-b       10.0.2.10     in subnet-b
set     vpc-a       Tags [{"Key":"Name","Value":"a<b>&\"'|`%::\n]]>"}]
"#;

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new(settings: &str) -> Case {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        shorthand::write(TOPOLOGY, &folder.path().join("snapshot")).expect("the topology is right");
        fs::write(folder.path().join("netpath.toml"), settings).expect("settings can be written");
        Case { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_netpath"))
            .current_dir(self.folder.path())
            .args(["--snapshot", "snapshot", "--quiet", "lint"])
            .args(words)
            .env_remove("NETPATH_SNAPSHOT")
            .env("SOURCE_DATE_EPOCH", "1795219200")
            .output()
            .expect("the program can be started")
    }

    fn text(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        String::from_utf8(output.stdout).expect("text is UTF-8")
    }

    fn json(&self, words: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[words, &["-f", "json"]].concat())).expect("JSON")
    }
}

fn waiver(lint: &str, resource: &str, expires: &str) -> String {
    format!(
        "[[lint.waiver]]\nlint = \"{lint}\"\nresource = \"{resource}\"\nreason = \"known\"\nowner = \"net\"\nexpires = {expires}\n"
    )
}

fn ids(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|it| it["lint"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn text_says_what_was_found_and_checked() {
    let text = Case::new("").text(&["--only", "NP005,NP006"]);
    for words in ["medium NP005 nat-missing-in-az:", "packet", "way", "fix", "2 of 2 lints checked"] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
}

#[test]
fn what_is_missing_is_said_and_never_clean() {
    let case = Case::new("");
    let call = walk(&case.path("snapshot")).into_iter().find(|it| it.ends_with("describe-nat-gateways.json"));
    fs::remove_file(call.expect("the call is there")).expect("a file can be removed");
    let report = case.json(&["--only", "NP005"]);
    assert_eq!(report["lints"][0]["state"], "skipped");
    let missing = report["lints"][0]["missing"].to_string();
    assert!(missing.contains("skipped: needs aws ec2 describe-nat-gateways"), "{missing}");
    assert!(case.text(&["--only", "NP005"]).contains("skipped: needs aws ec2 describe-nat-gateways"));
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be listed") {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn lints_are_chosen_by_id_name_and_group() {
    let case = Case::new("");
    assert_eq!(ids(&case.json(&["--only", "nat-*"])), ["NP005", "NP006"]);
    assert_eq!(ids(&case.json(&["--only", "reliability", "--skip", "NP006"])), ["NP005"]);
    assert_eq!(ids(&case.json(&["--only", "NP005", "--severity", "high"])).len(), 0);
    assert_eq!(case.json(&["--only", "NP005", "--severity", "high"])["hidden"]["milder"], 1);
    let wrong = case.run(&["--only", "nat-mising-in-az"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("did you mean `nat-missing-in-az`"));
}

#[test]
fn a_finding_that_is_grave_enough_fails() {
    let case = Case::new("");
    for (fail_on, code) in [("medium", 1), ("high", 0), ("never", 0), ("info", 1)] {
        let output = case.run(&["--only", "NP005", "--fail-on", fail_on]);
        assert_eq!(output.status.code(), Some(code), "{fail_on}");
    }
}

#[test]
fn a_waiver_hides_until_its_day_and_says_when_it_is_useless() {
    let in_force = Case::new(&waiver("NP005", "vpc-*", "2026-11-21"));
    let report = in_force.json(&["--only", "NP005,NP901,NP902"]);
    assert_eq!((ids(&report), &report["hidden"]["waived"]), (vec![], &Value::from(1)));
    let over = Case::new(&waiver("nat-missing-in-az", "vpc-a", "2026-11-20"));
    assert_eq!(ids(&over.json(&["--only", "NP005,NP901,NP902"])), ["NP005", "NP901"]);
    let useless = Case::new(&waiver("NP005", "vpc-z", "2027-01-01"));
    let report = useless.json(&["--only", "NP005,NP901,NP902"]);
    assert_eq!(ids(&report), ["NP005", "NP902"]);
    assert_eq!(report["findings"][1]["resource"]["place"]["element"], "line 1");
}

#[test]
fn a_waiver_without_a_reason_or_a_day_is_an_error() {
    for (settings, words) in [
        (waiver("NP005", "*", "\"soon\""), "netpath.toml"),
        (waiver("NP005", "*", "2027-01-01").replace("known", " "), "without reason"),
        (waiver("NP000", "*", "2027-01-01"), "there is no lint `NP000`"),
        ("[lint]\nisolatd = []\n".to_owned(), "isolatd"),
    ] {
        let output = Case::new(&settings).run(&[]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(words), "no `{words}` in {errors}");
    }
}

#[test]
fn an_old_estate_starts_clean_with_a_baseline() {
    let case = Case::new("");
    case.text(&["--write-baseline", "baseline.json"]);
    let report = case.json(&["--baseline", "baseline.json"]);
    assert_eq!(ids(&report).len(), 0);
    assert!(report["hidden"]["in_baseline"].as_u64() > Some(1));
    let route =
        walk(&case.path("snapshot")).into_iter().find(|it| it.ends_with("describe-route-tables.json"));
    let route = route.expect("the call is there");
    let text = fs::read_to_string(&route).expect("a file can be read");
    fs::write(&route, text.replace("nat-a", "nat-gone")).expect("a file can be written");
    let report = case.json(&["--baseline", "baseline.json", "--only", "nat-*"]);
    assert!(report["hidden"]["gone_from_baseline"].as_u64() > Some(1));
}

#[test]
fn the_same_bytes_come_out_every_time() {
    let case = Case::new("");
    for format in ["text", "json", "sarif", "github", "junit", "markdown"] {
        let texts: Vec<String> = (0..2).map(|_| case.text(&["-f", format])).collect();
        assert_eq!(texts[0], texts[1], "{format}");
    }
}

#[test]
fn annotations_are_one_line_each_and_name_a_file() {
    let text = Case::new("").text(&["-f", "github"]);
    for line in text.lines() {
        let (head, message) = line.strip_prefix("::").and_then(|it| it.split_once("::")).expect("a command");
        let (command, properties) = head.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&command), "{line}");
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').expect("a property");
            assert!(["file", "title"].contains(&key) && !value.contains([':', ',']), "{line}");
        }
        let escapes = message.split('%').skip(1);
        assert!(
            escapes.clone().all(|it| ["25", "0A", "0D"].iter().any(|code| it.starts_with(code))),
            "{line}"
        );
    }
    assert!(text.contains("file=") && text.lines().count() > 2, "{text}");
}

/// The official schema of SARIF 2.1.0, from the sources of the crate that is made from it.
fn sarif_schema() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["metadata", "--offline", "--format-version", "1"])
        .output()
        .expect("cargo can be started");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|it| it["name"] == "serde-sarif").expect("a dependency of the tests");
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    let schema = manifest.parent().expect("a folder").join("src/schema.json");
    let schema = fs::read_to_string(schema).expect("the crate ships the schema");
    // The pattern of languages, as published, has a bracket too many: no regular expression.
    let schema = schema.replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    assert!(schema["title"].as_str().expect("a title").contains("Version 2.1.0"), "{}", schema["title"]);
    schema
}

#[test]
fn sarif_is_what_its_schema_says() {
    let schema = sarif_schema();
    let validator = jsonschema::validator_for(&schema).expect("the schema can be used");
    // A check that cannot fail shows nothing.
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
    let waived = waiver("NP005", "vpc-z", "2020-01-01");
    for settings in ["", waived.as_str()] {
        let case = Case::new(settings);
        let log: Value = serde_json::from_str(&case.text(&["-f", "sarif"])).expect("JSON");
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        let typed: serde_sarif::sarif::Sarif = serde_json::from_value(log).expect("the crate reads it");
        let results = typed.runs[0].results.as_ref().expect("results");
        assert!(results.iter().any(|it| it.code_flows.is_some()), "no packet is a code flow");
        assert!(results.iter().all(|it| it.partial_fingerprints.is_some()));
    }
}

#[test]
fn junit_loads_in_a_parser() {
    let text = Case::new("").text(&["-f", "junit"]);
    let suites = junit_parser::from_reader(text.as_bytes()).expect("the parser reads it");
    let [suite] = suites.suites.as_slice() else { panic!("one suite") };
    assert!(suite.failures > 0 && suite.tests as usize == suite.cases.len());
    let case = suite.cases.iter().find(|it| it.name.contains("NP005")).expect("a case a lint");
    assert!(case.status.is_failure(), "{case:?}");
    assert!(text.contains("a&lt;b&gt;&amp;&quot;"), "names are escaped: {text}");
}
