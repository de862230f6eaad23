//! What goes wrong between here and AWS: nothing is lost, nothing is half-written, and one message says what to do.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::server::{ACCOUNT, Asked, Reply, Server, start};
use super::{files, json, netpath, run, status};

/// EC2 alone: sixty calls are enough to go wrong.
fn collect(server: &Server, folder: &Path) -> Command {
    let mut command = netpath(&server.url);
    command.args(["collect", "--services", "ec2", "--out"]).arg(folder);
    command
}

fn error(code: &str) -> String {
    format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>words of AWS</Message></Error></Errors></Response>"
    )
}

/// What goes wrong the first times of an operation, and then no more.
fn at_first(times: usize, operation: &'static str, reply: fn() -> Reply) -> Server {
    let count = AtomicUsize::new(0);
    start(1, move |asked: &Asked| {
        if asked.operation == operation && count.fetch_add(1, Ordering::Relaxed) < times {
            return reply();
        }
        Reply::Page
    })
}

#[test]
fn what_passes_is_tried_again() {
    let faults: [(&str, fn() -> Reply); 6] = [
        ("throttling", || Reply::Status(503, error("RequestLimitExceeded"))),
        ("an error of the server", || Reply::Status(500, error("InternalError"))),
        ("a page of a proxy", || Reply::Status(502, "<html><body>bad gateway</body></html>".to_owned())),
        ("a cut connection", || Reply::Cut(120)),
        ("a torn answer", || Reply::Torn),
        ("a page that says it is fine", || Reply::Status(200, "<html></html>".to_owned())),
    ];
    std::thread::scope(|scope| {
        for (name, reply) in faults {
            scope.spawn(move || {
                let server = at_first(2, "DescribeSubnets", reply);
                let folder = tempfile::tempdir().expect("a temporary folder");
                let (code, out, err) = run(&mut collect(&server, folder.path()));
                assert_eq!(code, 0, "{name}: {out}{err}");
                let asked = server.asked.lock().expect("no test panics here");
                let times = asked.iter().filter(|it| it.operation == "DescribeSubnets").count();
                assert_eq!(times, 3, "{name}");
            });
        }
    });
}

#[test]
fn what_stays_broken_leaves_no_file_and_one_line() {
    let faults: [(&str, fn() -> Reply, &str); 4] = [
        (
            "throttling",
            || Reply::Status(503, error("RequestLimitExceeded")),
            "RequestLimitExceeded: words of AWS",
        ),
        (
            "an error of the server",
            || Reply::Status(500, error("InternalError")),
            "InternalError: words of AWS",
        ),
        ("a cut connection", || Reply::Cut(120), "BrokenAnswer"),
        ("a torn answer", || Reply::Torn, "BrokenAnswer"),
    ];
    std::thread::scope(|scope| {
        for (name, reply, told) in faults {
            scope.spawn(move || {
                let server = at_first(usize::MAX, "DescribeSubnets", reply);
                let folder = tempfile::tempdir().expect("a temporary folder");
                let (code, out, err) = run(collect(&server, folder.path()).args(["--attempts", "2"]));
                assert_eq!(code, 3, "{name}: {out}{err}");
                assert!(out.contains(&format!("ec2 DescribeSubnets: {told}")), "{name}: {out}");
                assert_eq!(out.matches("not answered: ").count(), 1, "{name}: {out}");
                let left = files(folder.path());
                assert!(
                    !left.iter().any(|it| it.display().to_string().contains("describe-subnets")),
                    "{name}"
                );
                let manifest = json(&folder.path().join("manifest.json"));
                let calls = manifest["calls"].as_array().expect("a list");
                assert_eq!(left.len(), calls.len(), "{name}: an answer less, and the manifest");
            });
        }
    });
}

