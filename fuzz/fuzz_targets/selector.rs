//! What a person writes for ends: source and destination, a line each, against a network of everything.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use netpath::network::{self, Network};
use netpath::selector::{Arguments, Index, components, find, resolve};
use netpath::snapshot::{ReadOptions, Snapshot, read_documents};
use netpath::solver::{Solver, decide};
use netpath_fuzz::{begin, seeds, topologies};

fn everything() -> &'static (Snapshot, Network) {
    static EVERYTHING: OnceLock<(Snapshot, Network)> = OnceLock::new();
    EVERYTHING.get_or_init(|| {
        let files = topologies::RICH.iter().flat_map(|name| {
            topologies::files(name).into_iter().map(move |(path, bytes)| (format!("{name}/{path}"), bytes))
        });
        let read = read_documents(files.collect(), &ReadOptions::default());
        let snapshot = read.expect("the topologies are readable");
        let network = network::compile(&snapshot.model);
        (snapshot, network)
    })
}

fuzz_target!(
    init: {
        begin();
        let words = [seeds::words("source"), seeds::words("destination")].concat();
        let more = ["tag:Name=web-a", "vpc-shop/web-a", "sg:web-group", "svc:s3", "10.0.0.0/16", "onprem:10.0.0.0/8",
            "arn:aws:ec2:eu-west-1:111122223333:instance/i-082fe1c50e48cbfde", "2001:db8::/32", "eni-067c5"];
        let all = words.into_iter().chain(more.map(str::to_owned));
        seeds::write("selector", all.map(|word| format!("{word}\ninternet").into_bytes()));
    },
    |text: &str| {
        let (snapshot, network) = everything();
        static INDEX: OnceLock<Index<'static>> = OnceLock::new();
        let index = INDEX.get_or_init(|| Index::new(&snapshot.model, network).prepare());
        let (source, destination) = text.split_once('\n').unwrap_or((text, "internet"));
        for word in [source, destination] {
            let found = components(index, word).map_err(|cause| (cause.to_string(), cause.help()));
            let _ = (found, find(index, word));
        }
        let arguments = Arguments { source, destination, traffic: "tcp/443", ..Arguments::default() };
        for all_addresses in [false, true] {
            match resolve(index, &Arguments { all_addresses, ..arguments }) {
                Ok(query) => drop(decide(&mut Solver::new(network), &query)),
                Err(cause) => drop((cause.to_string(), cause.help(), index.similar(source))),
            }
        }
    }
);
