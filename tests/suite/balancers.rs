//! Load balancers with more targets than fit a page, and what `show` says of them.

use std::fmt::Write;
use std::process::Command;

use netpath::network;
use netpath::solver::{self, Destination, Query, Solver, Source, Traffic, Verdict};

use super::{semantics, shorthand};

/// A load balancer with some hundred targets, all open but the last.
fn crowd(count: usize) -> String {
    let mut page = String::from(
        "```topology\nvpc vpc-a 10.0.0.0/16\nsubnet subnet-a 10.0.0.0/24 in vpc-a\n\
         subnet subnet-b 10.0.16.0/20 in vpc-a\neni eni-client 10.0.0.9 in subnet-a\n\
         lb front network 10.0.0.5 in subnet-a sg none\n\
         allow sg-open inbound tcp 80 from 10.0.0.0/16\nsg sg-shut in vpc-a\nsg sg-open in vpc-a\n",
    );
    let last = count - 1;
    for number in 0..count {
        let group = if number == last { "sg-shut" } else { "sg-open" };
        let (high, low) = (16 + number / 200, 10 + number % 200);
        let _ = writeln!(page, "eni eni-{number} 10.0.{high}.{low} in subnet-b sg {group}");
    }
    let all: Vec<String> = (0..count).map(|it| format!("i-{it}")).collect();
    for (name, targets) in [("all", all.as_slice()), ("most", &all[..last])] {
        let _ = writeln!(
            page,
            "target-group {name} instance TCP 80 in vpc-a to {} preserve on",
            targets.join(",")
        );
    }
    page + "listener front TCP 80 -> all\nlistener front TCP 81 -> most\n```\n"
}

#[test]
fn the_last_of_many_targets_counts_like_the_first() {
    let questions = "```questions\neni-client -> lb:front tcp/80 partial SG_HAS_NO_RULES by front tcp/80\n\
        eni-client -> lb:front tcp/81 reachable\n```\n";
    semantics::check(&(crowd(700) + questions));
}

/// The verdict and packets for the client and a port, with how many assignments of choices were walked for them.
fn walked(page: &str, port: u16, walks_each: bool) -> (Verdict, String, u64) {
    let topology = page.trim_start_matches("```topology\n").trim_end_matches("```\n");
    let snapshot = shorthand::snapshot(topology).expect("the topology is right");
    let network = network::compile(&snapshot.model);
    let interface = |id: &str| {
        let all = &snapshot.model.network_interfaces;
        let position = all.position(&id.into()).expect("the topology has the interface");
        network::InterfaceIndex(position as u32)
    };
    let query = Query {
        sources: vec![Source::Interface(interface("eni-client"), None)],
        destinations: vec![Destination::Interface(interface("eni-front"), None)],
        traffic: Traffic::ports(6, port, port),
        family: None,
        is_one_way: false,
        via: Vec::new(),
        avoid: Vec::new(),
        all_paths: walks_each,
        narrowings: Vec::new(),
        remarks: Vec::new(),
    };
    let mut solver = Solver::new(&network);
    let answer = solver::solve_with(&mut solver, &query);
    let packets: Vec<String> = answer.pairs.iter().map(|pair| format!("{:?}", pair.parts)).collect();
    (answer.verdict, packets.join("; "), solver.walked())
}

#[test]
fn targets_that_answer_alike_are_walked_once() {
    let page = crowd(1000);
    let shut = "acl acl-a in vpc-a\nentry acl-a inbound 10 allow all from 0.0.0.0/0\n\
        entry acl-a outbound 10 deny tcp from 10.0.18.0/25\nentry acl-a outbound 20 allow all to 0.0.0.0/0\n"
        .replace("from 10.0.18.0/25", "to 10.0.18.0/25");
    let judged = page
        .replace("subnet subnet-a 10.0.0.0/24 in vpc-a", "subnet subnet-a 10.0.0.0/24 in vpc-a acl acl-a")
        .replace("eni eni-client", &format!("{shut}eni eni-client"));
    // Two groups; and the addresses before, in and behind the block that the ACL drops. Ports take turns together.
    for (page, port, most) in [(&page, 80, 2), (&page, 81, 2), (&judged, 80, 4), (&judged, 81, 4)] {
        let (verdict, packets, runs) = walked(page, port, false);
        let (each_verdict, each_packets, each_runs) = walked(page, port, true);
        assert_eq!((verdict, packets), (each_verdict, each_packets), "tcp/{port}");
        assert!(runs <= most, "tcp/{port}: {runs} walks");
        assert!(each_runs >= 999, "tcp/{port}: {each_runs} walks");
    }
}

