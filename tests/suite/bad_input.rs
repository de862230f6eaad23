//! Bad input through the program: one clear message, the documented exit code, in reasonable time; never a panic, never
//! silence.
//!
//! What each way of being bad is called is held by `reading/spoiled.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Bytes of a size that no answer has.
const HUGE: usize = 200 << 20;

fn three_tier() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("topologies/three-tier/snapshot")
}

fn netpath(words: &[&str], input: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    for name in ["NETPATH_SNAPSHOT", "NETPATH_FORMAT", "NETPATH_ACCOUNT", "NETPATH_REGION"] {
        command.env_remove(name);
    }
    command.args(words).stdin(input).output().expect("the program starts")
}

/// Runs the program; its exit code and what it says, which is never a panic and never long.
#[track_caller]
fn run(words: &[&str]) -> (i32, String, String) {
    told(netpath(words, Stdio::null()), words)
}

#[track_caller]
fn told(output: Output, words: &[&str]) -> (i32, String, String) {
    let out = String::from_utf8(output.stdout).expect("results are UTF-8");
    let err = String::from_utf8(output.stderr).expect("messages are UTF-8");
    let code = output.status.code().unwrap_or_else(|| panic!("{words:?} was killed: {err}"));
    assert!(!err.contains("panicked") && !err.contains("RUST_BACKTRACE"), "{words:?}: {err}");
    assert!(err.len() < 10_000, "{words:?}: a message of {} bytes", err.len());
    (code, out, err)
}

/// A file that stands alone, and the same in the place of the route tables of a good snapshot.
#[track_caller]
fn check(bytes: &[u8], cause: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let alone = folder.path().join("describe-route-tables.json");
    fs::write(&alone, bytes).expect("a file can be written");
    let (code, out, err) = run(&["-s", path(&alone), "query", "web-a", "internet", "tcp/443"]);
    assert_eq!((code, out.as_str()), (2, ""), "{cause}: {err}");
    assert!(err.starts_with("error: ") && err.contains(cause), "{cause}: {err}");
    among(bytes, cause);
}

/// A file in the place of the route tables: the rest is read, the file named, and nothing taken for known.
#[track_caller]
fn among(bytes: &[u8], cause: &str) {
    let folder = copy();
    fs::write(folder.path().join("describe-route-tables.json"), bytes).expect("a file can be written");
    let question = ["-s", path(folder.path()), "query", "web-a", "internet", "tcp/443"];
    let (code, out, err) = run(&question);
    assert_eq!(code, 0, "{cause}: {err}");
    assert!(out.contains("unknown"), "{cause}: {out}");
    assert!(err.starts_with("warning: describe-route-tables.json: "), "{cause}: {err}");
    assert!(err.contains(cause), "{cause}: {err}");
    let (code, _, _) = run(&[question.as_slice(), &["--expect", "reachable"]].concat());
    assert_eq!(code, 3, "{cause}: an expectation needs what is not there");
    let (code, out, err) = run(&[question.as_slice(), &["--strict"]].concat());
    assert_eq!((code, out.as_str()), (2, ""), "{cause}: {err}");
    assert!(err.starts_with("error: the snapshot is not whole: "), "{cause}: {err}");
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for entry in fs::read_dir(three_tier()).expect("the topology is there") {
        let path = entry.expect("a folder can be listed").path();
        let name = path.file_name().expect("a file has a name").to_owned();
        fs::copy(&path, folder.path().join(name)).expect("a file can be copied");
    }
    folder
}

fn route_tables() -> Vec<u8> {
    fs::read(three_tier().join("describe-route-tables.json")).expect("the file is there")
}

#[test]
fn truncated_files_are_said_to_be() {
    let whole = route_tables();
    for length in [1, 100, whole.len() / 2, whole.len() - 3] {
        check(&whole[..length], "not JSON: EOF while parsing");
    }
    check(b"", "the file is empty");
}

#[test]
fn files_that_are_no_text_are_said_to_be() {
    let mut bytes = route_tables();
    bytes[500] = 0xff;
    check(&bytes, "not UTF-8 text: byte 500 fits nowhere");
    let text = String::from_utf8(route_tables()).expect("a topology is UTF-8");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, "the text is UTF-16, not UTF-8");
    check(b"\x7fELF\x02\x01\x01", "not JSON: expected value at line 1 column 1");
    check(b"\x1f\x8b\x08\x00\x01", "cannot be unpacked: ");
    check(b"\x28\xb5\x2f\xfd\x01", "cannot be unpacked: ");
    check(b"PK\x03\x04\x01", "cannot be unpacked: ");
}

