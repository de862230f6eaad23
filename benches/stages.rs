//! Each stage alone, on made-up estates of a thousand, ten thousand and a hundred thousand interfaces: `cargo bench`.
//!
//! `NETPATH_BENCH_MILLION=1 cargo bench` adds a million: 4 GB of files, a few minutes. A part by its name:
//! `cargo bench -- read`. What came out, and what was aimed at, is in `docs/performance.md`.
//!
//! Stages run in the process, so they say nothing about starting it; the group `process` runs the program.

mod estate;
mod inspected;

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;

use estate::Estate;
use estate::questions::{Question, questions};
use netpath::diff;
use netpath::network::{self, Network};
use netpath::report::{self, Report};
use netpath::selector::{self, Arguments, Index};
use netpath::snapshot::{self, ReadOptions, Snapshot};
use netpath::solver::estate::{Estate as Estates, Exposure, Labels, Scope, exposure, internet, rollup};
use netpath::solver::{Destination, Query, Solver, Source, Verdict, decide, solve_with};

/// The program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SEED: u64 = 1;
/// How many different questions a stage takes turns with: enough that no cache holds all that they look at.
const QUESTIONS: usize = 10_000;
/// How many questions a batch has.
const BATCH: usize = 100_000;

criterion_main!(benches);
criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_secs(1));
    targets = stages
}

fn stages(criterion: &mut Criterion) {
    for interfaces in sizes() {
        let case = Case::new(interfaces);
        case.read(criterion);
        let snapshot = case.snapshot();
        compile(criterion, interfaces, &snapshot);
        let network = network::compile(&snapshot.model);
        let answered = Answered::new(&case, &snapshot, &network);
        answered.questions(criterion);
        drop(answered);
        whole_estate(criterion, interfaces, &network);
        compare(criterion, interfaces, &snapshot, &network);
        drop((network, snapshot));
        case.process(criterion);
    }
    for rules in [100, 400, 1_600] {
        through_a_firewall(criterion, rules);
    }
}

/// One pair whose way leads through a firewall: one port after the other, and all packets.
fn through_a_firewall(criterion: &mut Criterion, rules: usize) {
    let snapshot = inspected::snapshot(rules);
    let network = network::compile(&snapshot.model);
    let index = Index::new(&snapshot.model, &network).prepare();
    let query = |traffic: &str| {
        let arguments = Arguments { source: "eni-a", destination: "eni-b", traffic, ..Arguments::default() };
        selector::resolve(&index, &arguments).expect("both hosts exist")
    };
    let ports: Vec<Query> =
        (0..inspected::PORTS).map(|port| query(&format!("tcp/{}", 1000 + port))).collect();
    let all = query("all");
    let mut solver = Solver::new(&network);
    let mut group = criterion.benchmark_group("through a firewall");
    let mut next = 0;
    group.bench_function(BenchmarkId::new("one port", rules), |bencher| {
        bencher.iter(|| {
            black_box(decide(&mut solver, &ports[next]));
            next = (next + 1) % ports.len();
        });
    });
    group.bench_function(BenchmarkId::new("all packets", rules), |bencher| {
        bencher.iter(|| black_box(decide(&mut solver, &all)));
    });
    group.finish();
}

