//! The command line: the only layer that prints, exits and reads the environment.
//!
//! One file a subcommand. Results go to standard output or `--output`, everything else to standard error; the exit code
//! is part of the answer (`command-line`, shape). Errors of the layers below become a `Failure`, two lines for a
//! person.

mod arguments;
mod failure;
mod terminal;
mod progress;
mod settings;
mod open;
mod format;
mod cache;
mod output;
mod query;
mod compile;
mod expectation;
mod filter;
mod batch;
mod show;
mod presets;
mod deps;
mod whole;
mod matrix;
mod exposure;
mod into;
mod blast;
mod cidr;
mod diagram;
mod diff;
mod lint;
mod lint_settings;
mod triage;
mod today;
mod redact;
mod verify;
mod collect;
#[cfg(feature = "collect")]
mod live;
mod explain;
mod completions;
mod man;
#[cfg(fuzzing)]
pub mod fuzzing;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory, FromArgMatches};

use arguments::{Arguments, Command, Options};
use failure::Failure;
use terminal::Terminal;

use crate::report::Style;
use crate::store;

/// What a run says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Answered; with an expectation, it holds.
    Answered,
    /// An expectation is violated.
    Violated,
    /// Something was not answered.
    Unanswered,
    /// The answer is `unknown` and an expectation needed it.
    Unknown,
}

impl Outcome {
    fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Outcome::Answered => 0,
            Outcome::Violated => 1,
            Outcome::Unanswered => 2,
            Outcome::Unknown => 3,
        })
    }
}

/// What every command is given.
struct Context {
    options: Options,
    terminal: Terminal,
    /// Whether `--live` asks for what only findings need too.
    #[cfg_attr(not(feature = "collect"), expect(dead_code, reason = "only `--live` asks"))]
    wants_everything: bool,
}

impl Context {
    /// How results are written for people.
    fn style(&self) -> Style {
        let is_file = self.options.output.is_some();
        Style {
            color: self.terminal.colors_results(self.options.color, is_file),
            width: self.terminal.width(is_file),
            verbose: self.options.verbose > 0,
        }
    }

    /// A remark beside the result, for people.
    fn say(&self, remark: &str) {
        if !self.options.quiet {
            // Nobody is listening when standard error is closed.
            let _unheard = std::io::stderr().lock().write_all(format!("{remark}\n").as_bytes());
        }
    }
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    let terminal = Terminal::of_environment();
    let command = Arguments::command().color(color_of_help(&words));
    let parsed = command.try_get_matches_from(words).and_then(|it| Arguments::from_arg_matches(&it));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let wants_everything = wants_everything(&arguments.command);
    let context = Context { options: arguments.options, terminal, wants_everything };
    let run = || match arguments.command {
        Command::Query(query) => query::run(&context, &query),
        Command::Compile(_) => compile::run(&context),
        Command::Show(show) => show::run(&context, &show),
        Command::Deps(deps) => deps::run(&context, &deps),
        Command::Matrix(matrix) => matrix::run(&context, &matrix),
        Command::Exposure(exposure) => exposure::run(&context, &exposure),
        Command::Into(into) => into::run(&context, &into),
        Command::Blast(blast) => blast::run(&context, &blast),
        Command::Cidr(cidr) => cidr::run(&context, &cidr),
        Command::Diagram(diagram) => diagram::run(&context, &diagram),
        Command::Lint(lint) => lint::run(&context, &lint),
        Command::Triage(triage) => triage::run(&context, &triage),
        Command::Collect(collect) => collect::run(&context, &collect),
        Command::Redact(redact) => redact::run(&context, &redact),
        Command::Verify(verify) => verify::run(&context, &verify),
        Command::Diff(diff) => diff::run(&context, &diff),
        Command::Explain(explain) => explain::run(&context, &explain),
        Command::Completions(completions) => completions::run(&context, &completions),
        Command::Man(man) => man::run(&man),
    };
    let outcome = store::or_unread(run).unwrap_or_else(|cause| {
        let path = context.options.snapshot.first().map_or(Path::new("the compiled file"), PathBuf::as_path);
        Err(Failure::of_compiled(path, &cause))
    });
    let code = match outcome {
        Ok(outcome) => outcome.code(),
        Err(failure) => {
            failure.print(&context);
            Outcome::Unanswered.code()
        }
    };
    cache::finish();
    code
}

/// Findings lean on what no way does, and what is kept may be asked for findings later.
fn wants_everything(command: &Command) -> bool {
    match command {
        Command::Lint(_)
        | Command::Triage(_)
        | Command::Compile(_)
        | Command::Redact(_)
        | Command::Diagram(_) => true,
        Command::Query(_)
        | Command::Show(_)
        | Command::Deps(_)
        | Command::Matrix(_)
        | Command::Exposure(_)
        | Command::Into(_)
        | Command::Blast(_)
        | Command::Cidr(_)
        | Command::Collect(_)
        | Command::Verify(_)
        | Command::Diff(_)
        | Command::Explain(_)
        | Command::Completions(_)
        | Command::Man(_) => false,
    }
}

/// Help and version are results; what is wrong with the arguments is not. A closed pipe ends either quietly.
fn usage(error: &clap::Error) -> ExitCode {
    let _closed = error.print();
    let _closed = std::io::stdout().flush();
    if error.use_stderr() { Outcome::Unanswered.code() } else { Outcome::Answered.code() }
}

/// The arguments are not read yet when their help is printed.
fn color_of_help(words: &[OsString]) -> ColorChoice {
    let words: Vec<&str> = words.iter().filter_map(|it| it.to_str()).collect();
    let after = words.iter().position(|it| *it == "--color").and_then(|at| words.get(at + 1)).copied();
    match after.or_else(|| words.iter().find_map(|it| it.strip_prefix("--color="))) {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        Some(_) | None => ColorChoice::Auto,
    }
}
