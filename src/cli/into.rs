//! `netpath into`: everything that reaches something.

use super::arguments::Into as Words;
use super::failure::Failure;
use super::open::open;
use super::progress::Progress;
use super::{Context, Outcome, whole};
use crate::report::matrix::{Asked, Matrix, Parts};
use crate::selector::Index;
use crate::solver::estate::{Estate, rollup};

/// Prints who reaches it, group by group.
pub(super) fn run(context: &Context, words: &Words) -> Result<Outcome, Failure> {
    let by = whole::by(&words.by)?;
    let opened = open(context)?;
    let index = Index::new(&opened.snapshot.model, &opened.network);
    let mut scope = whole::scope(&index, &words.part)?;
    scope.to = Some(whole::interfaces(&index, &words.selector)?);
    let solving = Progress::begin(context, "asking who gets there", None);
    let estate = Estate::new(&opened.network);
    let groups = whole::groups(&estate, &opened.snapshot, &scope, &by);
    let sums = rollup(&estate, &scope, &groups.labels);
    drop(solving);
    let to = Some(words.selector.clone());
    let question = Asked { by: by.text(), traffic: words.part.traffic.clone(), from: None, to };
    let families = scope.families();
    let parts = Parts { groups, sums, chosen: [None, scope.to], only: None, families };
    let table = Matrix::new(question, parts, &opened.network, &opened.snapshot);
    whole::print_table(context, &table)?;
    Ok(Outcome::Answered)
}
