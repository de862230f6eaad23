//! What real AWS did and what other analysers say, against what netpath answers.
//!
//! The data stays where it is (`NETPATH_CORPUS`, else `../shared/corpus`); a clone without it skips, and says so. Every
//! difference that is known stands in `docs/validation.md` with its cause, and in the lists below.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use netpath::model::{Collection, Model, TunnelStatus, VpnConnection};
use netpath::network::{self, InterfaceIndex, Network};
use netpath::packet::{AddressSet, Family, bits, protocol};
use netpath::snapshot::{ReadOptions, Snapshot, read, read_documents};
use netpath::solver::{Destination, Query, Solver, Source, Traffic, Verdict, decide};
use serde_json::Value;

/// The corpus, or a word on why the test skips.
pub fn corpus() -> Option<PathBuf> {
    let given = std::env::var_os("NETPATH_CORPUS").map(PathBuf::from);
    let path = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"));
    if path.is_dir() {
        return Some(path);
    }
    // Not by `eprintln!`: what a passing test prints is hidden, and `.ci/run` looks for the line.
    let _ = writeln!(io::stderr(), "skipped: no corpus at `{}`, set NETPATH_CORPUS", path.display());
    None
}

fn snapshot_of(path: &Path) -> Snapshot {
    read(&[path.to_path_buf()], &ReadOptions::default()).expect("a corpus snapshot can be read")
}

/// The interface that owns a private address.
fn owner(network: &Network, address: std::net::IpAddr) -> Option<InterfaceIndex> {
    let owners = network.vpcs.iter().map(|vpc| vpc.interfaces.at(Family::of(address), bits(address)));
    owners.into_iter().find(|owner| *owner != u32::MAX).map(InterfaceIndex)
}

fn traffic_of(proto: &str, port: Option<u64>) -> Traffic {
    match (proto, port) {
        ("tcp", Some(port)) => Traffic::ports(protocol::TCP, port as u16, port as u16),
        ("udp", Some(port)) => Traffic::ports(protocol::UDP, port as u16, port as u16),
        ("icmp", _) => Traffic::ports(protocol::ICMP, 8 << 8, 8 << 8),
        (other, _) => panic!("a probe of {other}"),
    }
}

fn query(source: Source, destination: Destination, traffic: Traffic) -> Query {
    Query {
        sources: vec![source],
        destinations: vec![destination],
        traffic,
        family: None,
        ..Query::default()
    }
}

/// One probe of a lab that netpath does not answer as AWS did, with the cause.
const KNOWN_DIFFERENCES: &[(&str, &str, &str, &str)] = &[];

/// Probes between interfaces of instances, and from the internet to them.
fn probes(lab: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(lab.join("measured.json")).expect("a lab has measurements");
    let measured: Value = serde_json::from_str(&text).expect("measurements are JSON");
    measured["probes"].as_array().expect("a list of probes").clone()
}

fn lab_disagreements(lab: &Path) -> (usize, Vec<String>) {
    let snapshot = snapshot_of(&lab.join("aws_configs"));
    let network = network::compile(&snapshot.model);
    let mut solver = Solver::new(&network);
    let mut disagreements = Vec::new();
    let mut asked = 0;
    let lab_name = lab.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for probe in probes(lab) {
        let text = |key: &str| probe[key].as_str().unwrap_or_default().to_owned();
        let (source, destination) = (text("src"), text("dst"));
        let from: std::net::IpAddr = source.parse().expect("an address");
        let to: std::net::IpAddr = destination.parse().expect("an address");
        let from = match owner(&network, from) {
            Some(interface) => Source::Interface(interface, Some(bits(from))),
            None => Source::Outside(AddressSet::one(from)),
        };
        let traffic = traffic_of(&text("proto"), probe["port"].as_u64());
        let query = query(from, Destination::Addresses(AddressSet::one(to)), traffic);
        let answer = decide(&mut solver, &query);
        let answered = probe["answered"].as_bool().expect("whether it answered");
        asked += 1;
        let says = answer.verdict == Verdict::Reachable;
        let is_known = KNOWN_DIFFERENCES.iter().any(|(known, known_source, known_destination, _)| {
            *known == lab_name && *known_source == source && *known_destination == destination
        });
        if says != answered && !is_known {
            disagreements.push(format!(
                "{lab_name}: {source} -> {destination} {} {}: AWS {answered}, netpath {} ({})",
                text("proto"),
                probe["port"],
                answer.verdict.as_text(),
                text("dst_is"),
            ));
        }
    }
    (asked, disagreements)
}

