//! `netpath cidr`: overlaps, room, and the next free block.

use ipnet::IpNet;

use super::arguments::Cidr;
use super::failure::Failure;
use super::format::Plain;
use super::open::open;
use super::output::{Output, unwritable};
use super::{Context, Outcome};
use crate::network::ranges;
use crate::report::cidr::{NextView, Plan, Shown, write_json, write_text};
use crate::solver::cidr::next_free;

/// Prints the plan, or the block.
pub(super) fn run(context: &Context, words: &Cidr) -> Result<Outcome, Failure> {
    let wanted = words.next.as_deref().map(size).transpose()?;
    let within = words.within.as_deref().map(block).transpose()?;
    check(wanted, within)?;
    // What cannot be written is not worked out.
    context.options.format.plain()?;
    let opened = open(context)?;
    let (snapshot, network) = (&opened.snapshot, &opened.network);
    let ranges = ranges(&snapshot.model, network);
    let Some(prefix_length) = wanted else {
        let plan = Plan::new(network, snapshot, &ranges);
        print(context, &Shown::Plan(&plan), &plan)?;
        return Ok(Outcome::Answered);
    };
    let search = next_free(network, &ranges, prefix_length, within);
    let view = NextView::new(prefix_length, &search, network, snapshot, &ranges);
    print(context, &Shown::Next(&view), &view)?;
    Ok(if search.found.is_some() { Outcome::Answered } else { Outcome::Violated })
}

fn print(context: &Context, shown: &Shown<'_, '_>, view: &impl serde::Serialize) -> Result<(), Failure> {
    let options = &context.options;
    let style = context.style();
    let mut output = Output::open(options.output.as_deref())?;
    let written = match options.format.plain()? {
        Plain::Json => write_json(view, &mut output),
        Plain::Text => write_text(shown, &mut output, style),
    };
    written.map_err(|cause| unwritable("the address plan", &cause))?;
    output.finish()
}

/// `/24`, or the number alone.
fn size(text: &str) -> Result<u8, Failure> {
    let digits = text.strip_prefix('/').unwrap_or(text);
    let length = digits.parse::<u8>().ok().filter(|length| (1..=128).contains(length));
    length.ok_or_else(|| Failure::new(format!("`{text}` is no size of a block")).help("write `--next /24`"))
}

fn block(text: &str) -> Result<IpNet, Failure> {
    let net = text.parse::<IpNet>().map(|it| it.trunc());
    net.map_err(|_| Failure::new(format!("`{text}` is no block")).help("write `--in 10.20.0.0/16`"))
}

/// A size that fits where it is wanted.
fn check(wanted: Option<u8>, within: Option<IpNet>) -> Result<(), Failure> {
    let Some(length) = wanted else { return Ok(()) };
    match within {
        Some(block) if length < block.prefix_len() || length > block.max_prefix_len() => {
            Err(Failure::new(format!("no /{length} fits into {block}")))
        }
        None if length > 32 => {
            Err(Failure::new(format!("a /{length} is IPv6, and no block of it was named"))
                .help("say where to look: `--in 2001:db8::/40`"))
        }
        Some(_) | None => Ok(()),
    }
}