#[test]
fn a_call_that_is_denied_or_fails_is_recorded_and_the_rest_goes_on() {
    let server = start(1, |asked| match asked.operation.as_str() {
        "DescribeRouteTables" => Reply::Status(403, error("UnauthorizedOperation")),
        "DescribeVpnGateways" => Reply::Status(400, error("SomethingElse")),
        "DescribeRouteServers" => Reply::Status(400, error("UnsupportedOperation")),
        _ => Reply::Page,
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, out, _) = run(&mut collect(&server, folder.path()));
    assert_eq!(code, 3);
    assert!(
        out.contains("not answered: ec2 DescribeRouteTables: UnauthorizedOperation: words of AWS"),
        "{out}"
    );
    assert!(!out.contains("DescribeRouteServers"), "{out}");
    let manifest = json(&folder.path().join("manifest.json"));
    assert_eq!(status(&manifest, "DescribeRouteTables")["status"], "denied");
    assert_eq!(status(&manifest, "DescribeVpnGateways")["status"], "failed");
    assert_eq!(status(&manifest, "DescribeRouteServers")["status"], "unsupported");
    assert_eq!(status(&manifest, "DescribeVpcs")["status"], "ok");
    assert_eq!(manifest["counts"]["denied"], 1);
    // With the permission, the same command asks for what is missing and nothing else.
    let server = start(1, |_| Reply::Page);
    let (code, out, _) = run(&mut collect(&server, folder.path()));
    assert_eq!(code, 0, "{out}");
    let asked = server.asked.lock().expect("no test panics here");
    let mut operations: Vec<&str> = asked.iter().map(|it| it.operation.as_str()).collect();
    operations.sort_unstable();
    operations.dedup();
    assert_eq!(
        operations,
        [
            "DescribeRouteServers",
            "DescribeRouteTables",
            "DescribeVpnGateways",
            "GetCallerIdentity",
            "GetRouteServerRoutingDatabase"
        ]
    );
}

#[test]
fn credentials_that_expire_end_an_account_with_one_message_and_the_next_run_goes_on() {
    let server = start(1, |asked| match asked.number {
        0..20 => Reply::Page,
        _ => Reply::Status(400, error("RequestExpired")),
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, out, _) = run(&mut collect(&server, folder.path()));
    assert_eq!(code, 3);
    assert!(out.contains("RequestExpired: words of AWS"), "{out}");
    assert!(out.contains("not asked any more: ") && !out.contains("NotAsked"), "{out}");
    // Those that were under way heard it; nobody asked after that.
    assert!(server.asked.lock().expect("no test panics here").len() < 20 + 9, "{out}");
    let server = start(1, |_| Reply::Page);
    let (code, out, _) = run(&mut collect(&server, folder.path()));
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("of them from before"), "{out}");
    whole(folder.path());
}

#[test]
fn nobody_to_ask_as_is_one_clear_error() {
    let server = start(1, |_| Reply::Status(403, error("InvalidClientTokenId")));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, out, err) = run(&mut collect(&server, folder.path()));
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("error: AWS does not know who asks: the default credentials: InvalidClientTokenId"),
        "{err}"
    );
    assert!(err.contains("help: "), "{err}");
    let (code, _, err) = run(collect(&server, folder.path()).env_remove("AWS_ACCESS_KEY_ID"));
    assert_eq!(code, 2);
    assert!(err.contains("NoCredentials"), "{err}");
}

#[test]
fn a_server_that_is_not_there_is_one_clear_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = netpath("http://127.0.0.1:9");
    let (code, _, err) =
        run(command.env("AWS_MAX_ATTEMPTS", "2").args(["collect", "--out"]).arg(folder.path()));
    assert_eq!(code, 2);
    assert!(err.contains("Unreachable"), "{err}");
}

