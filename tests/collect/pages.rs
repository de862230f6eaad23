//! Every call that AWS answers in pages is asked for all of them.

use netpath::collect;

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
        let of_call =
            records.iter().filter(|it| it["service"] == *call.service && it["operation"] == *call.operation);
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
            if let Some(member) = &call.beside {
                assert!(answer[member].is_string(), "{}", call.operation);
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
