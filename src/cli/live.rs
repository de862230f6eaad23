//! Asking AWS, for `netpath collect` and for `--live`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};

use super::Context;
use super::arguments;
use super::failure::Failure;
use super::progress::Progress;
use super::terminal::clean;
use crate::collect::{self, Access, CollectError, Plan, Selection, Summary, TroubleKind};

/// How many calls that were not answered are told of one by one.
const MOST_TOLD: usize = 8;

/// How long an answer may take and how often a call is tried, when nobody says.
const TIMEOUT_SECONDS: u64 = 60;
const ATTEMPTS: u32 = 8;

/// How many calls are under way at once when nobody says.
const CONCURRENCY: usize = 32;

/// Whom the options say to be.
pub(super) fn access(options: &arguments::Access) -> Access {
    Access {
        profiles: options.profile.clone(),
        role_arn: options.role_arn.clone(),
        external_id: options.external_id.clone(),
        organization_role: None,
        regions: options.regions.clone(),
        endpoint_url: options.endpoint_url.clone(),
        timeout_seconds: TIMEOUT_SECONDS,
        attempts: attempts(),
    }
}

/// What the aws-cli is told by the same name.
fn attempts() -> u32 {
    let said = std::env::var("AWS_MAX_ATTEMPTS").ok().and_then(|it| it.parse().ok());
    said.filter(|it| *it > 0).unwrap_or(ATTEMPTS)
}

/// Seconds since 1970.
pub(super) fn clock() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Runs a plan, and says how far it is.
pub(super) fn collect(context: &Context, plan: &Plan) -> Result<Summary, Failure> {
    let progress = Progress::begin(context, "calls of AWS", None);
    let outcome = collect::collect(plan, &|| progress.add(1));
    drop(progress);
    outcome.map_err(|error| {
        let help = match &error {
            CollectError::Nobody(refused) => Some(help(refused)),
            CollectError::Folder { .. } => Some("give a new folder with `--out`".to_owned()),
            CollectError::Interrupted { .. } => Some("the same command goes on from there".to_owned()),
        };
        Failure { message: error.to_string(), details: Vec::new(), help }
    })
}

fn help(refused: &[(String, collect::Trouble)]) -> String {
    let is_denied = refused.iter().any(|(_, trouble)| trouble.kind == TroubleKind::Denied);
    if is_denied {
        "`netpath collect --print-policy` prints the permissions that it takes".to_owned()
    } else {
        "`aws sts get-caller-identity` with the same profile has to work; `aws sso login` renews a session"
            .to_owned()
    }
}

/// A snapshot that is gone when the answer is there.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

/// Collects what a command needs into a temporary folder, which nobody else may look into.
pub(super) fn snapshot(context: &Context) -> Result<Folder, Failure> {
    let name = format!("netpath-live-{}-{}", std::process::id(), clock());
    let path = std::env::temp_dir().join(name);
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&path)
        .map_err(|cause| Failure::new(format!("cannot collect into `{}`: {cause}", path.display())))?;
    let folder = Folder(path);
    let plan = Plan {
        access: access(&context.options.access),
        selection: Selection { services: Vec::new(), without_extra: !context.wants_everything },
        out: folder.0.clone(),
        is_fresh: true,
        concurrency: CONCURRENCY,
        clock,
    };
    // Nothing of it is kept, whatever it says.
    let summary =
        collect(context, &plan).map_err(|failure| match failure.message.starts_with("interrupted") {
            true => Failure::new("interrupted"),
            false => failure,
        })?;
    // What calls were not answered, the reader of the snapshot says.
    for (who, trouble) in &summary.refused {
        context.say(&format!("warning: {}", clean(&format!("{who} cannot be asked: {trouble}"))));
    }
    Ok(folder)
}

/// Whether nothing is missing that AWS would have said to somebody with all permissions.
pub(super) fn is_whole(summary: &Summary) -> bool {
    let unsupported = TroubleKind::Unsupported.word();
    summary.refused.is_empty() && summary.troubles.iter().all(|it| it.status == unsupported)
}

/// What was not answered, a line a permission or a cause.
fn told(summary: &Summary) -> Vec<String> {
    let mut lines: Vec<String> =
        summary.refused.iter().map(|(who, trouble)| format!("{who} cannot be asked: {trouble}")).collect();
    let mut counted: std::collections::BTreeMap<(String, String), (usize, String)> = Default::default();
    let mut not_asked = 0;
    for record in summary.troubles.iter().filter(|it| it.status != TroubleKind::Unsupported.word()) {
        if record.code == collect::NOT_ASKED {
            not_asked += 1;
            continue;
        }
        let call = format!("{} {}", record.service, record.operation);
        let slot = counted.entry((call, record.code.clone())).or_default();
        slot.0 += 1;
        slot.1.clone_from(&record.message);
    }
    let more = counted.len().saturating_sub(MOST_TOLD);
    for ((call, code), (count, message)) in counted.into_iter().take(MOST_TOLD) {
        let times = if count > 1 { format!(" ({count} times)") } else { String::new() };
        let message = if message.is_empty() { String::new() } else { format!(": {message}") };
        lines.push(format!("not answered{times}: {call}: {code}{message}"));
    }
    if more > 0 {
        lines.push(format!("and {}; `manifest.json` has all", plural(more, "other call", "other calls")));
    }
    if not_asked > 0 {
        lines.push(format!("not asked any more: {}", plural(not_asked, "call", "calls")));
    }
    lines
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// What a run did, for people.
pub(super) fn text(summary: &Summary) -> String {
    let kept =
        if summary.kept > 0 { format!(", {} of them from before", summary.kept) } else { String::new() };
    let mut text = format!(
        "{}: {}, {}{kept}\n",
        summary.out.display(),
        plural(summary.accounts.len(), "account", "accounts"),
        plural(summary.answers, "answer", "answers"),
    );
    for line in told(summary) {
        text.push_str(&format!("  {}\n", clean(&line)));
    }
    if !is_whole(summary) {
        text.push_str("what was not answered is unknown, not empty; the same command tries it again\n");
    }
    text
}

/// The same for programs.
pub(super) fn json(summary: &Summary) -> Value {
    let troubles: Vec<Value> = summary
        .troubles
        .iter()
        .map(|it| {
            json!({ "file": it.file, "service": it.service, "operation": it.operation, "status": it.status,
                    "code": it.code, "message": it.message })
        })
        .collect();
    let refused: Vec<Value> = summary
        .refused
        .iter()
        .map(|(who, trouble)| json!({ "who": who, "code": trouble.code, "message": trouble.message }))
        .collect();
    json!({
        "schema": 1, "out": summary.out.display().to_string(), "accounts": summary.accounts, "places": summary.places,
        "answers": summary.answers, "kept": summary.kept, "not_answered": troubles, "refused": refused,
    })
}
