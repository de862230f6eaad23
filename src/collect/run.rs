//! A run: every account and Region, each call after the one whose ids it asks with, several at once.

use std::collections::{BTreeSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::access::{self, Access, Account, Refused};
use super::ask::Asker;
use super::store::{self, Record, Store};
use super::table::{Call, Selection};
use super::trouble::{Trouble, TroubleKind};
use crate::snapshot::Json;

/// Code of a call that was not made: an earlier one said that AWS knows these credentials no longer.
pub const NOT_ASKED: &str = "NotAsked";

/// How many calls of one account and Region are under way at once: AWS's limits are for each.
const MOST_IN_REGION: usize = 8;

/// What to collect.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whom to be, and where.
    pub access: Access,
    /// Which calls.
    pub selection: Selection,
    /// The folder, or a file that ends in `.tar.zst`.
    pub out: PathBuf,
    /// Whether what an earlier run kept is asked for again.
    pub is_fresh: bool,
    /// How many calls are under way at once.
    pub concurrency: usize,
    /// The time, in seconds since 1970.
    pub clock: fn() -> u64,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Where the answers are.
    pub out: PathBuf,
    /// The accounts.
    pub accounts: Vec<String>,
    /// How many accounts and Regions were asked.
    pub places: usize,
    /// How many answers there are, how many of them from an earlier run.
    pub answers: usize,
    /// How many of them an earlier run had kept.
    pub kept: usize,
    /// What was not answered.
    pub troubles: Vec<Record>,
    /// Who could not be asked, and why.
    pub refused: Vec<(String, Trouble)>,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// Nobody to ask as.
    #[error("AWS does not know who asks: {}", .0.iter().map(|(who, trouble)| format!("{who}: {trouble}")).collect::<Vec<_>>().join("; "))]
    Nobody(Vec<(String, Trouble)>),
    /// The folder.
    #[error("cannot collect into `{}`: {cause}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Somebody pressed Ctrl-C.
    #[error("interrupted; {kept} answers are kept in `{}`", path.display())]
    Interrupted {
        /// How many.
        kept: usize,
        /// Where.
        path: PathBuf,
    },
}

/// Runs a plan. `progress` hears of every call that is done.
pub fn collect(plan: &Plan, progress: &(dyn Fn() + Sync)) -> Result<Summary, CollectError> {
    let folder = folder(&plan.out);
    let failed = |cause| CollectError::Folder { path: folder.clone(), cause };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = run(plan, &folder, progress) => outcome,
            _ = tokio::signal::ctrl_c() => Err(None),
        }
    });
    // What is under way ends at once; files are whole at any time.
    runtime.shutdown_background();
    match outcome {
        Ok(summary) => Ok(summary),
        Err(Some(error)) => Err(error),
        Err(None) => {
            let kept = Store::open(&folder, false).map(|store| store.kept_earlier()).map_err(failed)?;
            Err(CollectError::Interrupted { kept, path: folder })
        }
    }
}

/// An archive is collected into a folder beside it first.
fn folder(out: &Path) -> PathBuf {
    let text = out.to_string_lossy();
    text.strip_suffix(".tar.zst")
        .map_or_else(|| out.to_owned(), |stem| PathBuf::from(format!("{stem}.collecting")))
}

struct Run<'p> {
    plan: &'p Plan,
    store: Arc<Store>,
    kept: AtomicUsize,
}