#[test]
fn wrong_types_are_named_with_their_place() {
    let table = r#"{"RouteTableId": "rtb-1", "VpcId": "vpc-1""#;
    for (element, cause) in [
        ("17".to_owned(), "RouteTables[0]: left out: not an object"),
        ("[[]]".to_owned(), "RouteTables[0]: left out: not an object"),
        (
            format!("{table}, \"Routes\": [[\"10.0.0.0/8\"]]}}"),
            "left out: a list stands where an object should",
        ),
        (format!("{table}, \"Routes\": 1}}"), "member `Routes`: invalid type: integer `1`, expected a list"),
        (r#"{"RouteTableId": true}"#.to_owned(), "member `RouteTableId`: invalid type: boolean `true`"),
        (
            format!("{table}, \"Routes\": [{{\"DestinationCidrBlock\": \"10.0.0.0/99\"}}]}}"),
            "which is not a CIDR",
        ),
    ] {
        among(format!("{{\"RouteTables\": [{element}]}}").as_bytes(), cause);
    }
    for text in ["17", "\"text\"", "[]", "null", "{}", "true"] {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("answer.json");
        fs::write(&file, text).expect("a file can be written");
        let (code, out, err) = run(&["-s", path(&file), "query", "web-a", "internet"]);
        assert_eq!((code, out.as_str()), (2, ""), "{text}: {err}");
        assert!(err.contains("error: "), "{text}: {err}");
    }
}

#[test]
fn deep_nesting_takes_no_stack() {
    const LEVELS: usize = 1_000_000;
    let lists = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    let objects = format!("{}1{}", "{\"a\":".repeat(LEVELS), "}".repeat(LEVELS));
    check("[".repeat(LEVELS).as_bytes(), "not JSON: EOF while parsing a list");
    check("{\"a\":".repeat(LEVELS).as_bytes(), "not JSON: EOF while parsing a value");
    among(lists.as_bytes(), "not recognised as the answer of a call");
    among(objects.as_bytes(), "not recognised as the answer of a call by its keys `a`");
    among(format!("{{\"RouteTables\": {lists}}}").as_bytes(), "RouteTables[0]: left out: not an object");
    among(
        format!("{{\"RouteTables\": [{{\"RouteTableId\": {lists}}}]}}").as_bytes(),
        "member `RouteTableId`: invalid type: list, expected a string",
    );
}

#[test]
fn huge_values_are_told_in_few_words() {
    let huge = "a".repeat(HUGE);
    let text = format!("{{\"RouteTables\": [{{\"RouteTableId\": \"rtb-1\", \"Routes\": \"{huge}\"}}]}}");
    among(text.as_bytes(), "member `Routes`: invalid type: string \"aaaa");
    // Indented, it looks like a long list of elements.
    let text = format!(
        "{{\n    \"RouteTables\": [\n        {{\n            \"RouteTableId\": \"rtb-1\",\n            \"OwnerId\": \"{huge}"
    );
    among(text.as_bytes(), "not JSON: EOF while parsing a string");
}

#[test]
fn bad_lines_of_a_batch_are_answered_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("questions");
    let good = r#"{"id":"good","source":"web-a","destination":"app-a","traffic":"tcp/8080"}"#;
    let deep = "[".repeat(1_000_000);
    let long = "a".repeat(20 << 20);
    let bad: [(Vec<u8>, &str); 10] = [
        (b"{\"source\":".to_vec(), "not JSON: EOF while parsing a value"),
        (b"{\"id\": 1, \"source\": \"\xff\"}".to_vec(), "not JSON: invalid unicode code point"),
        (b"\x00\x01\x02".to_vec(), "not JSON: expected value"),
        (b"17".to_vec(), "not a question: no object"),
        (br#"["web-a", "app-a"]"#.to_vec(), "{\"id\":null,\"error\":\"not a question: no object\"}"),
        (br#"{"source": 1, "destination": "app-a"}"#.to_vec(), "not a question: invalid type: integer `1`"),
        (br#"{"source": "web-a"}"#.to_vec(), "not a question: missing field `destination`"),
        (deep.clone().into_bytes(), "not JSON: EOF while parsing a list"),
        (format!("{{\"id\":{deep}").into_bytes(), "not JSON: "),
        (
            format!(r#"{{"source":"{long}","destination":"app-a"}}"#).into_bytes(),
            "nothing in the snapshot is called",
        ),
    ];
    let mut text = Vec::new();
    for (line, _) in &bad {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(good.as_bytes());
    fs::write(&file, text).expect("a file can be written");
    let snapshot = three_tier();
    let words = ["-s", path(&snapshot), "query", "--brief", "--batch", path(&file)];
    let (code, out, err) = run(&words);
    assert_eq!((code, err.as_str()), (2, ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), bad.len() + 1);
    for (line, (_, cause)) in lines.iter().zip(&bad) {
        assert!(line.starts_with("{\"id\":") && line.contains(cause), "{cause}: {:.200}", line);
        assert!(line.len() < 10_000, "{cause}: a line of {} bytes", line.len());
    }
    assert_eq!(lines[bad.len()], r#"{"id":"good","verdict":"reachable","codes":[]}"#);
    // The same lines from standard input.
    let input = fs::File::open(&file).expect("the file is there");
    let piped = ["-s", path(&snapshot), "query", "--brief", "--batch", "-"];
    assert_eq!(told(netpath(&piped, input.into()), &piped).1, out);
}

#[test]
fn bad_settings_are_named_with_their_line() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("netpath.toml");
    let deep = format!("snapshot = {}", "[".repeat(1_000_000));
    let cases: [(&[u8], &str); 6] = [
        (b"snapshot = \"\xff\"", "stream did not contain valid UTF-8"),
        (b"snapshot = 17", "netpath.toml:1: a path, or a list of paths"),
        (b"\n\nsnapshot = [\"a\"", "netpath.toml:3: "),
        (b"\nsnapshots = 1", "netpath.toml:2: unknown field `snapshots`"),
        (deep.as_bytes(), "netpath.toml:1: "),
        (b"\0\0\0", "netpath.toml:1: "),
    ];
    for (text, cause) in cases {
        fs::write(&file, text).expect("a file can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
        command.env_remove("NETPATH_SNAPSHOT").current_dir(folder.path()).args(["query", "a", "b"]);
        let (code, out, err) = told(command.output().expect("the program starts"), &["netpath.toml"]);
        assert_eq!((code, out.as_str()), (2, ""), "{cause}: {err}");
        assert!(err.starts_with("error: ") && err.contains(cause), "{cause}: {err}");
    }
}