/// Everything at once: all pairs, put together by VPC; what the internet gets into; who reaches one interface.
fn whole_estate(criterion: &mut Criterion, interfaces: usize, network: &Network) {
    let mut group = criterion.benchmark_group("whole estate");
    let by_vpc = Labels::of_each(network.interfaces.iter().map(|it| [it.vpc.0]));
    group.bench_function(BenchmarkId::new("all pairs", interfaces), |bencher| {
        bencher.iter(|| black_box(rollup(&Estates::new(network), &Scope::default(), &by_vpc)));
    });
    let estate = Estates::new(network);
    let asked = Exposure { origins: internet(network), scope: Scope::default(), explains_closed: false };
    group.bench_function(BenchmarkId::new("exposure", interfaces), |bencher| {
        bencher.iter(|| {
            let mut exposed = 0;
            exposure(
                &estate,
                &asked,
                || 0,
                |sum, it| *sum += usize::from(it.answer.verdict != Verdict::Blocked),
                |sum| {
                    exposed += sum;
                    true
                },
            );
            black_box(exposed)
        });
    });
    let to = Scope { to: Some(vec![interfaces as u32 / 2]), ..Scope::default() };
    group.bench_function(BenchmarkId::new("who reaches one", interfaces), |bencher| {
        bencher.iter(|| black_box(rollup(&estate, &to, &by_vpc)));
    });
    group.finish();
}

fn sizes() -> Vec<usize> {
    let mut sizes = vec![1_000, 10_000, 100_000];
    if std::env::var_os("NETPATH_BENCH_MILLION").is_some() {
        sizes.push(1_000_000);
    }
    sizes
}

/// An estate on disk.
struct Case {
    estate: Estate,
    folder: TempDir,
    bytes: u64,
}

impl Case {
    fn new(interfaces: usize) -> Case {
        let estate = Estate::new(interfaces, SEED);
        let folder = tempfile::tempdir().expect("there is room for a temporary folder");
        let written = estate.write(folder.path()).expect("there is room for the estate");
        Case { estate, folder, bytes: written.bytes }
    }

    fn accounts(&self) -> PathBuf {
        self.folder.path().join("accounts")
    }

    fn snapshot(&self) -> Snapshot {
        snapshot::read(&[self.accounts()], &ReadOptions::default()).expect("a made-up estate can be read")
    }

    /// Files → model.
    fn read(&self, criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group("read");
        group.throughput(Throughput::Bytes(self.bytes));
        group.bench_function(BenchmarkId::from_parameter(self.estate.interfaces), |bencher| {
            bencher.iter_with_large_drop(|| self.snapshot());
        });
        group.finish();
    }

    /// The program as people start it: one question, and a batch with answers in brief and in full. Each pays for
    /// reading and compiling; the difference between a batch and one question is what the questions cost.
    fn process(&self, criterion: &mut Criterion) {
        let asked = questions(&self.estate, BATCH);
        let file = self.folder.path().join("questions.jsonl");
        let lines: String = asked.iter().map(|question| format!("{question}\n")).collect();
        let written = File::create(&file).and_then(|mut file| file.write_all(lines.as_bytes()));
        written.expect("there is room for the questions");
        let file = file.to_str().expect("temporary folders have plain names");
        let Question { source, destination, traffic, .. } = &asked[0];
        let mut group = criterion.benchmark_group("process");
        let runs = [
            ("one question", vec!["query", source, destination, traffic]),
            ("batch in brief", vec!["query", "--batch", file, "--brief"]),
            ("batch", vec!["query", "--batch", file]),
        ];
        for (name, arguments) in runs {
            group.bench_function(BenchmarkId::new(name, self.estate.interfaces), |bencher| {
                bencher.iter(|| self.run(&arguments));
            });
        }
        group.finish();
    }

    fn run(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
        command.arg("--quiet").arg("--snapshot").arg(self.accounts()).args(arguments);
        let status = command.stdout(Stdio::null()).status().expect("the program was built");
        assert_eq!(status.code(), Some(0), "{arguments:?}");
    }
}

/// Model → network.
fn compile(criterion: &mut Criterion, interfaces: usize, snapshot: &Snapshot) {
    let mut group = criterion.benchmark_group("compile");
    group.throughput(Throughput::Elements(interfaces as u64));
    group.bench_function(BenchmarkId::from_parameter(interfaces), |bencher| {
        bencher.iter_with_large_drop(|| network::compile(&snapshot.model));
    });
    group.finish();
}