async fn run(
    plan: &Plan,
    folder: &Path,
    progress: &(dyn Fn() + Sync),
) -> Result<Summary, Option<CollectError>> {
    let failed = |cause| Some(CollectError::Folder { path: folder.to_owned(), cause });
    let began = (plan.clock)();
    // Before anything is asked: a folder that cannot be written to is known at once.
    let store = Arc::new(Store::open(folder, plan.is_fresh).map_err(failed)?);
    let (accounts, refused) = access::accounts(&plan.access).await;
    let refused: Vec<(String, Trouble)> =
        refused.into_iter().map(|Refused { who, trouble }| (who, trouble)).collect();
    if accounts.is_empty() {
        return Err(Some(CollectError::Nobody(refused)));
    }
    let run = Run { plan, store: Arc::clone(&store), kept: AtomicUsize::new(0) };
    let places = places(&accounts);
    run.all(&places, progress).await.map_err(failed)?;
    let records = store.records();
    let head = head(plan, &accounts, &refused, &records, began);
    store.finish(head).map_err(failed)?;
    if folder != plan.out {
        store::pack(folder, &plan.out).map_err(failed)?;
    }
    Ok(Summary {
        out: plan.out.clone(),
        accounts: accounts.iter().map(|it| it.id.clone()).collect(),
        places: places.len(),
        answers: records.iter().filter(|it| it.is_ok()).count(),
        kept: run.kept.load(Ordering::Relaxed),
        troubles: records.into_iter().filter(|it| !it.is_ok()).collect(),
        refused,
    })
}

/// An account in a Region, or its global services.
#[derive(Clone)]
struct Place {
    account: Arc<Account>,
    region: String,
    is_global: bool,
    /// Whether AWS has stopped knowing who asks for the account.
    is_over: Arc<AtomicBool>,
}

impl Place {
    fn folder(&self) -> String {
        let region = if self.is_global { "global" } else { &self.region };
        format!("accounts/{}/{region}", self.account.id)
    }
}

fn places(accounts: &[Account]) -> Vec<Place> {
    let mut places = Vec::new();
    for account in accounts {
        let account = Arc::new(account.clone());
        let is_over = Arc::new(AtomicBool::new(false));
        let place = |region: &str, is_global| Place {
            account: Arc::clone(&account),
            region: region.to_owned(),
            is_global,
            is_over: Arc::clone(&is_over),
        };
        places.extend(account.regions.iter().map(|region| place(region, false)));
        places.extend(account.regions.first().map(|region| place(region, true)));
    }
    places
}

/// One question.
struct Question {
    call: &'static Call,
    arguments: Map<String, Value>,
    file: String,
}

impl Run<'_> {
    async fn all(&self, places: &[Place], progress: &(dyn Fn() + Sync)) -> io::Result<()> {
        let permits = Arc::new(Semaphore::new(self.plan.concurrency));
        // As many places at once as can keep all permits busy, and not many more: each holds what waits in it.
        let at_once = self.plan.concurrency.div_ceil(2).max(1);
        let mut waiting: VecDeque<&Place> = places.iter().collect();
        let mut running = Vec::new();
        // Ends: each round ends a place.
        while !waiting.is_empty() || !running.is_empty() {
            // Ends: with the places, or when enough run.
            while running.len() < at_once
                && let Some(place) = waiting.pop_front()
            {
                running.push(Box::pin(self.place(place, Arc::clone(&permits), progress)));
            }
            let (ended, rest) = first_of(std::mem::take(&mut running)).await;
            ended?;
            running = rest;
        }
        Ok(())
    }

    /// Every call of a place. Ends: a question asks only with ids of a call before it in the table.
    async fn place(
        &self,
        place: &Place,
        permits: Arc<Semaphore>,
        progress: &(dyn Fn() + Sync),
    ) -> io::Result<()> {
        let asker = Arc::new(place.account.asker(&place.region));
        let calls: Vec<&'static Call> =
            self.plan.selection.calls().filter(|call| call.home.is_some() == place.is_global).collect();
        let roots = calls.iter().filter(|call| call.each.is_none());
        let folder = place.folder();
        let mut waiting: VecDeque<Question> = roots
            .map(|call| Question {
                call,
                arguments: Map::new(),
                file: format!("{folder}/{}.json", call.file_stem()),
            })
            .collect();
        let is_over_here = Arc::new(AtomicBool::new(false));
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut running: JoinSet<io::Result<(Question, Option<Json>, bool)>> = JoinSet::new();
        loop {
            while running.len() < MOST_IN_REGION
                && let Some(question) = waiting.pop_front()
            {
                let (store, asker, permits) =
                    (Arc::clone(&self.store), Arc::clone(&asker), Arc::clone(&permits));
                let is_over = [Arc::clone(&place.is_over), Arc::clone(&is_over_here)];
                running.spawn(async move { one(&store, &asker, &permits, &is_over, question).await });
            }
            let Some(ended) = running.join_next().await else { return Ok(()) };
            let (question, json, was_kept) = ended.map_err(io::Error::other)??;
            self.kept.fetch_add(usize::from(was_kept), Ordering::Relaxed);
            progress();
            if let Some(json) = json {
                // Two answers may name the same thing.
                let new = children(&calls, &question, &json, &folder);
                waiting.extend(new.into_iter().filter(|it| seen.insert(it.file.clone())));
            }
        }
    }
}

