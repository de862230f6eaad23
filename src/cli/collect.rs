//! `netpath collect`: from accounts to a snapshot, or to what somebody else needs to make one.

use std::io::Write;

use super::arguments::Collect;
use super::failure::Failure;
#[cfg(feature = "collect")]
use super::format::Plain;
#[cfg(feature = "collect")]
use super::live;
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::collect::{self, Selection};

/// Collects, or prints a script or a policy.
pub(super) fn run(context: &Context, words: &Collect) -> Result<Outcome, Failure> {
    // What it cannot be written as is said before anything is asked.
    context.options.format.plain()?;
    let selection = Selection { services: services(&words.services)?, without_extra: false };
    if words.script {
        return print(context, "the script", &collect::script(&selection));
    }
    if words.print_policy {
        let policy = collect::policy(&selection, words.role_name.as_deref());
        return print(context, "the policy", &format!("{policy:#}\n"));
    }
    save(context, words, &selection)
}

fn print(context: &Context, what: &str, text: &str) -> Result<Outcome, Failure> {
    let mut output = Output::open(context.options.output.as_deref())?;
    output.write_all(text.as_bytes()).map_err(|cause| unwritable(what, &cause))?;
    output.finish()?;
    Ok(Outcome::Answered)
}

fn services(names: &[String]) -> Result<Vec<String>, Failure> {
    let known = collect::services();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure::new(format!("there is no service `{name}` to collect"))
            .help(format!("it may be {}", known.join(", "))));
    }
    Ok(names.to_vec())
}

/// What to do with a netpath that reads files only.
#[cfg(not(feature = "collect"))]
pub(super) fn not_built() -> Failure {
    Failure::new("this netpath cannot ask AWS: it was built without the feature `collect`").help(
        "`cargo install --path . --features collect` builds one that can; `netpath collect --script` prints the same calls for \
         the aws-cli",
    )
}

#[cfg(not(feature = "collect"))]
fn save(_context: &Context, _words: &Collect, _selection: &Selection) -> Result<Outcome, Failure> {
    Err(not_built())
}

#[cfg(feature = "collect")]
fn save(context: &Context, words: &Collect, selection: &Selection) -> Result<Outcome, Failure> {
    let access = &context.options.access;
    let plan = collect::Plan {
        access: collect::Access {
            organization_role: words.role_name.clone(),
            timeout_seconds: words.timeout,
            attempts: words.attempts,
            ..live::access(access)
        },
        selection: selection.clone(),
        // Without it there is nothing to save, which the arguments have said.
        out: words.out.clone().unwrap_or_default(),
        is_fresh: words.fresh,
        concurrency: usize::from(words.concurrency),
        clock: live::clock,
    };
    let summary = live::collect(context, &plan)?;
    let mut output = Output::open(context.options.output.as_deref())?;
    let text = match context.options.format.plain()? {
        Plain::Json => format!("{:#}\n", live::json(&summary)),
        Plain::Text => live::text(&summary),
    };
    output.write_all(text.as_bytes()).map_err(|cause| unwritable("the summary", &cause))?;
    output.finish()?;
    Ok(if live::is_whole(&summary) { Outcome::Answered } else { Outcome::Unknown })
}