#[test]
fn an_answer_that_never_comes_is_given_up_and_the_rest_goes_on() {
    let server = start(1, |asked| match asked.operation.as_str() {
        "DescribeSubnets" => Reply::Silence,
        _ => Reply::Page,
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = collect(&server, folder.path());
    let (code, out, _) = run(command.args(["--timeout", "4", "--attempts", "1"]));
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("ec2 DescribeSubnets: TimedOut"), "{out}");
    let manifest = json(&folder.path().join("manifest.json"));
    assert_eq!(status(&manifest, "DescribeSubnets")["status"], "failed");
    let kept: Vec<String> = contents(folder.path()).into_keys().collect();
    assert!(kept.len() > 20, "{kept:?}");
    assert!(!kept.iter().any(|it| it.ends_with("describe-subnets.json")), "{kept:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_there_and_the_same_command_goes_on() {
    // Two calls are answered, and no other ever is.
    let server = start(2, |asked| match asked.operation.as_str() {
        "GetCallerIdentity" | "DescribeVpcs" | "DescribeSubnets" => Reply::Page,
        _ => Reply::Silence,
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let child = collect(&server, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let kept = ["vpcs", "subnets"].map(|it| format!("accounts/{ACCOUNT}/eu-west-1/describe-{it}.json"));
    // Ends: both are answered, and then kept.
    while !kept.iter().all(|it| folder.path().join(it).exists()) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill is there").success());
    let output = child.wait_with_output().expect("the program ends");
    let err = String::from_utf8(output.stderr).expect("it is UTF-8");
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("error: interrupted; ") && err.contains("help: the same command goes on"), "{err}");
    assert!(!folder.path().join("manifest.json").exists());
    let before = contents(folder.path());
    assert!(!before.is_empty());
    let server = start(2, |_| Reply::Page);
    let (code, out, _) = run(&mut collect(&server, folder.path()));
    assert_eq!(code, 0, "{out}");
    let after = contents(folder.path());
    assert!(before.iter().all(|(file, text)| after.get(file) == Some(text)));
    whole(folder.path());
    let asked = server.asked.lock().expect("no test panics here");
    assert!(!asked.iter().any(|it| it.operation == "DescribeVpcs"), "what was kept was asked for again");
}

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let answers = files(folder).into_iter().filter(|it| it.starts_with("accounts"));
    let whole =
        answers.filter(|it| !it.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')));
    whole
        .map(|file| {
            let text = std::fs::read_to_string(folder.join(&file)).expect("a file can be read");
            (file.display().to_string(), text)
        })
        .collect()
}

/// Every call has its answer, and every answer is whole.
fn whole(folder: &Path) {
    let manifest = json(&folder.join("manifest.json"));
    let calls = manifest["calls"].as_array().expect("a list");
    assert!(calls.iter().all(|it| it["status"] == "ok"));
    for call in calls {
        json(&folder.join(call["file"].as_str().expect("a file")));
    }
    assert!(folder.join(format!("accounts/{ACCOUNT}/eu-west-1/describe-vpcs.json")).exists());
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let server = start(1, |_| Reply::Page);
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("holiday.jpg"), "x").expect("it can be written");
    let (code, _, err) = run(&mut collect(&server, folder.path()));
    assert_eq!(code, 2);
    assert!(err.contains("it holds something else"), "{err}");
    assert!(server.asked.lock().expect("no test panics here").is_empty());
}

#[test]
fn another_service_or_region_joins_what_is_there_and_what_is_no_more_goes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let collect = |pages: usize, words: &[&str]| {
        let server = start(pages, |_| Reply::Page);
        let (code, out, err) =
            run(netpath(&server.url).args(["collect", "--out"]).arg(folder.path()).args(words));
        assert_eq!(code, 0, "{out}{err}");
        contents(folder.path()).into_keys().collect::<Vec<String>>()
    };
    let elb = collect(2, &["--services", "elb"]);
    let both = collect(2, &["--services", "eks", "--regions", "eu-west-2"]);
    assert!(elb.iter().all(|file| both.contains(file)) && both.len() > elb.len());
    // There were two balancers; there is one.
    let attributes =
        |files: &[String]| files.iter().filter(|it| it.contains("load-balancer-attributes")).count();
    assert_eq!(attributes(&both), 2);
    let fewer = collect(1, &["--services", "elb", "--fresh"]);
    assert_eq!(attributes(&fewer), 1);
    assert!(fewer.iter().any(|it| it.contains("eu-west-2")), "{fewer:?}");
    whole_but_for_vpcs(folder.path(), fewer.len());
}

fn whole_but_for_vpcs(folder: &Path, count: usize) {
    let manifest = json(&folder.join("manifest.json"));
    let calls = manifest["calls"].as_array().expect("a list");
    assert_eq!(calls.len(), count);
    for call in calls {
        json(&folder.join(call["file"].as_str().expect("a file")));
    }
}
