//! Writes the made-up estate of the benchmarks to disk, to try netpath on an estate of any size.
//!
//! `cargo run --release --example estate -- --interfaces 100000 --out /tmp/estate --questions 100000`

// A program for people says what it did.
#![allow(clippy::print_stdout)]

#[path = "../benches/estate.rs"]
mod estate;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;

use estate::{Estate, LEAST_INTERFACES, Layout, MOST_INTERFACES, questions};

/// Writes a made-up AWS estate as a snapshot folder
#[derive(Parser)]
struct Arguments {
    /// How many network interfaces the estate has
    #[arg(long, default_value_t = 1000, value_parser = parse_interfaces)]
    interfaces: usize,
    /// The same seed gives the same estate
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder to write to
    #[arg(long)]
    out: PathBuf,
    /// One account with one large file for each call
    #[arg(long)]
    one_file: bool,
    /// Change a rule in so many of a thousand security groups: the same estate a day later, for `netpath diff`
    #[arg(long, default_value_t = 0)]
    edited: u64,
    /// Also write this many questions for `netpath query --batch` to `questions.jsonl` beside `accounts`
    #[arg(long, default_value_t = 0)]
    questions: usize,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut estate = Estate::new(arguments.interfaces, arguments.seed);
    estate.edited = arguments.edited;
    if arguments.one_file {
        estate.layout = Layout::OneFile;
    }
    let start = Instant::now();
    let written = estate.write(&arguments.out)?;
    println!(
        "{} interfaces, {} VPCs, {} transit gateways, {} accounts: {} files, {:.1} MB in {:.2} s",
        estate.interfaces,
        estate.vpcs(),
        estate.meshes(),
        estate.accounts(),
        written.files,
        written.bytes as f64 / 1e6,
        start.elapsed().as_secs_f64()
    );
    if arguments.questions > 0 {
        let path = arguments.out.join("questions.jsonl");
        let mut file = BufWriter::new(File::create(&path)?);
        for question in questions::questions(&estate, arguments.questions) {
            writeln!(file, "{question}")?;
        }
        file.flush()?;
        println!("{} questions in {}", arguments.questions, path.display());
    }
    Ok(())
}

fn parse_interfaces(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "not a number".to_owned())?;
    let range = LEAST_INTERFACES..=MOST_INTERFACES;
    range.contains(&number).then_some(number).ok_or(format!("outside {} to {}", range.start(), range.end()))
}