#[test]
fn netpath_agrees_with_what_aws_did_in_the_labs() {
    let Some(corpus) = corpus() else { return };
    let mut labs: Vec<PathBuf> = std::fs::read_dir(corpus.join("lab-validation"))
        .expect("the corpus has labs")
        .map(|entry| entry.expect("a folder").path())
        .collect();
    labs.sort();
    let mut disagreements = Vec::new();
    for lab in labs {
        let (asked, found) = lab_disagreements(&lab);
        assert!(asked > 0, "{} has no probe to ask", lab.display());
        disagreements.extend(found);
    }
    assert!(disagreements.is_empty(), "{} disagreements:\n{}", disagreements.len(), disagreements.join("\n"));
}

/// Batfish's flows: whether they arrive. It asks about any protocol where none is given.
fn batfish_disagreements(folder: &Path, are_tunnels_up: bool) -> (usize, Vec<String>) {
    let snapshot = snapshot_of(folder);
    let mut model = snapshot.model.clone();
    if are_tunnels_up {
        bring_tunnels_up(&mut model);
    }
    let network = network::compile(&model);
    let mut solver = Solver::new(&network);
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("expectations");
    let expected: Value = serde_json::from_str(&text).expect("expectations are JSON");
    let mut disagreements = Vec::new();
    let checks = expected["checks"].as_array().expect("a list of checks").clone();
    for check in &checks {
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        let to: std::net::IpAddr = text("dst").parse().expect("an address");
        let from = match text("src").as_str() {
            // Whoever is behind the gateway: an address of the network that its connection names.
            gateway if gateway.starts_with("vgw-") => {
                Source::OnPremises(AddressSet::one("19.168.0.9".parse().expect("an address")))
            }
            "internet" => Source::Outside(AddressSet::one("8.8.8.8".parse().expect("an address"))),
            id => {
                let is_of = |interface: &&netpath::model::NetworkInterface| {
                    let attachment = interface.attachment.as_ref();
                    attachment.and_then(|it| it.instance.as_ref()).is_some_and(|it| it.as_str() == id)
                };
                let position = snapshot.model.network_interfaces.iter().position(|it| is_of(&it));
                Source::Interface(InterfaceIndex(position.expect("an instance of the snapshot") as u32), None)
            }
        };
        let traffic = match check["proto"].as_str() {
            Some(proto) => traffic_of(proto, check["port"].as_u64()),
            None => Traffic::default(),
        };
        let mut query = query(from, Destination::Addresses(AddressSet::one(to)), traffic);
        query.is_one_way = true;
        let answer = decide(&mut solver, &query);
        let reaches = check["reaches"].as_bool().expect("whether it reaches");
        let says = answer.verdict == Verdict::Reachable;
        let question = format!("{} -> {}", text("src"), text("dst"));
        let agrees = says == reaches;
        if !agrees {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            disagreements
                .push(format!("{name}: {question}: {reaches}, netpath {}", answer.verdict.as_text()));
        }
    }
    (checks.len(), disagreements)
}

/// Batfish does not look at the telemetry of tunnels.
fn bring_tunnels_up(model: &mut Model) {
    let up = |connection: &VpnConnection| {
        let mut connection = connection.clone();
        for tunnel in &mut connection.tunnels {
            tunnel.status = Some(TunnelStatus::Up);
        }
        connection
    };
    model.vpn_connections = Collection::new(model.vpn_connections.iter().map(up).collect());
}

