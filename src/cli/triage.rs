//! `netpath triage`: findings of other scanners, sorted by what packets can do.

use super::arguments::{Triage, TriageFailOn};
use super::failure::Failure;
use super::format::Plain;
use super::open::open;
use super::output::{Output, unwritable};
use super::progress::Progress;
use super::{Context, Outcome};
use crate::lint::Settings;
use crate::lint::triage::{Import, ImportError, import, triage};
use crate::report::lint::{TriageReport, write_triage_json, write_triage_text};

/// More than this is no report of a scanner.
const MOST_BYTES: u64 = 1 << 30;

/// Reads the findings, asks about them, and prints what packets can do.
pub(super) fn run(context: &Context, words: &Triage) -> Result<Outcome, Failure> {
    let plain = context.options.format.plain()?;
    let import = read(words)?;
    let opened = open(context)?;
    let asking = Progress::begin(context, "asking about findings", None);
    let sorted = triage(&opened.snapshot.model, &opened.network, import.findings.clone());
    drop(asking);
    let settings = Settings::default();
    let report = TriageReport::new(&import, &sorted, &settings, &opened.network, &opened.snapshot);
    let mut output = Output::open(context.options.output.as_deref())?;
    let written = match plain {
        Plain::Text => write_triage_text(&report, &mut output, context.style()),
        Plain::Json => write_triage_json(&report, &mut output),
    };
    written.map_err(|cause| unwritable("the findings", &cause))?;
    output.finish()?;
    if report.findings.is_empty() {
        context.say("note: no finding is about security groups, ACLs, public addresses or interfaces");
    }
    let counts = &report.counts;
    Ok(match words.fail_on {
        TriageFailOn::Never => Outcome::Answered,
        TriageFailOn::Reachable if counts.reachable > 0 => Outcome::Violated,
        TriageFailOn::Reachable if counts.unknown > 0 => Outcome::Unknown,
        TriageFailOn::Unknown if counts.reachable + counts.unknown > 0 => Outcome::Violated,
        TriageFailOn::Reachable | TriageFailOn::Unknown => Outcome::Answered,
    })
}

fn read(words: &Triage) -> Result<Import, Failure> {
    let name = words.file.display();
    let unread = |cause: std::io::Error| Failure::new(format!("cannot read `{name}`: {cause}"));
    let bytes = match words.file.as_os_str() == "-" {
        true => {
            let mut bytes = Vec::new();
            let mut all = std::io::Read::take(std::io::stdin().lock(), MOST_BYTES);
            std::io::Read::read_to_end(&mut all, &mut bytes).map_err(unread)?;
            bytes
        }
        false => std::fs::read(&words.file).map_err(unread)?,
    };
    let text = String::from_utf8(bytes)
        .map_err(|cause| Failure::new(format!("cannot read `{name}`: it is no text: {cause}")))?;
    import(&text).map_err(|cause: ImportError| {
        Failure::new(format!("cannot read `{name}`: {cause}"))
            .help("netpath reads Prowler's CSV, OCSF and ASFF in JSON, and SARIF")
    })
}
