//! Every call that AWS answers in pages is asked for all of them.

use std::collections::BTreeSet;

use netpath::collect;

use super::python::{answers, by_aws_cli, python};
use super::server::{ACCOUNT, Reply, start};
use super::{files, json, netpath, run};

#[test]
fn every_page_of_every_call_is_kept() {
    const PAGES: usize = 3;
    let server = start(PAGES, |_| Reply::Page);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, out, err) = run(netpath(&server.url).args(["collect", "--out"]).arg(folder.path()));
    assert_eq!(code, 0, "{out}{err}");
    let shapes: serde_json::Value =
        serde_json::from_str(include_str!("../../src/collect/shapes.json")).expect("it is JSON");
    let manifest = json(&folder.path().join("manifest.json"));
    let records = manifest["calls"].as_array().expect("a list");
    for call in collect::calls() {
        let row = &shapes["services"][&call.service]["operations"][&call.operation];
        let is_paged = row["next"].is_array();
        // Parts of one operation have files of their own.
        let begins = format!("/{}", call.file_stem());
        let of_call = records.iter().filter(|it| {
            let is_it = it["service"] == *call.service && it["operation"] == *call.operation;
            is_it && it["file"].as_str().is_some_and(|file| file.contains(&begins))
        });
        let mut count = 0;
        for record in of_call {
            count += 1;
            assert_eq!(record["pages"], if is_paged { PAGES } else { 1 }, "{}", call.operation);
            let answer = json(&folder.path().join(record["file"].as_str().expect("a file")));
            for list in row["lists"].as_array().into_iter().flatten().filter_map(|it| it.as_str()) {
                let items =
                    list.split('.').fold(&answer, |value, name| &value[name]).as_array().map(Vec::len);
                assert_eq!(items, Some(PAGES), "{} {list}", call.operation);
            }
            for next in row["next"].as_array().into_iter().flatten().filter_map(|it| it.as_str()) {
                assert!(
                    next.split('.').fold(&answer, |value, name| &value[name]).is_null(),
                    "{}",
                    call.operation
                );
            }
            if let Some(member) = call.member_beside() {
                assert!(!answer[member].is_null(), "{}", call.operation);
            }
        }
        assert!(count > 0, "{} {} was never asked", call.service, call.operation);
    }
    // Nothing but answers and the manifest is left.
    let found = files(folder.path());
    assert_eq!(found.len(), records.len() + 1);
    assert!(
        found.iter().all(|it| it.starts_with(format!("accounts/{ACCOUNT}")) || it.ends_with("manifest.json"))
    );
}

/// What the aws-cli asks for the first page of only: it has no paginator for these, and leaves the token in its answer.
const FIRST_PAGE_ONLY: &[&str] = &[
    "cloudfront-list-vpc-origins",
    "describe-byoip-cidrs",
    "describe-vpc-block-public-access-exclusions",
    "describe-vpc-encryption-controls",
    "directconnect-describe-virtual-interfaces",
    "get-route-server-routing-database-thing-00000000000000000",
    "get-route-server-routing-database-thing-00000000000000001",
];

/// The aws-cli 1 does not know that it has pages; the aws-cli 2 does.
const NEWER: &str = "networkmanager-get-network-routes";

/// The aws-cli has its own knowledge of pages and names.
#[test]
fn pages_are_put_together_as_the_aws_cli_does() {
    if python().is_none() {
        return;
    }
    let server = start(2, |_| Reply::Page);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ours, theirs) = (folder.path().join("ours"), folder.path().join("theirs"));
    let (code, out, err) = run(netpath(&server.url).args(["collect", "--out"]).arg(&ours));
    assert_eq!(code, 0, "{out}{err}");
    let (code, err) = by_aws_cli(&server.url, folder.path(), &theirs);
    assert_eq!(code, 0, "{err}");
    let (ours, theirs) = (answers(&ours), answers(&theirs));
    let (mut cut, mut differ) = (BTreeSet::new(), Vec::new());
    for (name, text) in theirs.iter().filter(|it| !it.0.contains(NEWER)) {
        if ["\"nextToken\"", "\"NextToken\"", "\"NextMarker\""].iter().any(|it| text.contains(it)) {
            cut.insert(name.rsplit('/').next().unwrap_or_default());
        } else if !ours.iter().any(|it| it.0 == *name && it.1 == *text) {
            differ.push((name, text, ours.iter().filter(|it| it.0 == *name).collect::<Vec<_>>()));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
    assert_eq!(cut.into_iter().collect::<Vec<_>>(), FIRST_PAGE_ONLY);
    let missing = ours.iter().filter(|it| !theirs.iter().any(|other| it.0 == other.0));
    assert_eq!(missing.map(|it| &it.0).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn pages_that_repeat_themselves_end() {
    let server = start(1, |asked| match asked.operation.as_str() {
        "DescribeVpcs" => Reply::Status(
            200,
            "<DescribeVpcsResponse><vpcSet/><nextToken>page-0</nextToken></DescribeVpcsResponse>".to_owned(),
        ),
        _ => Reply::Page,
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, out, _) =
        run(netpath(&server.url).args(["collect", "--services", "ec2", "--out"]).arg(folder.path()));
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("ec2 DescribeVpcs: RepeatedToken"), "{out}");
}

/// More routes than AWS lists, and no token to ask for the rest with.
#[test]
fn an_answer_that_is_cut_off_stays_so() {
    let server = start(1, |asked| {
        match asked.operation.as_str() {
        "SearchTransitGatewayRoutes" => Reply::Status(
            200,
            "<SearchTransitGatewayRoutesResponse><routeSet/><additionalRoutesAvailable>true</additionalRoutesAvailable>\
             </SearchTransitGatewayRoutesResponse>"
                .to_owned(),
        ),
        _ => Reply::Page,
    }
    });
    let folder = tempfile::tempdir().expect("a temporary folder");
    let collect =
        run(netpath(&server.url).args(["collect", "--services", "ec2", "--out"]).arg(folder.path()));
    assert_eq!(collect.0, 0, "{}", collect.2);
    let (_, _, err) = run(netpath(&server.url).arg("-s").arg(folder.path()).args(["-v", "show", "thing"]));
    assert!(err.contains("AdditionalRoutesAvailable"), "{err}");
}
