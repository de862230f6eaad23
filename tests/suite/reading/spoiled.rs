//! Files that are broken, in every way one can think of: said once, clearly, and never a panic.

use netpath::model::ResourceKind;
use netpath::snapshot::{ReadOptions, SnapshotError};

use super::{counts, holds, read, try_read, warnings};
use crate::corpus::corpus;

const GOOD: (&str, &str) = ("good.json", r#"{"InternetGateways": [{"InternetGatewayId": "igw-1"}]}"#);

/// A file among others: it is named, the rest is read.
fn check(bytes: &[u8], expected: &str) {
    let options = ReadOptions::default();
    let files: [(&str, &[u8]); 2] = [("bad.json", bytes), (GOOD.0, GOOD.1.as_bytes())];
    let snapshot = try_read(&files, &options).expect("the other file is good");
    assert_eq!(warnings(&snapshot), [format!("bad.json: {expected}")]);
    assert_eq!(snapshot.model.internet_gateways.len(), 1);
    let strict = ReadOptions { strict: true, ..options };
    assert!(matches!(try_read(&files, &strict), Err(SnapshotError::Strict(_))), "{expected}");
}

/// A file alone: it is the error.
fn check_alone(bytes: &[u8], expected: &str) {
    match try_read(&[("bad.json", bytes)], &ReadOptions::default()) {
        Ok(snapshot) => panic!("{expected}: read as {}", counts(&snapshot)),
        Err(cause) => assert_eq!(cause.to_string(), expected),
    }
}

#[test]
fn a_file_that_is_no_json_is_named_with_its_cause() {
    check(b"", "the file is empty");
    check(b"{\"Vpcs\": [", "not JSON: EOF while parsing a list at line 1 column 10");
    check(b"{\"Vpcs\": [}", "not JSON: expected value at line 1 column 11");
    check(b"{\"Vpcs\": [\"\xff\"]}", "not UTF-8 text: byte 11 fits nowhere");
    check(b"\xff\xfe{\0\"\0V\0", "the text is UTF-16, not UTF-8");
    check(b"\0{\0\"\0V\0p\0c", "the text is UTF-16, not UTF-8");
    check(b"Vpcs:\n- CidrBlock: 10.0.0.0/16\n", "YAML instead of JSON");
    check(b"VPCS\t10.0.0.0/16\tdopt-1\n", "the aws-cli's text output instead of JSON");
    check(b"-----------\n|  DescribeVpcs  |\n", "the aws-cli's table output instead of JSON");
    check(b"<DescribeVpcsResponse>", "XML or HTML instead of JSON");
    check(
        b"\nAn error occurred (UnauthorizedOperation) when calling",
        "a message instead of an answer: `An error occurred (UnauthorizedOperation) when calling`",
    );
    check(b"\x1f\x8b\x08nonsense", "cannot be unpacked: invalid gzip header");
}

#[test]
fn the_only_file_is_the_error() {
    check_alone(b"nonsense", "cannot read `bad.json`: not JSON: expected ident at line 1 column 2");
    check_alone(b"{}", "no answer of an `aws … describe-*` call in `the given files`: looked at `bad.json`");
    check_alone(b"17", "no answer of an `aws … describe-*` call in `the given files`: looked at `bad.json`");
    check_alone(
        br#"{"Resources": {}, "Rules": {}}"#,
        "no answer of an `aws … describe-*` call in `the given files`: looked at `bad.json`",
    );
}

/// One bad element between two good ones.
fn check_element(element: &str, expected: &str) {
    let vpc = |id: &str| format!(r#"{{"VpcId": "{id}", "CidrBlock": "10.0.0.0/16"}}"#);
    let text = format!("{{\"Vpcs\": [{}, {element}, {}]}}", vpc("vpc-1"), vpc("vpc-2"));
    let snapshot = read(&[("describe-vpcs.json", &text)]);
    assert_eq!(warnings(&snapshot), [format!("describe-vpcs.json: Vpcs[1]: left out: {expected}")]);
    assert_eq!(snapshot.model.vpcs.len(), 2);
    assert_eq!(snapshot.model.vpcs[1].about.place.index, 2);
    assert!(!holds(&snapshot, ResourceKind::Vpc), "what was left out is unknown");
}

#[test]
fn one_bad_element_costs_no_other() {
    check_element("{}", "member `VpcId` is missing");
    check_element(r#"{"VpcId": ""}"#, "member `VpcId` is missing");
    check_element("17", "not an object");
    check_element(r#"["vpc-3"]"#, "not an object");
    check_element(r#"{"VpcId": 3}"#, "member `VpcId`: invalid type: integer `3`, expected a string");
    check_element(
        r#"{"VpcId": "v", "IsDefault": "no"}"#,
        "member `IsDefault`: invalid type: string \"no\", expected a boolean",
    );
    check_element(
        r#"{"VpcId": "v", "CidrBlock": "10.0.0.0/33"}"#,
        "member `CidrBlock` is `10.0.0.0/33`, which is not a CIDR such as `10.0.0.0/16`",
    );
    check_element(
        r#"{"VpcId": "v", "Tags": {"a": 1}}"#,
        "member `Tags`: invalid type: object, expected a list",
    );
}

#[test]
fn a_member_that_stands_twice_and_null_elements_are_read() {
    let snapshot = read(&[(
        "a.json",
        r#"{"Vpcs": [null, {"VpcId": "a", "VpcId": "vpc-1"}], "Vpcs": [{"VpcId": "vpc-2"}]}"#,
    )]);
    assert_eq!(counts(&snapshot), "Vpc 2");
    assert!(holds(&snapshot, ResourceKind::Vpc));
}

#[test]
fn numbers_that_no_port_can_be_are_refused() {
    for port in ["65536", "-2", "1e99", "123456789012345678901234567890", "22.5"] {
        let text = format!(
            r#"{{"SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{{"IpProtocol": "tcp", "FromPort": {port}, "ToPort": 80, "IpRanges": [{{"CidrIp": "0.0.0.0/0"}}]}}]}}]}}"#
        );
        let snapshot = read(&[("a.json", &text)]);
        assert_eq!(snapshot.model.security_groups.len(), 0, "{port}");
        assert_eq!(snapshot.warnings.len(), 1, "{port}");
    }
}

#[test]
fn a_bad_port_is_named_by_its_own_member() {
    for (protocol, from, to, member) in
        [("tcp", 70000, 70001, "FromPort"), ("udp", 80, 70000, "ToPort"), ("xtp", 1, 2, "IpProtocol")]
    {
        let text = format!(
            r#"{{"SecurityGroups": [{{"GroupId": "sg-1", "IpPermissions": [{{"IpProtocol": "{protocol}", "FromPort": {from}, "ToPort": {to}}}]}}]}}"#
        );
        let said = warnings(&read(&[("a.json", &text)]));
        assert!(said[0].contains(&format!("left out: member `{member}` is")), "{said:?}");
    }
    let text = r#"{"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Entries": [{"RuleNumber": 1,
        "RuleAction": "allow", "Egress": false, "CidrBlock": "10.0.0.0/8", "Protocol": "6",
        "PortRange": {"From": 1, "To": 65536}}]}]}"#;
    let said = warnings(&read(&[("a.json", text)]));
    assert!(said[0].contains("member `Entries[].PortRange.To` is `65536`"), "{said:?}");
}

