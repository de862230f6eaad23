//! What the questions about a whole estate share: which interfaces, which packets, how results are written.

use std::io;

use super::Context;
use super::arguments::{Format, Part};
use super::failure::Failure;
use super::format::Plain;
use super::output::{Output, unwritable};
use crate::packet::Family;
use crate::report::Style;
use crate::report::groups::{By, Groups};
use crate::report::matrix::{self, Matrix};
use crate::selector::{Index, Members, members, parse_source_ports, parse_traffic};
use crate::solver::Traffic;
use crate::solver::estate::{Estate, Scope, alike};

/// Which packets, and of which family.
pub(super) fn scope(index: &Index<'_>, part: &Part) -> Result<Scope, Failure> {
    let failed = |error| Failure::of_selector(index, error);
    let intervals = parse_traffic(&part.traffic).map_err(failed)?;
    let source_ports = parse_source_ports(part.source_ports.as_deref()).map_err(failed)?;
    let family = match (part.ipv4, part.ipv6) {
        (true, false) => Some(Family::V4),
        (false, true) => Some(Family::V6),
        (true, true) | (false, false) => None,
    };
    Ok(Scope {
        from: None,
        to: None,
        traffic: Traffic { intervals, source_ports },
        family,
        is_one_way: false,
    })
}

/// The interfaces that a selector stands for, as rows.
pub(super) fn interfaces(index: &Index<'_>, text: &str) -> Result<Vec<u32>, Failure> {
    match members(index, text).map_err(|error| Failure::of_selector(index, error))? {
        Members::Interfaces(interfaces) => Ok(interfaces.into_iter().map(|it| it.0).collect()),
        Members::Outside(_) => Err(Failure::new(format!("`{text}` is no interface of the snapshot"))
            .help("what comes from outside is asked with `netpath exposure --from`")),
    }
}

/// By what interfaces are put together.
pub(super) fn by(text: &str) -> Result<By, Failure> {
    matrix::by(text).ok_or_else(|| {
        Failure::new(format!("nothing is put together by `{text}`"))
            .help("`alike`, `tag:KEY`, `vpc`, `subnet`, `sg` and `account` are known")
    })
}

/// The groups that a person asked for.
pub(super) fn groups(
    estate: &Estate<'_>,
    snapshot: &crate::snapshot::Snapshot,
    scope: &Scope,
    by: &By,
) -> Groups {
    let labels = (*by == By::Alike).then(|| alike(estate, scope));
    Groups::new(snapshot, estate.network, by, labels)
}

/// Writes a result as text or JSON, whole or not at all.
pub(super) fn print(
    context: &Context,
    what: &str,
    write: impl FnOnce(Plain, &mut Output, Style) -> io::Result<()>,
) -> Result<(), Failure> {
    let plain = context.options.format.plain()?;
    let mut output = Output::open(context.options.output.as_deref())?;
    write(plain, &mut output, context.style()).map_err(|cause| unwritable(what, &cause))?;
    output.finish()
}

/// Writes a table, whole or not at all.
pub(super) fn print_table(context: &Context, table: &Matrix<'_>) -> Result<(), Failure> {
    let format = context.options.format;
    let mut output = Output::open(context.options.output.as_deref())?;
    let written = match format {
        Format::Text => matrix::write(table, &mut output, context.style()),
        Format::Json => table.json(&mut output),
        Format::Csv => matrix::csv(table, &mut output),
        Format::Markdown => matrix::markdown(table, &mut output),
        Format::Html => matrix::html(table, &mut output),
        Format::Aws
        | Format::Svg
        | Format::Dot
        | Format::Mermaid
        | Format::Png
        | Format::Sarif
        | Format::Github
        | Format::Junit => {
            let words = "a table has no such format";
            return Err(Failure::new(words).help("use `--format json`, `csv`, `markdown` or `html`"));
        }
    };
    written.map_err(|cause| unwritable("the table", &cause))?;
    output.finish()
}
