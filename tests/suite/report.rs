//! What answers look like: text for people, the JSON object, the line of a batch, AWS's own form, the manual.
//!
//! The texts stand in `report/*.txt`, each below the topology and the question that it answers. A change of wording is a
//! change of those files: `NETPATH_ACCEPT=1 cargo test report` writes them anew, to be read before they are kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use netpath::network::{self, ExplanationCode, InterfaceIndex, Network};
use netpath::packet::{AddressSet, Family, protocol};
use netpath::report::{self, Question, Report, Style, wording};
use netpath::snapshot::Snapshot;
use netpath::solver::{self, Answer, Destination, Query, Source, Traffic, Verdict};
use serde_json::{Value, json};

use crate::shorthand;

/// A topology in shorthand, compiled.
struct Case {
    snapshot: Snapshot,
    network: Network,
}

fn case(topology: &str) -> Case {
    let snapshot = shorthand::snapshot(topology).expect("the topology is right");
    let network = network::compile(&snapshot.model);
    Case { snapshot, network }
}

/// A question and its answer.
struct Asked<'c> {
    case: &'c Case,
    question: Question,
    query: Query,
    answer: Answer,
}

impl Case {
    fn interface(&self, id: &str) -> InterfaceIndex {
        let interfaces = &self.snapshot.model.network_interfaces;
        let position = interfaces.iter().position(|it| it.id.as_str() == id);
        InterfaceIndex(position.unwrap_or_else(|| panic!("no interface {id}")) as u32)
    }

    fn set(&self, text: &str) -> AddressSet {
        match text {
            "internet" => self.network.internet(Family::V4).clone(),
            block => AddressSet::block(block.parse().expect("a block")),
        }
    }

    /// Asks between interfaces (several with commas), blocks and the internet.
    fn ask(&self, question: &str) -> Asked<'_> {
        let words: Vec<&str> = question.split_whitespace().collect();
        let [from, to, traffic_words] = words.as_slice() else {
            panic!("`{question}`: SOURCE DESTINATION TRAFFIC")
        };
        let source = |text: &str| match text.starts_with("eni-") {
            true => Source::Interface(self.interface(text), None),
            false => Source::Outside(self.set(text)),
        };
        let destination = |text: &str| match text.starts_with("eni-") {
            true => Destination::Interface(self.interface(text), None),
            false => Destination::Addresses(self.set(text)),
        };
        let query = Query {
            sources: from.split(',').map(source).collect(),
            destinations: to.split(',').map(destination).collect(),
            traffic: traffic(traffic_words),
            family: None,
            ..Query::default()
        };
        let answer = solver::solve(&self.network, &query);
        let question = Question {
            source: (*from).to_owned(),
            destination: (*to).to_owned(),
            traffic: (*traffic_words).to_owned(),
        };
        Asked { case: self, question, query, answer }
    }
}

/// `tcp/443`, `tcp/1000-2000`, `icmp/8`, `all`.
fn traffic(text: &str) -> Traffic {
    let Some((name, ports)) = text.split_once('/') else {
        return Traffic::default();
    };
    let number = match name {
        "tcp" => protocol::TCP,
        "udp" => protocol::UDP,
        "icmp" => protocol::ICMP,
        other => panic!("{other}"),
    };
    let (low, high) = ports.split_once('-').unwrap_or((ports, ports));
    let (low, high): (u16, u16) = (low.parse().expect("a port"), high.parse().expect("a port"));
    match number {
        protocol::ICMP => Traffic::ports(number, low << 8, (high << 8) | 0xff),
        _ => Traffic::ports(number, low, high),
    }
}

impl Asked<'_> {
    fn report(&self) -> Report<'_> {
        Report::new(&self.question, &self.query, &self.answer, &self.case.network, &self.case.snapshot)
    }

    fn text(&self, style: Style) -> String {
        let mut text = Vec::new();
        report::text::write(&self.report(), &mut text, style).expect("memory can be written to");
        String::from_utf8(text).expect("text is UTF-8")
    }

    fn json(&self) -> Value {
        let mut text = Vec::new();
        report::json::write(&self.report(), &mut text).expect("memory can be written to");
        serde_json::from_slice(&text).expect("it is JSON")
    }

    fn aws(&self) -> Value {
        let mut text = Vec::new();
        report::aws::write(&self.report(), &mut text).expect("memory can be written to");
        serde_json::from_slice(&text).expect("it is JSON")
    }
}