#[test]
fn netpath_agrees_with_batfish_on_its_snapshots() {
    let Some(corpus) = corpus() else { return };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(corpus.join("batfish"))
        .expect("the corpus has Batfish snapshots")
        .map(|entry| entry.expect("a folder").path())
        .filter(|path| path.join("expected.json").is_file())
        .collect();
    folders.sort();
    let mut disagreements = Vec::new();
    for folder in folders {
        let (asked, found) = batfish_disagreements(&folder, true);
        assert!(asked > 0, "{} expects nothing", folder.display());
        disagreements.extend(found);
        // As the tunnels were when the account was read, the one flow over them is lost.
        let (_, lost) = batfish_disagreements(&folder, false);
        let over_tunnels =
            "test-public-private-subnet: i-099cf38911942421c -> 19.168.0.0: true, netpath blocked";
        assert!(lost.iter().all(|it| it == over_tunnels), "{}", lost.join("\n"));
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

/// Ports whose combinations the connections of np-guard's reports are compared on.
const PORTS: &[u16] = &[1, 22, 80, 443, 9079, 9080, 9081, 65535];
/// Hosts outside that its reports tell apart.
const OUTSIDE: &[&str] = &["8.8.8.8", "147.235.208.136"];

/// One line of a report: `A[addr] => B[addr] : protocol: TCP src-ports: 1-9 dst-ports: 80 *`.
#[derive(Debug)]
struct Connection {
    source: String,
    destination: String,
    source_ports: Vec<(u16, u16)>,
    destination_ports: Vec<(u16, u16)>,
    is_tcp_only: bool,
    lacks_reply: bool,
}

fn parse_connection(line: &str) -> Option<Connection> {
    let (ends, what) = line.split_once(" : ")?;
    let (source, destination) = ends.split_once(" => ")?;
    let ports = |key: &str| {
        let list = what.split_once(key).map(|(_, rest)| rest.trim().split(' ').next().unwrap_or_default());
        let parse = |range: &str| {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            (from.parse().expect("a port"), to.parse().expect("a port"))
        };
        list.map_or(vec![(1, 65535)], |list| list.split(',').map(parse).collect())
    };
    Some(Connection {
        source: source.trim().to_owned(),
        destination: destination.trim().to_owned(),
        source_ports: ports("src-ports:"),
        destination_ports: ports("dst-ports:"),
        is_tcp_only: what.contains("protocol: TCP"),
        lacks_reply: what.trim_end().ends_with('*'),
    })
}

impl Connection {
    fn covers(&self, protocol_number: u8, source_port: u16, destination_port: u16) -> bool {
        let within =
            |ranges: &[(u16, u16)], port| ranges.iter().any(|(from, to)| (*from..=*to).contains(&port));
        (!self.is_tcp_only || protocol_number == protocol::TCP)
            && within(&self.source_ports, source_port)
            && within(&self.destination_ports, destination_port)
    }
}

/// `name[10.0.0.1]` → the address; `Public Internet …` → whether it stands for a host outside.
fn is_end(text: &str, end: &str) -> bool {
    match text.strip_prefix("Public Internet ") {
        Some("(all ranges)") => OUTSIDE.contains(&end),
        Some(range) => range.strip_suffix("/32") == Some(end),
        None => text.split_once('[').is_some_and(|(_, rest)| rest.trim_end_matches(']') == end),
    }
}

/// The accounts that np-guard collected have no route tables, which it does not look at: each VPC with an internet
/// gateway is given a main table that leads to it.
fn with_route_tables(text: String) -> Snapshot {
    let account: Value = serde_json::from_str(&text).expect("an account");
    let gateways = account["internet_gateways"].as_array().expect("gateways");
    let tables: Vec<Value> = gateways
        .iter()
        .filter_map(|gateway| {
            let vpc = gateway["Attachments"][0]["VpcId"].as_str()?;
            Some(serde_json::json!({
                "RouteTableId": format!("rtb-of-{vpc}"),
                "VpcId": vpc,
                "Associations": [{ "Main": true }],
                "Routes": [{ "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0", "State": "active" }],
            }))
        })
        .collect();
    let mut tables = serde_json::json!({ "RouteTables": tables });
    for (table, gateway) in tables["RouteTables"].as_array_mut().expect("tables").iter_mut().zip(gateways) {
        // Ids are made anonymous there; a gateway's has to look like one to be a route's target.
        table["Routes"][0]["GatewayId"] = gateway["InternetGatewayId"].clone();
    }
    let text = text.replace("InternetGatewayId:", "igw-");
    let tables = tables.to_string().replace("InternetGatewayId:", "igw-");
    let files = vec![
        ("account.json".to_owned(), text.into_bytes()),
        ("describe-route-tables.json".to_owned(), tables.into_bytes()),
    ];
    read_documents(files, &ReadOptions::default()).expect("the account can be read")
}

#[test]
fn netpath_agrees_with_np_guard_on_its_accounts() {
    let Some(corpus) = corpus() else { return };
    for name in ["input_aws_acl_1", "input_basic_config_with_sg"] {
        let folder = corpus.join("np-guard");
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).expect("an account");
        let report = std::fs::read_to_string(folder.join(format!("{name}.expected.json"))).expect("a report");
        let report: Value = serde_json::from_str(&report).expect("a report is JSON");
        let lines = report.as_object().and_then(|it| it.values().next()).and_then(Value::as_array);
        let lines = lines.expect("a report has lines").iter().filter_map(Value::as_str);
        let connections: Vec<Connection> = lines.filter_map(parse_connection).collect();
        assert!(!connections.is_empty(), "{name} reports nothing");
        let snapshot = with_route_tables(text);
        let wrong = np_guard_disagreements(&snapshot, &connections);
        assert!(wrong.is_empty(), "{name}: {} disagreements:\n{}", wrong.len(), wrong.join("\n"));
    }
}

fn np_guard_disagreements(snapshot: &Snapshot, connections: &[Connection]) -> Vec<String> {
    let network = network::compile(&snapshot.model);
    let mut solver = Solver::new(&network);
    let hosts: Vec<String> = snapshot
        .model
        .network_interfaces
        .iter()
        .filter_map(|it| it.addresses.first().map(|address| address.private.to_string()))
        .collect();
    let ends: Vec<&str> = hosts.iter().map(String::as_str).chain(OUTSIDE.iter().copied()).collect();
    let mut wrong = Vec::new();
    for source in &ends {
        for destination in &ends {
            let both_outside = OUTSIDE.contains(source) && OUTSIDE.contains(destination);
            if source == destination || both_outside {
                continue;
            }
            let between: Vec<&Connection> = connections
                .iter()
                .filter(|it| is_end(&it.source, source) && is_end(&it.destination, destination))
                .collect();
            for number in [protocol::TCP, protocol::UDP] {
                for source_port in PORTS {
                    for destination_port in PORTS {
                        let covering: Vec<&&Connection> = between
                            .iter()
                            .filter(|it| it.covers(number, *source_port, *destination_port))
                            .collect();
                        let expected = if covering.is_empty() {
                            Verdict::Blocked
                        } else if covering.iter().all(|it| it.lacks_reply) {
                            Verdict::ForwardOnly
                        } else {
                            Verdict::Reachable
                        };
                        let mut traffic = Traffic::ports(number, *destination_port, *destination_port);
                        traffic.source_ports = vec![(*source_port, *source_port)];
                        let from = end(&network, source);
                        let to = match end(&network, destination) {
                            Source::Interface(interface, _) => Destination::Interface(interface, None),
                            Source::Outside(set) | Source::OnPremises(set) | Source::Nobody(set) => {
                                Destination::Addresses(set)
                            }
                            Source::Clients(_) => unreachable!("an address stands for no clients"),
                        };
                        let says = decide(&mut solver, &query(from, to, traffic)).verdict;
                        if says != expected {
                            wrong.push(format!(
                                "{source}:{source_port} -> {destination}:{destination_port} protocol {number}: {}, netpath {}",
                                expected.as_text(),
                                says.as_text()
                            ));
                        }
                    }
                }
            }
        }
    }
    wrong
}

fn end(network: &Network, address: &str) -> Source {
    let address: std::net::IpAddr = address.parse().expect("an address");
    match owner(network, address) {
        Some(interface) => Source::Interface(interface, None),
        None => Source::Outside(AddressSet::one(address)),
    }
}