/// The first of some futures that ends, and the others.
async fn first_of<F: Future + Unpin>(mut futures: Vec<F>) -> (F::Output, Vec<F>) {
    std::future::poll_fn(move |context| {
        for at in 0..futures.len() {
            if let std::task::Poll::Ready(output) = std::pin::Pin::new(&mut futures[at]).poll(context) {
                drop(futures.swap_remove(at));
                return std::task::Poll::Ready((output, std::mem::take(&mut futures)));
            }
        }
        std::task::Poll::Pending
    })
    .await
}

/// Asks one question, unless an earlier run did; keeps the answer, or what went wrong. `is_over` says whether AWS has stopped
/// knowing who asks: for the account, and in this Region.
async fn one(
    store: &Store,
    asker: &Asker,
    permits: &Semaphore,
    is_over: &[Arc<AtomicBool>; 2],
    question: Question,
) -> io::Result<(Question, Option<Json>, bool)> {
    if let Some((record, text)) = store.earlier(&question.file)
        && let Ok(json) = Json::parse(&text)
    {
        store.take_over(record);
        return Ok((question, Some(json), true));
    }
    let _permit = permits.acquire().await.map_err(io::Error::other)?;
    let mut record = Record {
        file: question.file.clone(),
        service: question.call.service.clone(),
        operation: question.call.operation.clone(),
        status: "ok".to_owned(),
        ..Record::default()
    };
    let answer = if is_over.iter().any(|it| it.load(Ordering::Relaxed)) {
        Err(Trouble {
            kind: TroubleKind::Credentials,
            code: NOT_ASKED.to_owned(),
            message: "the credentials were no longer good".to_owned(),
        })
    } else {
        asker.ask(question.call, &question.arguments).await
    };
    match answer {
        Ok(answer) => {
            record.pages = answer.pages as u64;
            record.items = answer.items as u64;
            record.unknown = answer.unknown as u64;
            store.keep(record, &answer.json.print())?;
            Ok((question, Some(answer.json), false))
        }
        Err(trouble) => {
            if trouble.kind == TroubleKind::Credentials {
                is_over[usize::from(!trouble.is_everywhere())].store(true, Ordering::Relaxed);
            }
            if trouble.kind == TroubleKind::Denied {
                record.needs = question.call.permission();
            }
            record.status = trouble.kind.word().to_owned();
            record.code = trouble.code;
            record.message = trouble.message;
            store.note(record)?;
            Ok((question, None, false))
        }
    }
}