const PLAIN: Style = Style { color: false, width: 100, verbose: false };

const WEB: &str = "\
vpc     vpc-a       10.0.0.0/16
subnet  subnet-web  10.0.1.0/24   in vpc-a
subnet  subnet-db   10.0.2.0/24   in vpc-a
eni     eni-web     10.0.1.10     in subnet-web  sg sg-web  public 198.51.100.10
eni     eni-db      10.0.2.10     in subnet-db   sg sg-db
allow   sg-web      inbound  tcp 443   from 0.0.0.0/0
allow   sg-db       inbound  tcp 5432  from sg-web
route   subnet-web  0.0.0.0/0 -> igw-a
";

// Texts.

/// The pages of `report/*.txt`: a topology, a line `? SOURCE DESTINATION TRAFFIC`, and the text of the answer.
fn golden() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/report");
    let entries = fs::read_dir(&folder).expect("the texts are part of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|it| it.expect("an entry is readable").path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "txt"));
    paths.sort();
    paths
}

#[test]
fn texts_are_as_they_were_read() {
    let accepts = std::env::var_os("NETPATH_ACCEPT").is_some();
    let mut wrong = Vec::new();
    for path in golden() {
        let page = fs::read_to_string(&path).expect("a text can be read");
        let (topology, rest) = page.split_once("\n? ").expect("a topology, then a question");
        let (question, expected) = rest.split_once('\n').expect("a question, then a text");
        let case = case(topology);
        let style = Style { verbose: question.contains("--verbose"), ..PLAIN };
        let found = case.ask(question.trim_end_matches("--verbose")).text(style);
        if found.trim_end() != expected.trim_end() {
            wrong.push(format!("{}\n{found}", path.display()));
            if accepts {
                fs::write(&path, format!("{topology}\n? {question}\n{found}"))
                    .expect("a text can be written");
            }
        }
    }
    assert!(accepts || wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_line_is_no_wider_than_the_terminal_and_breaks_between_words() {
    let case = case(WEB);
    let asked = case.ask("internet eni-db tcp/5432");
    for width in [60, 80, 120] {
        let text = asked.text(Style { width, ..PLAIN });
        for line in text.lines() {
            let columns = line.chars().count();
            let last = line.trim_start().rsplit(' ').next().unwrap_or_default();
            assert!(columns <= width || columns - last.chars().count() <= width, "{width}: {line}");
        }
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&text), words(&asked.text(Style { width: 0, ..PLAIN })));
    }
}

