//! `netpath matrix`: who reaches whom, on what.

use std::collections::BTreeSet;

use super::arguments::Matrix as Words;
use super::failure::Failure;
use super::open::{Opened, open};
use super::progress::Progress;
use super::{Context, Outcome, whole};
use crate::network::{InterfaceIndex, Network};
use crate::report;
use crate::report::groups::{By, Groups};
use crate::report::matrix::{Asked, Matrix, Parts};
use crate::selector::Index;
use crate::solver::Verdict;
use crate::solver::estate::{Estate, Scope, rollup};

/// Of more interfaces it is not worked out for a picture which answer alike: they are many kinds.
const MOST_ALIKE: usize = 2000;
/// Fewer groups than this say little.
const FEWEST_GROUPS: usize = 4;

/// Prints the table.
pub(super) fn run(context: &Context, words: &Words) -> Result<Outcome, Failure> {
    let by = whole::by(&words.by)?;
    let only = words.only.iter().map(|it| verdict(it)).collect::<Result<Vec<Verdict>, Failure>>()?;
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut scope = whole::scope(&index, &words.part)?;
    scope.from = words.from.as_ref().map(|it| whole::interfaces(&index, it)).transpose()?;
    scope.to = words.to.as_ref().map(|it| whole::interfaces(&index, it)).transpose()?;
    let solving = Progress::begin(context, "asking who reaches whom", None);
    let estate = Estate::new(&opened.network);
    let groups = whole::groups(&estate, &opened.snapshot, &scope, &by);
    let question = Asked {
        by: by.text(),
        traffic: words.part.traffic.clone(),
        from: words.from.clone(),
        to: words.to.clone(),
    };
    let only = (!only.is_empty()).then_some(only);
    let table = table(opened, &estate, scope, groups, question, only);
    drop(solving);
    whole::print_table(context, &table)?;
    if let Some(file) = &words.diagram {
        super::diagram::save_asking(opened, &report::diagram::matrix(&table), file)?;
    }
    Ok(Outcome::Answered)
}

/// The table of some groups.
fn table(
    opened: &'static Opened,
    estate: &Estate<'_>,
    scope: Scope,
    groups: Groups,
    question: Asked,
    only: Option<Vec<Verdict>>,
) -> Matrix<'static> {
    let sums = rollup(estate, &scope, &groups.labels);
    let families = scope.families();
    let parts = Parts { groups, sums, chosen: [scope.from, scope.to], only, families };
    Matrix::new(question, parts, &opened.network, &opened.snapshot)
}

/// The table for a picture: by what is asked for, else by the first that makes few enough groups to be seen.
pub(super) fn view(opened: &'static Opened, by: Option<By>, part: Option<Vec<u32>>) -> Matrix<'static> {
    let scope = Scope { from: part.clone(), to: part, ..Scope::default() };
    let estate = Estate::new(&opened.network);
    let grouped = |by: &By| whole::groups(&estate, &opened.snapshot, &scope, by);
    let (by, groups) = match by {
        Some(by) => (by.clone(), grouped(&by)),
        None => readable(&opened.network, scope.from.as_deref(), grouped),
    };
    let question = Asked { by: by.text(), traffic: "all".to_owned(), from: None, to: None };
    table(opened, &estate, scope, groups, question, None)
}

/// The finest groups that a square has room for. Groups that are too many are better than hardly any.
fn readable(network: &Network, part: Option<&[u32]>, grouped: impl Fn(&By) -> Groups) -> (By, Groups) {
    let all = [By::Alike, By::SecurityGroup, By::Subnet, By::Vpc, By::Account];
    let size = part.map_or(network.interfaces.len(), <[u32]>::len);
    let first = usize::from(size > MOST_ALIKE);
    let mut finer: Option<(By, Groups)> = None;
    for by in all.into_iter().skip(first) {
        let groups = grouped(&by);
        let rows = (0..network.interfaces.len() as u32).filter(|_| part.is_none());
        let rows = rows.chain(part.into_iter().flatten().copied());
        let labels = rows.flat_map(|row| groups.labels.of(InterfaceIndex(row)));
        let count = labels.collect::<BTreeSet<&u32>>().len();
        match finer {
            Some(finer) if count < FEWEST_GROUPS => return finer,
            Some(_) | None if count <= report::diagram::MOST_GROUPS => return (by, groups),
            Some(_) | None => finer = Some((by, groups)),
        }
    }
    finer.unwrap_or_else(|| (By::Account, grouped(&By::Account)))
}

fn verdict(text: &str) -> Result<Verdict, Failure> {
    let all = [Verdict::Reachable, Verdict::Partial, Verdict::ForwardOnly, Verdict::Unknown];
    all.into_iter().find(|it| it.as_text() == text).ok_or_else(|| {
        Failure::new(format!("no pair in the table is `{text}`"))
            .help("`reachable`, `partial`, `forward-only` and `unknown` are; what is not there is blocked")
    })
}
