//! `netpath matrix`: who reaches whom, on what.

use super::arguments::Matrix as Words;
use super::failure::Failure;
use super::open::open;
use super::progress::Progress;
use super::{Context, Outcome, whole};
use crate::report::matrix::{Asked, Matrix, Parts};
use crate::selector::Index;
use crate::solver::Verdict;
use crate::solver::estate::{Estate, rollup};

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
    let sums = rollup(&estate, &scope, &groups.labels);
    drop(solving);
    let question = Asked {
        by: by.text(),
        traffic: words.part.traffic.clone(),
        from: words.from.clone(),
        to: words.to.clone(),
    };
    let only = (!only.is_empty()).then_some(only);
    let families = scope.families();
    let parts = Parts { groups, sums, chosen: [scope.from, scope.to], only, families };
    let table = Matrix::new(question, parts, &opened.network, &opened.snapshot);
    whole::print_table(context, &table)?;
    Ok(Outcome::Answered)
}

fn verdict(text: &str) -> Result<Verdict, Failure> {
    let all = [Verdict::Reachable, Verdict::Partial, Verdict::ForwardOnly, Verdict::Unknown];
    all.into_iter().find(|it| it.as_text() == text).ok_or_else(|| {
        Failure::new(format!("no pair in the table is `{text}`"))
            .help("`reachable`, `partial`, `forward-only` and `unknown` are; what is not there is blocked")
    })
}