#[test]
fn colours_come_only_when_wanted_and_say_nothing_by_themselves() {
    let case = case(WEB);
    let asked = case.ask("internet eni-web tcp/22");
    let (plain, colored) = (asked.text(PLAIN), asked.text(Style { color: true, ..PLAIN }));
    assert!(!plain.contains('\u{1b}'));
    assert!(colored.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    // Ends: each round takes one escape sequence away.
    while let Some(start) = rest.find('\u{1b}') {
        stripped.push_str(&rest[..start]);
        let end = rest[start..].find('m').expect("an escape sequence ends");
        rest = &rest[start + end + 1..];
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn names_cannot_talk_to_the_terminal() {
    let mut topology = WEB.to_owned();
    let name = "a\"b\n\u{1b}[31mred\u{7f}\u{9b}2J\u{202e}gpj";
    let tags = json!([{ "Key": "Name", "Value": name }]).to_string().replace(' ', "\\u0020");
    topology.push_str(&format!("set eni-web TagSet {tags}\nset sg-web Tags {tags}\n"));
    let case = case(&topology);
    let asked = case.ask("internet eni-web tcp/22");
    let text = asked.text(PLAIN);
    let is_inert = |text: &str| text.chars().all(|it| it == '\n' || !(it.is_control() || it == '\u{202e}'));
    assert!(is_inert(&text), "{text:?}");
    assert!(text.contains("a\"b\\n\\u{1b}[31mred\\u{7f}\\u{9b}2J\\u{202e}gpj"), "{text}");
    let line = report::batch::line(&asked.report(), &json!("x"), false);
    assert!(line.chars().all(|it| !it.is_control()), "{line:?}");
    let value: Value = serde_json::from_str(&line).expect("a line is JSON");
    assert_eq!(value["explanations"][0]["component"]["name"], name);
    let mut aws = Vec::new();
    report::aws::write(&asked.report(), &mut aws).expect("memory can be written to");
    assert!(String::from_utf8(aws).expect("UTF-8").chars().all(|it| it == '\n' || !it.is_control()));
}

// JSON.

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().map(|it| it.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[test]
fn the_object_has_the_members_of_the_contract() {
    let case = case(WEB);
    let asked = case.ask("internet eni-web tcp/22");
    let value = asked.json();
    let all =
        ["schema", "question", "verdict", "packets", "paths", "explanations", "assumptions", "snapshot"];
    assert_eq!(members(&value), all.into());
    assert_eq!(value["schema"], 1);
    assert_eq!(members(&value["question"]), ["source", "destination", "traffic"].into());
    assert_eq!(members(&value["snapshot"]), ["sha256", "accounts", "regions", "resources"].into());
    let path = &value["paths"][0];
    assert_eq!(members(path), ["verdict", "forward_path_components", "return_path_components"].into());
    let explanation = &value["explanations"][0];
    for member in ["code", "direction", "component", "considered", "missing"] {
        assert!(!explanation[member].is_null(), "{member}");
    }
    let components = path["forward_path_components"].as_array().expect("a list");
    for component in components {
        for member in ["id", "kind", "name", "account", "region", "vpc", "subnet", "decision"] {
            assert!(component.get(member).is_some(), "{member} of {component}");
        }
    }
    let kinds: Vec<&str> = components.iter().filter_map(|it| it["kind"].as_str()).collect();
    let order =
        ["internet", "internet-gateway", "network-acl", "security-group", "network-interface", "instance"];
    assert_eq!(kinds, order);
    let gateway = &components[1];
    assert_eq!(gateway["decision"], "translate");
    assert_eq!(gateway["inbound_header"]["destination_addresses"], json!(["198.51.100.10/32"]));
    assert_eq!(gateway["outbound_header"]["destination_addresses"], json!(["10.0.1.10/32"]));
    let acl = &components[2]["by"];
    assert_eq!(acl["rule"], "acl-default-a inbound 100");
    assert_eq!(acl["words"], "allow all from 0.0.0.0/0");
    let file = "111111111111/eu-west-1/describe-network-acls.json: NetworkAcls[0].Entries[";
    assert!(acl["place"].as_str().is_some_and(|it| it.starts_with(file)), "{acl}");
}

#[test]
fn a_near_miss_says_what_differs() {
    let case = case(WEB);
    let considered = |question: &str| case.ask(question).json()["explanations"][0]["considered"][0].clone();
    let port = considered("internet eni-web tcp/22");
    assert_eq!(port["rule"], "sg-web inbound 0");
    assert_eq!(port["differs"], json!(["destination-port"]));
    assert_eq!(port["why"], "it is for tcp 443, not tcp 22");
    let kind = considered("internet eni-web udp/443");
    assert_eq!(kind["differs"], json!(["protocol"]));
    let group = considered("eni-db eni-db,eni-web tcp/80");
    assert_eq!(group["rule"], "sg-web inbound 0");
}

#[test]
fn a_group_that_the_other_end_lacks_is_a_near_miss() {
    let mut topology = WEB.to_owned();
    topology.push_str("eni eni-app 10.0.2.20 in subnet-db sg sg-app\n");
    let case = case(&topology);
    let value = case.ask("eni-app eni-db tcp/5432").json();
    let miss = &value["explanations"][0]["considered"][0];
    assert_eq!(miss["differs"], json!(["group"]));
    assert_eq!(miss["why"], "it names sg-web; the source has sg-app");
    let words: Vec<&str> = value["explanations"][0]["missing"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["words"].as_str())
        .collect();
    let rule = "a rule in sg-db: allow inbound tcp 5432 from";
    assert_eq!(words, [format!("{rule} 10.0.2.20/32"), format!("{rule} sg-app")]);
}

#[test]
fn the_same_answer_has_the_same_bytes() {
    let texts = || {
        let case = case(WEB);
        let asked = case.ask("internet,eni-db eni-web,eni-db all");
        let mut bytes = Vec::new();
        report::json::write(&asked.report(), &mut bytes).expect("memory can be written to");
        report::aws::write(&asked.report(), &mut bytes).expect("memory can be written to");
        report::text::write(&asked.report(), &mut bytes, PLAIN).expect("memory can be written to");
        bytes
    };
    assert_eq!(texts(), texts());
}

#[test]
fn several_ends_have_a_verdict_each() {
    let case = case(WEB);
    let value = case.ask("eni-web,eni-db eni-db,eni-web tcp/5432").json();
    let pairs = value["pairs"].as_array().expect("several pairs");
    assert_eq!(pairs.len(), 2);
    assert_eq!(
        pairs[0],
        json!({ "source": "eni-web", "destination": "eni-db", "family": "ipv4",
        "verdict": "reachable", "codes": [] })
    );
    assert!(case.ask("eni-web eni-db tcp/5432").json().get("pairs").is_none());
}

// Packets.

#[test]
fn packets_that_pass_whole_are_one_entry() {
    let mut topology = WEB.to_owned();
    topology.push_str("allow sg-db inbound all from 10.0.0.0/16\n");
    let case = case(&topology);
    let value = case.ask("eni-web eni-db all").json();
    assert_eq!(value["verdict"], "reachable");
    assert_eq!(
        value["packets"],
        json!([{ "protocol": "all", "source_addresses": ["10.0.1.10/32"], "source_ports": ["1024-65535"],
            "destination_addresses": ["10.0.2.10/32"], "destination_ports": ["0-65535"] }])
    );
}

#[test]
fn packets_are_disjoint_and_joined_where_they_can_be() {
    let mut topology = WEB.to_owned();
    topology.push_str("allow sg-web inbound tcp 22 from 203.0.113.0/24\n");
    topology.push_str(
        "allow sg-web inbound tcp 80-90 from 0.0.0.0/0\nallow sg-web inbound icmp 8 from 0.0.0.0/0\n",
    );
    let case = case(&topology);
    let value = case.ask("203.0.113.0/25 eni-web all").json();
    let web = json!(["198.51.100.10/32"]);
    let from = json!(["203.0.113.0/25"]);
    let entries = json!([
        { "protocol": "tcp", "source_addresses": from, "source_ports": ["1024-65535"],
          "destination_addresses": web, "destination_ports": ["22", "80-90", "443"] },
        { "protocol": "icmp", "source_addresses": from, "destination_addresses": web, "icmp_types": ["8:0-255"] }
    ]);
    assert_eq!(value["packets"], entries);
    let wide = case.ask("203.0.112.0/23 eni-web tcp/1-1000").json();
    let sources: Vec<&Value> =
        wide["packets"].as_array().expect("a list").iter().map(|it| &it["source_addresses"]).collect();
    assert_eq!(sources, [&json!(["203.0.113.0/24"]), &json!(["203.0.112.0/23"])]);
    assert_eq!(wide["packets"][1]["destination_ports"], json!(["80-90", "443"]));
    assert_eq!(wide["packets"][0]["destination_ports"], json!(["22"]));
}

#[test]
fn blocked_packets_are_none() {
    let case = case(WEB);
    assert_eq!(case.ask("internet eni-web tcp/22").json()["packets"], json!([]));
}

// Batches.

#[test]
fn a_line_is_the_object_with_its_id() {
    let case = case(WEB);
    let asked = case.ask("internet eni-web tcp/22");
    let line = report::batch::line(&asked.report(), &json!({ "row": [1, null] }), false);
    assert!(!line.contains('\n'));
    let mut value: Value = serde_json::from_str(&line).expect("a line is JSON");
    let id = value.as_object_mut().and_then(|it| it.remove("id"));
    assert_eq!(id, Some(json!({ "row": [1, null] })));
    assert_eq!(value, asked.json());
}

#[test]
fn a_brief_line_is_verdict_and_codes() {
    let case = case(WEB);
    let asked = case.ask("internet eni-web tcp/22");
    let brief = r#"{"id":7,"verdict":"blocked","codes":["ENI_SG_RULES_MISMATCH"]}"#;
    assert_eq!(report::batch::line(&asked.report(), &json!(7), true), brief);
    assert_eq!(report::batch::brief(&json!(7), Verdict::Blocked, &report::codes(&asked.answer)), brief);
    assert_eq!(report::batch::error(&Value::Null, "no \"end\""), r#"{"id":null,"error":"no \"end\""}"#);
}

// AWS's own form.

#[test]
fn aws_form_of_a_path_is_as_in_its_guide() {
    let case = case(WEB);
    let value = case.ask("internet eni-web tcp/443").aws();
    assert_eq!(value["Status"], "succeeded");
    assert_eq!(value["NetworkPathFound"], true);
    assert_eq!(value["StatusMessage"], "reachable");
    assert!(
        value["NetworkInsightsAnalysisId"]
            .as_str()
            .is_some_and(|it| it.len() == 21 && it.starts_with("nia-"))
    );
    assert!(
        value["NetworkInsightsPathId"].as_str().is_some_and(|it| it.len() == 21 && it.starts_with("nip-"))
    );
    let ids = |member: &str| -> Vec<String> {
        let components = value[member].as_array().expect("a list").iter();
        components.map(|it| it["Component"]["Id"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(ids("ForwardPathComponents"), ["igw-a", "acl-default-a", "sg-web", "eni-web", "i-web"]);
    let back = ["i-web", "eni-web", "sg-web", "acl-default-a", "rtb-web", "igw-a"];
    assert_eq!(ids("ReturnPathComponents"), back);
    let forward = &value["ForwardPathComponents"];
    assert_eq!(forward[0]["SequenceNumber"], 1);
    assert_eq!(forward[0]["InboundHeader"]["DestinationAddresses"], json!(["198.51.100.10/32"]));
    assert_eq!(forward[0]["OutboundHeader"]["DestinationAddresses"], json!(["10.0.1.10/32"]));
    assert_eq!(forward[0]["OutboundHeader"]["Protocol"], "6");
    assert_eq!(
        forward[1]["AclRule"],
        json!({ "Cidr": "0.0.0.0/0", "Egress": false, "Protocol": "all", "RuleAction": "allow", "RuleNumber": 100 })
    );
    assert_eq!(
        forward[2]["SecurityGroupRule"],
        json!({ "Cidr": "0.0.0.0/0", "Direction": "ingress", "PortRange": { "From": 443, "To": 443 },
            "Protocol": "tcp" })
    );
    assert_eq!(forward[3]["AttachedTo"]["Id"], "i-web");
    assert_eq!(
        forward[3]["Component"]["Arn"],
        "arn:aws:ec2:eu-west-1:111111111111:network-interface/eni-web"
    );
    assert!(!forward[4]["InboundHeader"].is_null());
    // Security groups know the conversation: no rule on the way back.
    assert!(value["ReturnPathComponents"][2].get("SecurityGroupRule").is_none());
    assert_eq!(
        value["ReturnPathComponents"][4]["RouteTableRoute"],
        json!({ "DestinationCidr": "0.0.0.0/0", "GatewayId": "igw-a", "Origin": "createroute", "State": "active" })
    );
    assert!(value.get("Explanations").is_none());
}

#[test]
fn aws_form_of_a_block_has_explanations_and_no_path() {
    let case = case(WEB);
    let value = case.ask("internet eni-web tcp/22").aws();
    assert_eq!(value["NetworkPathFound"], false);
    assert_eq!(value["StatusMessage"], "blocked");
    assert!(value.get("ForwardPathComponents").is_none());
    let explanation = &value["Explanations"][0];
    assert_eq!(explanation["ExplanationCode"], "ENI_SG_RULES_MISMATCH");
    assert_eq!(explanation["Direction"], "ingress");
    assert_eq!(explanation["SecurityGroups"][0]["Id"], "sg-web");
    assert_eq!(explanation["NetworkInterface"]["Id"], "eni-web");
    assert_eq!(explanation["PacketField"], "destination-port");
    assert_eq!(explanation["Port"], 22);
    assert_eq!(explanation["Subnet"]["Id"], "subnet-web");
    assert_eq!(explanation["Vpc"]["Id"], "vpc-a");
}

#[test]
fn aws_form_of_what_nobody_knows_has_failed() {
    let mut topology = WEB.to_owned();
    topology.push_str("missing route-tables\n");
    let case = case(&topology);
    let value = case.ask("eni-web internet tcp/443").aws();
    assert_eq!(value["Status"], "failed");
    assert_eq!(value["NetworkPathFound"], false);
    let message = value["StatusMessage"].as_str().expect("a message");
    assert!(
        message.starts_with("unknown: ") && message.contains("aws ec2 describe-route-tables"),
        "{message}"
    );
}

#[test]
fn aws_form_has_members_for_listeners_and_rules_of_firewalls() {
    let case = case(
        "vpc vpc-a 10.0.0.0/16
         subnet subnet-a 10.0.0.0/24 in vpc-a
         subnet subnet-b 10.0.1.0/24 in vpc-a
         subnet subnet-w 10.0.9.0/24 in vpc-a
         eni eni-client 10.0.0.9 in subnet-a
         eni eni-web 10.0.1.10 in subnet-b sg sg-web
         allow sg-web inbound all from 10.0.0.0/16
         lb front network 10.0.0.5 in subnet-a sg none
         target-group web instance TCP 8080 in vpc-a to i-web preserve on
         listener front TCP 80 -> web
         firewall fw-a fp-a in subnet-w
         firewall-policy fp-a stateless forward
         rule-group rg-a stateful in fp-a
         fw-rule rg-a drop tcp 10.0.2.0/24 any -> 10.0.3.0/24 [22,8000:8010] (sid:7;)
         subnet subnet-c 10.0.2.0/24 in vpc-a
         subnet subnet-d 10.0.3.0/24 in vpc-a
         eni eni-c 10.0.2.10 in subnet-c
         eni eni-d 10.0.3.10 in subnet-d sg sg-web
         route subnet-c 10.0.3.0/24 -> vpce-fw-a
         route subnet-d 10.0.2.0/24 -> vpce-fw-a",
    );
    let value = case.ask("eni-client eni-front tcp/81").aws();
    let explanation = &value["Explanations"][0];
    assert_eq!(explanation["ExplanationCode"], "ELBV2_LISTENERS_MISMATCH");
    let arn = explanation["LoadBalancerArn"].as_str().expect("the load balancer is named");
    assert!(arn.contains(":loadbalancer/net/front"), "{arn}");
    let value = case.ask("eni-client eni-front tcp/80-81").aws();
    let explanation = &value["Explanations"][0];
    assert_eq!(explanation["ExplanationCode"], "ELBV2_LISTENER_PORT_RESTRICTION");
    assert_eq!(explanation["LoadBalancerListenerPort"], 80);
    let listener = explanation["ElasticLoadBalancerListener"]["Arn"].as_str().expect("the listener is named");
    assert!(listener.contains(":listener/net/front"), "{listener}");
    let value = case.ask("eni-c eni-d tcp/22").aws();
    let rule = &value["Explanations"][0]["FirewallStatefulRule"];
    assert_eq!(rule["Sources"], json!(["10.0.2.0/24"]), "{value}");
    assert_eq!(rule["RuleAction"], "drop");
    assert_eq!(rule["Direction"], "FORWARD");
    assert_eq!(rule["DestinationPorts"], json!([{ "From": 22, "To": 22 }, { "From": 8000, "To": 8010 }]));
}

// The manual.

#[test]
fn every_code_has_one_page_and_every_page_a_code() {
    let mut codes: BTreeSet<&str> = ExplanationCode::ALL.iter().map(|it| it.as_text()).collect();
    codes.extend(wording::ASSUMPTION_CODES.iter().map(|it| wording::assumption_code(*it)));
    let paged: BTreeSet<&str> = report::manual_codes().into_iter().collect();
    assert_eq!(codes, paged, "codes on the left, pages of the manual on the right");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes");
    let files = fs::read_dir(folder).expect("the pages are part of the repository");
    let names = files.map(|it| it.expect("an entry is readable").file_name().to_string_lossy().into_owned());
    let stems: BTreeSet<String> = names.filter_map(|it| it.strip_suffix(".md").map(str::to_owned)).collect();
    let expected: BTreeSet<String> = codes.iter().map(|it| (*it).to_owned()).collect();
    assert_eq!(stems, expected, "files on the left, codes on the right");
}

#[test]
fn pages_are_short_and_say_what_to_do() {
    for code in report::manual_codes() {
        let page = report::manual(code).expect("a listed code has a page");
        assert_eq!(page.lines().next(), Some(format!("# {code}").as_str()));
        let lines = page.lines().count();
        assert!((8..=24).contains(&lines), "{code} has {lines} lines");
        assert!(page.contains("\n- "), "{code} does not say what to do");
        assert!(page.contains("\nAWS: "), "{code} names no page of AWS");
        assert!(page.lines().all(|line| line.chars().count() <= 100), "{code} has a long line");
    }
    assert!(report::manual("eni_sg_rules_mismatch").is_some());
    assert!(report::manual("NO_SUCH_CODE").is_none());
}
