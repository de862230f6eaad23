//! `netpath deps`: whether a thing reaches what it needs to start, and by which way.

use super::arguments::Deps;
use super::failure::Failure;
use super::format::Plain;
use super::open::open;
use super::output::{Output, unwritable};
use super::presets::{self, Dependency};
use super::{Context, Outcome};
use crate::report::{Question, Report, deps};
use crate::selector::{Arguments, Home, Index, home, resolve};
use crate::solver::{Solver, solve_with};

/// Prints each dependency with its way or what stops it.
pub(super) fn run(context: &Context, words: &Deps) -> Result<Outcome, Failure> {
    let preset = presets::read(&words.preset)?;
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let home = home(&index, &words.from).map_err(|error| Failure::of_selector(&index, error))?;
    let values = values(&home, &words.set)?;
    let mut solver = Solver::new(&opened.network);
    let mut rows = Vec::new();
    for dependency in &preset.dependencies {
        rows.push(one(&index, &mut solver, &opened.snapshot, words, dependency, &values));
    }
    let table = deps::Dependencies::new(&words.preset, &preset.about, &words.from, rows, &opened.snapshot);
    print(context, &table)?;
    let Some(expectation) = words.expect else { return Ok(Outcome::Answered) };
    let outcome = expectation.judge(table.judged());
    if outcome != Outcome::Answered {
        let (expected, found) = (expectation.as_text(), table.judged().as_text());
        context.say(&format!("expected `{expected}`, and the verdict is `{found}`"));
    }
    Ok(outcome)
}

/// What stands for the placeholders: what the person says comes first.
fn values(home: &Home, set: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut values = Vec::new();
    for text in set {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Failure::new(format!("`--set {text}` wants a name and a value"))
                .help("write `--set cluster=prod`"));
        };
        if name == "cluster" {
            let known = home.clusters.iter().find(|it| it.name == value);
            let selector = known.map_or_else(|| format!("eks:{value}"), |it| it.selector.clone());
            values.push(("cluster-name".to_owned(), value.to_owned()));
            values.push(("cluster".to_owned(), selector));
        } else {
            values.push((name.to_owned(), value.to_owned()));
        }
    }
    if let ([only], false) = (home.clusters.as_slice(), values.iter().any(|it| it.0 == "cluster")) {
        values.push(("cluster".to_owned(), only.selector.clone()));
        values.push(("cluster-name".to_owned(), only.name.clone()));
    }
    values.extend(home.region.clone().map(|it| ("region".to_owned(), it)));
    values.extend(home.account.clone().map(|it| ("account".to_owned(), it)));
    Ok(values)
}

fn one(
    index: &Index<'_>,
    solver: &mut Solver<'_>,
    snapshot: &crate::snapshot::Snapshot,
    words: &Deps,
    dependency: &Dependency,
    values: &[(String, String)],
) -> deps::Dependency {
    let written = dependency.to.as_ref().or(dependency.from.as_ref()).map_or("", String::as_str);
    let asked = deps::Asked {
        name: dependency.name.clone(),
        other: written.to_owned(),
        traffic: dependency.traffic.clone(),
        why: dependency.why.clone(),
        endpoint: dependency.endpoint.clone(),
        is_optional: dependency.optional,
        is_inbound: dependency.from.is_some(),
    };
    let other = match presets::filled(written, values) {
        Ok(other) => other,
        Err(name) => {
            let help = format!("say which with `--set {name}=…`");
            return deps::Dependency::unanswered(
                asked,
                format!("nobody says what `{{{name}}}` is"),
                Some(help),
            );
        }
    };
    let (source, destination) = if asked.is_inbound {
        (other.as_str(), words.from.as_str())
    } else {
        (words.from.as_str(), other.as_str())
    };
    let asked = deps::Asked { other: other.clone(), ..asked };
    let arguments = Arguments { source, destination, traffic: &dependency.traffic, ..Arguments::default() };
    let query = match resolve(index, &arguments) {
        Ok(query) => query,
        Err(error) => return deps::Dependency::unanswered(asked, error.to_string(), error.help()),
    };
    let answer = solve_with(solver, &query);
    let question = Question {
        source: source.to_owned(),
        destination: destination.to_owned(),
        traffic: dependency.traffic.clone(),
    };
    let report = Report::new(&question, &query, &answer, index.network, snapshot);
    deps::Dependency::answered(asked, &report)
}

fn print(context: &Context, table: &deps::Dependencies<'_>) -> Result<(), Failure> {
    let options = &context.options;
    let mut output = Output::open(options.output.as_deref())?;
    let style = context.style();
    let written = match options.format.plain()? {
        Plain::Text => deps::write_text(table, &mut output, style),
        Plain::Json => deps::write_json(table, &mut output),
    };
    written.map_err(|cause| unwritable("the dependencies", &cause))?;
    output.finish()
}
