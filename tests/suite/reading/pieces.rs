//! Files that are big enough to be read in pieces: the same as reading them whole.

use netpath::snapshot::{ReadOptions, Snapshot, read_documents};

use super::warnings;

/// An indented list of groups, each some kilobytes; `change` may spoil the text of one.
fn groups(count: usize, tail: &str, change: impl Fn(usize, String) -> String) -> String {
    let rule = |port: usize| {
        format!(
            "                {{\n                    \"IpProtocol\": \"tcp\",\n                    \"FromPort\": {port},\n                    \
             \"ToPort\": {port},\n                    \"IpRanges\": [\n                        {{\n                            \
             \"CidrIp\": \"10.0.0.0/8\",\n                            \"Description\": \"}},{{ \\\" \\u00e9 é\"\n                        \
             }}\n                    ]\n                }}"
        )
    };
    let rules: Vec<String> = (1..40).map(rule).collect();
    let group = |number: usize| {
        let text = format!(
            "        {{\n            \"GroupId\": \"sg-{number:017x}\",\n            \"GroupName\": \"g\",\n            \
             \"IpPermissions\": [\n{}\n            ]\n        }}",
            rules.join(",\n")
        );
        change(number, text)
    };
    let groups: Vec<String> = (0..count).map(group).collect();
    format!("{{\n    \"SecurityGroups\": [\n{}\n    ]{tail}\n}}\n", groups.join(",\n"))
}

fn snapshot(text: String) -> Snapshot {
    read_documents(vec![("a.json".to_owned(), text.into_bytes())], &ReadOptions::default()).expect("readable")
}

/// A byte order mark keeps a file in one piece.
fn check(text: String) -> Snapshot {
    assert!(text.len() > 17 << 20, "{}", text.len());
    let whole = snapshot(format!("\u{feff}{text}"));
    let pieces = snapshot(text);
    assert_eq!(warnings(&pieces), warnings(&whole));
    assert_eq!(pieces.counts, whole.counts);
    let model = |snapshot: &Snapshot| format!("{:?}", snapshot.model);
    assert!(model(&pieces) == model(&whole), "the models differ");
    pieces
}

const COUNT: usize = 1500;

#[test]
fn pieces_give_what_the_whole_gives() {
    let snapshot = check(groups(COUNT, "", |_, text| text));
    assert_eq!(snapshot.model.security_groups.len(), COUNT);
    let last = &snapshot.model.security_groups[COUNT - 1];
    assert_eq!(last.about.place.index as usize, COUNT - 1);
}

#[test]
fn what_follows_the_list_is_read() {
    let tail = ",\n    \"Vpcs\": [\n        {\n            \"VpcId\": \"vpc-1\"\n        },\n        {\n            \"VpcId\": \"vpc-2\"\n        }\n    ],\n    \"NextToken\": \"x\"";
    let snapshot = check(groups(COUNT, tail, |_, text| text));
    assert_eq!(snapshot.model.vpcs.len(), 2);
    assert_eq!(snapshot.warnings.len(), 1);
}

#[test]
fn two_long_lists_are_not_taken_for_one() {
    let vpc = |number: usize| format!("        {{\n            \"VpcId\": \"vpc-{number:0900}\"\n        }}");
    let vpcs: Vec<String> = (0..20_000).map(vpc).collect();
    let tail = format!(",\n    \"Vpcs\": [\n{}\n    ]", vpcs.join(",\n"));
    let snapshot = check(groups(COUNT, &tail, |_, text| text));
    assert_eq!((snapshot.model.security_groups.len(), snapshot.model.vpcs.len()), (COUNT, 20_000));
}

#[test]
fn a_bad_element_is_named_by_its_index_in_the_file() {
    let snapshot = check(groups(COUNT, "", |number, text| {
        if number == 1200 { text.replace("\"FromPort\": 7,", "\"FromPort\": \"7\",") } else { text }
    }));
    assert_eq!(
        warnings(&snapshot),
        [
            "a.json: SecurityGroups[1200]: left out: member `FromPort`: invalid type: string \"7\", expected a whole number"
        ]
    );
}

#[test]
fn lines_that_only_look_like_the_end_of_an_element_do_no_harm() {
    // A list inside an element, indented as if it stood outside.
    let odd = "        {\n            \"Novelty\": [\n        {\n            \"a\": 1\n        },\n        {\n            \"a\": 2\n        },\n        {\n            \"a\": 3\n        }\n            ],";
    let snapshot = check(groups(COUNT, "", |_, text| text.replacen("        {", odd, 1)));
    assert_eq!(snapshot.model.security_groups.len(), COUNT);
}
