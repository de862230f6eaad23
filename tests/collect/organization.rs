//! Many accounts and Regions: roles, Regions that an account has, archives; and how long a big estate takes.

use std::collections::BTreeSet;

use super::server::{Reply, start_with};
use super::{json, netpath, run};

#[test]
fn every_account_of_an_organization_is_asked_in_every_region_by_its_role() {
    let server = start_with(1, 3, |asked| {
        match (asked.operation.as_str(), asked.account.as_str()) {
        // One account has no such role.
        ("GetCallerIdentity", "111122223335") => Reply::Status(
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no role</Message></Error></ErrorResponse>".to_owned(),
        ),
        _ => Reply::Page,
    }
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join("company.tar.zst");
    let (code, out, err) = run(netpath(&server.url)
        .args(["collect", "--organization", "--role-name", "audit", "--external-id", "x", "--regions", "all"])
        .args(["--services", "ec2,route53", "--out"])
        .arg(&archive));
    assert_eq!(code, 3, "{out}{err}");
    assert!(out.contains("2 accounts") && out.contains("account 111122223335 cannot be asked"), "{out}");
    let asked = server.asked.lock().expect("no test panics here");
    let places: BTreeSet<(String, String)> = asked
        .iter()
        .filter(|it| it.operation == "DescribeVpcs")
        .map(|it| (it.account.clone(), it.region.clone()))
        .collect();
    assert_eq!(places.len(), 2 * 17);
    let global = asked.iter().filter(|it| it.operation == "ListHostedZones");
    assert_eq!(global.map(|it| it.region.as_str()).collect::<Vec<_>>(), ["us-east-1", "us-east-1"]);
    // The archive is read as it is, and the folder beside it is gone.
    let (code, _, err) =
        run(netpath(&server.url).arg("--snapshot").arg(&archive).args(["-v", "show", "vpc-00000000"]));
    assert!(code == 2 && err.contains("2 accounts") || err.contains("there is no"), "{code} {err}");
    assert!(!folder.path().join("company.collecting").exists());
}

/// Prints what a hundred accounts in seventeen Regions take, or as many as `NETPATH_ACCOUNTS` says: `cargo test --release
/// --features collect --test collect -- --ignored --nocapture hundred`.
#[test]
#[ignore = "a measurement"]
#[expect(clippy::print_stdout, reason = "the figures are what it is run for")]
fn hundred_accounts_in_seventeen_regions() {
    let said = std::env::var("NETPATH_ACCOUNTS").ok().and_then(|it| it.parse().ok());
    let server = start_with(1, said.unwrap_or(100), |_| Reply::Page);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("estate");
    let program = netpath(&server.url);
    let mut timed = std::process::Command::new("/usr/bin/time");
    timed.arg("-v").arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    timed.args(["collect", "--organization", "--role-name", "audit", "--regions", "all", "--out"]).arg(&out);
    let begin = std::time::Instant::now();
    let (code, text, err) = run(&mut timed);
    println!("{text}{:.1} s\n{err}", begin.elapsed().as_secs_f64());
    assert_eq!(code, 0);
    let manifest = json(&out.join("manifest.json"));
    println!("{}", manifest["counts"]);
}