#[test]
fn a_bad_route_of_a_transit_gateway_costs_no_other() {
    let text = r#"{"TransitGatewayRouteTableId": "tgw-rtb-1", "AdditionalRoutesAvailable": true, "Routes": [
        {"DestinationCidrBlock": "nowhere", "Type": "static", "State": "active"},
        {"DestinationCidrBlock": "10.1.0.0/16", "Type": "static", "State": "active"}]}"#;
    let snapshot = read(&[("a.json", text)]);
    assert_eq!(
        warnings(&snapshot),
        [
            "a.json: Routes: left out: element 0: member `Routes[].DestinationCidrBlock` is `nowhere`, which is not a \
             CIDR such as `10.0.0.0/16`",
            "a.json: Routes: the answer was cut off: it has `AdditionalRoutesAvailable`",
        ]
    );
    let routes = &snapshot.model.transit_gateway_routes[0];
    assert_eq!(routes.routes.len(), 1);
    assert_eq!(routes.routes[0].index, 1);
    assert!(routes.is_truncated);
}

#[test]
fn deep_nesting_is_passed_over_or_refused() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let vpcs = |inside: &str| {
        format!(r#"{{"Novelty": {inside}, "Vpcs": [{{"VpcId": "vpc-1", "Novelty": {inside}}}]}}"#)
    };
    for levels in [100, 127, 128, 1000, 100_000] {
        assert_eq!(counts(&read(&[("a.json", &vpcs(&deep(levels)))])), "Vpc 1", "{levels}");
        let objects = format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert_eq!(counts(&read(&[("a.json", &vpcs(&objects))])), "Vpc 1", "{levels}");
    }
    let unmodelled =
        format!(r#"{{"CarrierGateways": [{{"CarrierGatewayId": "cagw-1", "Deep": {}}}]}}"#, deep(1000));
    let snapshot = read(&[("a.json", &unmodelled)]);
    assert_eq!(snapshot.warnings.len(), 1);
    assert!(warnings(&snapshot)[0].contains("recursion limit exceeded"), "{:?}", snapshot.warnings);
}

#[test]
fn a_list_is_not_taken_for_the_members_of_an_object() {
    check_element(
        r#"{"VpcId": "vpc-3", "CidrBlockAssociationSet": [["10.0.0.0/16"]]}"#,
        "a list stands where an object should",
    );
    // What stands twice is taken apart first, and looked at no less.
    check_element(
        r#"{"VpcId": "vpc-3", "VpcId": "vpc-3", "Tags": [["Name", "web"]]}"#,
        "member `VpcId`: duplicate field `VpcId`",
    );
}

#[test]
fn messages_quote_long_texts_in_few_words() {
    let long = "é at line 1 ".repeat(100_000);
    let snapshot = read(&[("a.json", &format!(r#"{{"Vpcs": [{{"VpcId": "v", "IsDefault": "{long}"}}]}}"#))]);
    let said = warnings(&snapshot);
    let (start, end) =
        ("a.json: Vpcs[0]: left out: member `IsDefault`: invalid type: string \"é at", "expected a boolean");
    assert!(said[0].starts_with(start) && said[0].ends_with(end), "{:.300}", said[0]);
    assert!(said[0].len() < 400, "{}", said[0].len());
}

#[test]
fn an_element_longer_than_pieces_is_read_in_time() {
    // Indented like a long list, so that it is first tried in pieces.
    let long = "x".repeat(40 << 20);
    let text = format!(
        "{{\n    \"Vpcs\": [\n        {{\n            \"VpcId\": \"vpc-1\",\n            \"OwnerId\": \"{long}\"\n        }}\n    ]\n}}\n"
    );
    assert_eq!(counts(&read(&[("a.json", &text)])), "Vpc 1");
}

#[test]
fn a_small_file_that_holds_very_much_is_refused() {
    // Spaces: what comes out is a thousand times what goes in.
    let spaces = vec![b' '; 1 << 20];
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for _ in 0..300 {
        std::io::Write::write_all(&mut writer, &spaces).expect("in memory");
    }
    let packed = writer.finish().expect("in memory");
    check(&packed, "cannot be unpacked: it holds more than 256 MiB; unpack it and give the folder instead");
}

#[test]
fn a_page_before_a_syntax_error_is_kept() {
    let snapshot = read(&[("a.json", "{\"Vpcs\": [{\"VpcId\": \"vpc-1\"}]}\n{\"Vpcs\": [")]);
    assert_eq!(counts(&snapshot), "Vpc 1");
    assert_eq!(warnings(&snapshot), ["a.json: not JSON: EOF while parsing a list at line 2 column 10"]);
    assert!(!holds(&snapshot, ResourceKind::Vpc));
}

/// Bytes that pretend to be random.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Damages a file of the corpus in many ways.
fn damaged(name: &str, rounds: usize, mut each: impl FnMut(Vec<u8>)) {
    let Some(corpus) = corpus() else { return };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let pieces: [&[u8]; 14] = [
        b"null",
        b"[",
        b"]",
        b"{",
        b"}",
        b"\"",
        b"-1",
        b"1e999",
        b",",
        b"\\u",
        b"\xf0",
        b"\"Routes\": []",
        b"\\u00e9",
        b"\n",
    ];
    let original = std::fs::read(corpus.join(name)).expect("the corpus can be read");
    for round in 0..rounds {
        let mut bytes = original.clone();
        for _ in 0..=random.below(4) {
            let position = random.below(bytes.len());
            let piece = pieces[random.below(pieces.len())];
            let end = (position + random.below(8)).min(bytes.len());
            bytes.splice(position..end, piece.iter().copied());
        }
        bytes.truncate(if round % 4 == 0 { random.below(bytes.len()) } else { bytes.len() });
        each(bytes);
    }
}

const FILES: [&str; 5] = [
    "np-guard/input_basic_config_with_sg.json",
    "batfish/test-transit-gateway/TransitGatewayStaticRoutes.json",
    "batfish/test-transit-gateway/RouteTables.json",
    "batfish/test-transit-gateway/Reservations.json",
    "aws-cli-examples/ec2/describe-network-interfaces.json",
];

#[test]
fn no_damage_makes_it_panic_and_the_fast_way_agrees_with_the_careful_one() {
    let options = ReadOptions::default();
    for name in FILES {
        damaged(name, 600, |bytes| {
            // A second document keeps a file from the fast way.
            let careful = [bytes.as_slice(), b"\n{}"].concat();
            let fast = try_read(&[("a.json", &bytes)], &options);
            let careful = try_read(&[("a.json", &careful)], &options);
            if let (Ok(fast), Ok(careful)) = (&fast, &careful) {
                assert_eq!(
                    format!("{:?}", fast.model),
                    format!("{:?}", careful.model),
                    "{}",
                    String::from_utf8_lossy(&bytes)
                );
            }
        });
    }
}

#[test]
fn no_damaged_archive_makes_it_panic() {
    let files: [(&str, &[u8]); 1] = [("a.json", b"{\"Vpcs\": [{\"VpcId\": \"vpc-1\"}]}")];
    let archives =
        super::same::archives(&files.map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).to_vec());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (name, archive) in archives {
        assert_eq!(
            counts(&try_read(&[(name, &archive)], &ReadOptions::default()).expect("whole")),
            "Vpc 1",
            "{name}"
        );
        for _ in 0..300 {
            let mut bytes = archive.clone();
            for _ in 0..=random.below(3) {
                let position = random.below(bytes.len());
                bytes[position] = random.below(256) as u8;
            }
            bytes.truncate(bytes.len() - random.below(40).min(bytes.len()));
            let _ = try_read(&[(name, &bytes)], &ReadOptions::default());
        }
    }
}