/// The questions that ask with the ids of an answer.
fn children(calls: &[&'static Call], asked: &Question, json: &Json, folder: &str) -> Vec<Question> {
    let of_this = calls.iter().filter(|call| {
        call.service == asked.call.service && call.each.as_deref() == Some(asked.call.operation.as_str())
    });
    let mut questions = Vec::new();
    for call in of_this {
        if let Some(pairs) = &call.pairs {
            questions.extend(of_pairs(call, pairs, asked, json, folder));
            continue;
        }
        let mut ids = json.all(&call.ids);
        ids.sort_unstable();
        ids.dedup();
        for ids in ids.chunks(call.batch.unwrap_or(1)) {
            let mut arguments = Map::new();
            for name in &call.inherit {
                arguments.extend(asked.arguments.get(name).map(|value| (name.clone(), value.clone())));
            }
            let id = if call.batch.is_some() { json!(ids) } else { json!(ids[0]) };
            arguments.insert(call.argument.clone(), id);
            let named = if call.inherit.is_empty() {
                ids.join(" ")
            } else {
                Value::from(arguments.clone()).to_string()
            };
            let file = format!("{folder}/{}-{}.json", call.file_stem(), tag(&named));
            questions.push(Question { call, arguments, file });
        }
    }
    questions
}

/// A question for each name with each of its list.
fn of_pairs(
    call: &'static Call,
    [name, list]: &[String; 2],
    asked: &Question,
    json: &Json,
    folder: &str,
) -> Vec<Question> {
    let mut questions = Vec::new();
    for row in json.rows(&call.ids) {
        let Some(name) = row.at(name).and_then(Json::as_text) else { continue };
        for other in row.all(list) {
            let value = |hole: &str| match hole {
                "0" => name.clone(),
                "1" => other.clone(),
                path => match asked.arguments.get(path).and_then(Value::as_str) {
                    Some(argument) => argument.to_owned(),
                    None => json.at(path).and_then(Json::as_text).unwrap_or_default(),
                },
            };
            let filled = call.fill.iter().map(|(key, template)| (key.clone(), filled(template, &value)));
            let arguments: Map<String, Value> = filled.collect();
            let named = Value::from(arguments.clone()).to_string();
            let file = format!("{folder}/{}-{}.json", call.file_stem(), tag(&named));
            questions.push(Question { call, arguments, file });
        }
    }
    questions
}

/// An argument with its holes filled. Ends: each level is one further into it.
fn filled(template: &Value, value: &dyn Fn(&str) -> String) -> Value {
    match template {
        Value::String(text) => {
            let hole = text.strip_prefix('<').and_then(|it| it.strip_suffix('>'));
            Value::from(hole.map_or_else(|| text.clone(), value))
        }
        Value::Array(items) => items.iter().map(|it| filled(it, value)).collect(),
        Value::Object(members) => members.iter().map(|(key, it)| (key.clone(), filled(it, value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
    }
}

/// An id as a part of a file's name; a hash of what is none, since a name in a file's name may be taken for a Region.
fn tag(id: &str) -> String {
    let is_id = id.rsplit_once('-').is_some_and(|(kind, number)| {
        kind.bytes().all(|it| it.is_ascii_lowercase() || it == b'-')
            && (8..=17).contains(&number.len())
            && number.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    });
    if is_id {
        return id.to_owned();
    }
    let digest = Sha256::digest(id.as_bytes());
    let hash: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    format!("x{hash}")
}

/// What the manifest says beside the calls.
fn head(
    plan: &Plan,
    accounts: &[Account],
    refused: &[(String, Trouble)],
    records: &[Record],
    began: u64,
) -> Value {
    let identities: Vec<Value> = accounts
        .iter()
        .map(|it| json!({ "account": it.id, "arn": it.arn, "profile": it.profile, "regions": it.regions }))
        .collect();
    let refused: Vec<Value> = refused
        .iter()
        .map(|(who, trouble)| json!({ "who": who, "code": trouble.code, "message": trouble.message }))
        .collect();
    let count = |status: &str| records.iter().filter(|it| it.status == status).count();
    json!({
        "netpath_manifest": 1,
        "version": env!("CARGO_PKG_VERSION"),
        "began": began,
        "ended": (plan.clock)(),
        "identities": identities,
        "refused": refused,
        "counts": {
            "calls": records.len(),
            "ok": count("ok"),
            "denied": count("denied"),
            "credentials": count("credentials"),
            "unsupported": count("unsupported"),
            "failed": count("failed"),
            "items": records.iter().map(|it| it.items).sum::<u64>(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn names_of_things_stay_out_of_the_names_of_files() {
        assert_eq!(tag("tgw-rtb-0123456789abcdef0"), "tgw-rtb-0123456789abcdef0");
        assert_eq!(tag("vpc-12345678"), "vpc-12345678");
        for name in ["prod-us-east-1", "arn:aws:x:eu-west-1:111122223333:y/z", "vpc-XYZ", "111122223333"] {
            let tag = tag(name);
            assert!(tag.len() == 11 && tag.starts_with('x'), "{tag}");
        }
    }
}