/// A load balancer before another, each with as many targets as ports.
fn chain(count: usize, shut: &str) -> String {
    let mut page = format!(
        "```topology\nvpc vpc-a 10.0.0.0/16\nsubnet subnet-a 10.0.0.0/24 in vpc-a\n\
         eni eni-client 10.0.0.9 in subnet-a\neni eni-web 10.0.0.10 in subnet-a sg sg-web\n\
         sg sg-web in vpc-a\nallow sg-web inbound tcp {shut} from 10.0.0.0/16\n\
         lb outer network 10.0.0.5 in subnet-a sg none\nlb inner network 10.0.0.6 in subnet-a sg none\n\
         listener outer TCP 80 -> outer-tg\n",
    );
    let ports = |address: &str| {
        let all: Vec<String> = (1..=count).map(|port| format!("{address}:{port}")).collect();
        all.join(",")
    };
    let _ = writeln!(page, "target-group outer-tg ip TCP 80 in vpc-a to {}", ports("10.0.0.6"));
    let _ = writeln!(page, "target-group inner-tg ip TCP 80 in vpc-a to {}", ports("10.0.0.10"));
    for port in 1..=count {
        let _ = writeln!(page, "listener inner TCP {port} -> inner-tg");
    }
    page + "```\n"
}

#[test]
fn choices_that_cannot_all_be_tried_leave_the_answer_unknown() {
    let question = |verdict: &str| format!("```questions\neni-client -> lb:outer tcp/80 {verdict}\n```\n");
    semantics::check(&(chain(60, "1-60") + &question("reachable")));
    semantics::check(&(chain(70, "1-70") + &question("unknown TOO_MANY_CHOICES")));
    // What some choices lose is lost, whatever the others do.
    semantics::check(&(chain(70, "2-70") + &question("partial ENI_SG_RULES_MISMATCH")));
}

#[test]
fn a_load_balancer_is_shown_with_what_it_listens_on_and_who_is_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let text = "vpc vpc-a 10.0.0.0/16\nsubnet subnet-a 10.0.0.0/24 in vpc-a\nsg sg-lb in vpc-a\n\
        eni eni-web 10.0.0.10 in subnet-a\nlb front application 10.0.0.5 in subnet-a sg sg-lb\n\
        target-group web instance HTTP 8080 in vpc-a to i-web:9090\nlistener front HTTPS 443 -> web\n\
        rule front-443 7 -> redirect source 10.0.0.9/32\n\
        classic-lb old 10.0.0.6 in subnet-a instances i-web sg sg-lb\nlistener old TCP 80 -> 8080\n";
    shorthand::write(text, folder.path()).expect("the topology is right");
    let shown = |name: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_netpath"));
        let program = program.arg("--snapshot").arg(folder.path()).args(["show", name]);
        let output = program.output().expect("the program can be started");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text is UTF-8")
    };
    for (name, words) in [
        ("lb:front", &["application", "eni-front", "10.0.0.5", "HTTPS", "web", "sg-lb"][..]),
        ("lb:old", &["i-web", "eni-old", "8080"]),
        ("tg:web", &["instance", "i-web", "9090", "healthy", "listener/app/front"]),
        (
            "listener:arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/front",
            &["443", "redirect", "10.0.0.9/32", "HTTPS"],
        ),
    ] {
        let text = shown(name);
        let missing: Vec<&&str> = words.iter().filter(|it| !text.contains(**it)).collect();
        assert!(missing.is_empty(), "{name} lacks {missing:?}:\n{text}");
    }
}
