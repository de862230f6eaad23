//! What answers look like: the JSON object, the line of a batch, text for people, AWS's own form, the manual.

use netpath::network::{self, InterfaceIndex, Network};
use netpath::packet::{AddressSet, Family};
use netpath::report::{self, Question, Report};
use netpath::snapshot::{ReadOptions, Snapshot, read_documents};
use netpath::solver::{self, Answer, Destination, Query, Source, Traffic};
use serde_json::{Value, json};

use crate::shorthand;

/// A topology in shorthand, compiled.
struct Case {
    snapshot: Snapshot,
    network: Network,
}

fn case(topology: &str) -> Case {
    let files = shorthand::expand(topology).expect("the topology is right");
    let documents = files.into_iter().map(|(path, value)| (path, value.to_string().into_bytes()));
    let snapshot = read_documents(documents.collect(), &ReadOptions::default()).expect("a snapshot");
    let network = network::compile(&snapshot.model);
    Case { snapshot, network }
}

impl Case {
    fn interface(&self, id: &str) -> InterfaceIndex {
        let interfaces = &self.snapshot.model.network_interfaces;
        let position = interfaces.iter().position(|it| it.id.as_str() == id).expect("the interface is there");
        InterfaceIndex(position as u32)
    }

    fn set(&self, text: &str) -> AddressSet {
        match text {
            "internet" => self.network.internet(Family::V4).clone(),
            address => AddressSet::block(address.parse().expect("a block")),
        }
    }

    /// Asks between interfaces, blocks and the internet.
    fn ask(&self, source: &str, destination: &str, traffic: Traffic) -> (Question, Query, Answer) {
        let from = if source.starts_with("eni-") {
            Source::Interface(self.interface(source), None)
        } else {
            Source::Outside(self.set(source))
        };
        let to = if destination.starts_with("eni-") {
            Destination::Interface(self.interface(destination), None)
        } else {
            Destination::Addresses(self.set(destination))
        };
        let query = Query {
            sources: vec![from],
            destinations: vec![to],
            traffic,
            family: None,
            is_one_way: false,
            via: Vec::new(),
            avoid: Vec::new(),
            all_paths: false,
        };
        let answer = solver::solve(&self.network, &query);
        let question =
            Question { source: source.into(), destination: destination.into(), traffic: "…".into() };
        (question, query, answer)
    }

    fn text(&self, source: &str, destination: &str, traffic: Traffic) -> String {
        let (question, query, answer) = self.ask(source, destination, traffic);
        let report = Report::new(&question, &query, &answer, &self.network, &self.snapshot);
        let mut text = Vec::new();
        let style = report::Style { color: false, width: 100, verbose: false };
        report::text::write(&report, &mut text, style).expect("memory can be written to");
        String::from_utf8(text).expect("text is UTF-8")
    }

    fn json(&self, source: &str, destination: &str, traffic: Traffic) -> Value {
        let (question, query, answer) = self.ask(source, destination, traffic);
        let report = Report::new(&question, &query, &answer, &self.network, &self.snapshot);
        serde_json::from_str(&report::batch::line(&report, &json!(7), false)).expect("a line is JSON")
    }
}

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

fn tcp(port: u16) -> Traffic {
    Traffic::ports(6, port, port)
}

#[test]
fn a_reachable_answer_reads_as_a_walk() {
    assert_eq!(
        case(WEB).text("eni-web", "eni-db", tcp(5432)),
        "\
✓ reachable: … gets from eni-web to eni-db, and the replies get back\n\
\n\
the way there: 10.0.1.10 -> 10.0.2.10, tcp 5432\n\
\u{20} ✓ instance        i-web\n\
\u{20} ✓ interface       eni-web        in subnet-web\n\
\u{20} ✓ security group  sg-web (web)   outbound 0: allow all to 0.0.0.0/0\n\
\u{20} ✓ network ACL     acl-default-a  outbound 100: allow all to 0.0.0.0/0\n\
\u{20} ✓ route table     rtb-web        10.0.0.0/16 -> local\n\
\u{20} ✓ network ACL     acl-default-a  inbound 100: allow all from 0.0.0.0/0\n\
\u{20} ✓ security group  sg-db (db)     inbound 0: allow tcp 5432 from sg-web\n\
\u{20} ✓ interface       eni-db         in subnet-db\n\
\u{20} ✓ instance        i-db\n\
\n\
the reply: 10.0.2.10 -> 10.0.1.10, tcp 1024-65535\n\
\u{20} ✓ instance        i-db\n\
\u{20} ✓ interface       eni-db         in subnet-db\n\
\u{20} ✓ security group  sg-db (db)     stateful: the conversation is known\n\
\u{20} ✓ network ACL     acl-default-a  outbound 100: allow all to 0.0.0.0/0\n\
\u{20} ✓ route table     rtb-main-a     10.0.0.0/16 -> local\n\
\u{20} ✓ network ACL     acl-default-a  inbound 100: allow all from 0.0.0.0/0\n\
\u{20} ✓ security group  sg-web (web)   stateful: the conversation is known\n\
\u{20} ✓ interface       eni-web        in subnet-web\n\
\u{20} ✓ instance        i-web\n\
\n\
packets\n\
\u{20} tcp 5432  10.0.1.10 (ports 1024-65535) -> 10.0.2.10\n\
"
    );
}