/// Two networks → what differs, where one of a hundred groups has another rule; and where nothing has.
fn compare(criterion: &mut Criterion, interfaces: usize, snapshot: &Snapshot, network: &Network) {
    let mut edited = Estate::new(interfaces, SEED);
    edited.edited = 10;
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    edited.write(folder.path()).expect("there is room for the estate");
    let path = folder.path().join("accounts");
    let later = snapshot::read(&[path], &ReadOptions::default()).expect("a made-up estate can be read");
    let later_network = network::compile(&later.model);
    let old = diff::Side { model: &snapshot.model, network };
    let new = diff::Side { model: &later.model, network: &later_network };
    let mut group = criterion.benchmark_group("diff");
    for (name, other) in [("one of a hundred groups", new), ("nothing", old)] {
        group.bench_function(BenchmarkId::new(name, interfaces), |bencher| {
            bencher.iter_with_large_drop(|| diff::diff(old, other, &diff::Scope::default()));
        });
    }
    group.finish();
}

/// A compiled estate and questions about it.
struct Answered<'a> {
    interfaces: usize,
    snapshot: &'a Snapshot,
    network: &'a Network,
    index: Index<'a>,
    questions: Vec<Question>,
    queries: Vec<Query>,
}

impl<'a> Answered<'a> {
    fn new(case: &Case, snapshot: &'a Snapshot, network: &'a Network) -> Answered<'a> {
        let index = Index::new(&snapshot.model, network).prepare();
        let questions = questions(&case.estate, QUESTIONS);
        let queries = questions.iter().map(|it| resolve(&index, it)).collect();
        Answered { interfaces: case.estate.interfaces, snapshot, network, index, questions, queries }
    }

    fn questions(&self, criterion: &mut Criterion) {
        let mut solver = Solver::new(self.network);
        self.each(criterion, "words to query", |number| {
            black_box(resolve(&self.index, &self.questions[number]));
        });
        self.each(criterion, "verdict and packets", |number| {
            black_box(decide(&mut solver, &self.queries[number]));
        });
        let is_pair = |query: &&Query| {
            matches!(query.sources.as_slice(), [Source::Interface(..)])
                && matches!(query.destinations.as_slice(), [Destination::Interface(..)])
        };
        let pairs: Vec<&Query> = self.queries.iter().filter(is_pair).collect();
        for (name, count) in [("ten pairs in turn", 10), ("pairs in turn", pairs.len())] {
            self.each(criterion, name, |number| {
                black_box(decide(&mut solver, pairs[number % count]));
            });
        }
        self.each(criterion, "explained", |number| {
            black_box(solve_with(&mut solver, &self.queries[number]));
        });
        self.each(criterion, "explained, as JSON", |number| {
            let answer = solve_with(&mut solver, &self.queries[number]);
            let Question { source, destination, traffic, .. } = &self.questions[number];
            let (source, destination) = (source.clone(), destination.clone());
            let question = report::Question { source, destination, traffic: (*traffic).to_owned() };
            let report = Report::new(&question, &self.queries[number], &answer, self.network, self.snapshot);
            black_box(report::batch::line(&report, &number, false));
        });
    }

    /// One question after the other, of all kinds in turn.
    fn each(&self, criterion: &mut Criterion, name: &str, mut one: impl FnMut(usize)) {
        let mut group = criterion.benchmark_group("question");
        group.throughput(Throughput::Elements(1));
        let mut next = 0;
        group.bench_function(BenchmarkId::new(name, self.interfaces), |bencher| {
            bencher.iter(|| {
                one(next);
                next = (next + 1) % self.queries.len();
            });
        });
        group.finish();
    }
}

fn resolve(index: &Index<'_>, question: &Question) -> Query {
    let Question { source, destination, traffic, .. } = question;
    let arguments = Arguments { source, destination, traffic, ..Arguments::default() };
    selector::resolve(index, &arguments).expect("both ends of a made-up question exist")
}
