//! `netpath redact`: the snapshot under other names, to be shown to somebody.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::arguments::Redact;
use super::failure::Failure;
use super::format::Plain;
use super::output::{Output, unwritable};
use super::{Context, Outcome, open};
use crate::snapshot::{Redacted, Redactor};
use crate::store;

/// What a key is made from, so that it is of use for nothing else.
const PURPOSE: &str = "netpath 2026 redact: names and addresses";

/// Writes it.
pub(super) fn run(context: &Context, words: &Redact) -> Result<Outcome, Failure> {
    let plain = context.options.format.plain()?;
    if context.options.live && words.paths.is_empty() {
        return open::with_answers_of_aws(context, |folder| written(context, words, plain, &[folder]));
    }
    let paths = if words.paths.is_empty() { open::paths(context)? } else { words.paths.clone() };
    written(context, words, plain, &paths)
}

fn written(context: &Context, words: &Redact, plain: Plain, paths: &[PathBuf]) -> Result<Outcome, Failure> {
    if let Some(path) = paths.iter().find(|path| store::is_compiled(path)) {
        return Err(Failure::new(format!("`{}` is compiled, and cannot be redacted", path.display()))
            .help("redact the files that it was compiled from"));
    }
    let mut redactor = Redactor::open(paths, key(words)?)?;
    let draft = draft(&words.out)?;
    let filled = fill(&mut redactor, words, &draft);
    let files = match filled {
        Ok(files) => files,
        Err(failure) => {
            let _gone = fs::remove_dir_all(&draft);
            return Err(failure);
        }
    };
    if let Some(path) = &words.map {
        let changed: Map<String, Value> =
            redactor.changed().iter().map(|(from, to)| (from.clone(), Value::from(to.as_str()))).collect();
        let mut output = Output::open(Some(path))?;
        writeln!(output, "{:#}", Value::Object(changed))
            .map_err(|cause| unwritable(&format!("`{}`", path.display()), &cause))?;
        output.finish()?;
    }
    say(context, plain, words, files, &redactor)
}

/// Writes everything beside the place that is wanted, and then takes the place; how many files there are.
fn fill(redactor: &mut Redactor, words: &Redact, draft: &Path) -> Result<usize, Failure> {
    let failed = |cause: io::Error| unwritable(&format!("`{}`", words.out.display()), &cause);
    let mut files = 0;
    let written = redactor.write(|file| {
        files += 1;
        save(draft, &file)
    });
    written.map_err(failed)?;
    if let Some(questions) = &words.questions {
        let text = questions_of(redactor, questions)?;
        save(draft, &Redacted { path: "questions.jsonl".to_owned(), text }).map_err(failed)?;
    }
    // An empty folder makes room.
    let _absent = fs::remove_dir(&words.out);
    fs::rename(draft, &words.out).map_err(failed)?;
    Ok(files)
}

fn say(
    context: &Context,
    plain: Plain,
    words: &Redact,
    files: usize,
    redactor: &Redactor,
) -> Result<Outcome, Failure> {
    let (changed, left_out) = (redactor.changed().len(), &redactor.warnings);
    let text = match plain {
        Plain::Json => {
            let left_out: Vec<&str> = left_out.iter().filter_map(|it| it.file.as_deref()).collect();
            format!(
                "{:#}\n",
                json!({ "out": words.out.display().to_string(), "files": files, "changed": changed, "left_out": left_out })
            )
        }
        Plain::Text => {
            let head = format!(
                "{files} files in `{}`, with other names for {changed} things\n",
                words.out.display()
            );
            left_out.iter().fold(head, |text, it| format!("{text}left out: {it}\n"))
        }
    };
    let mut output = Output::open(context.options.output.as_deref())?;
    output.write_all(text.as_bytes()).map_err(|cause| unwritable("the summary", &cause))?;
    output.finish()?;
    Ok(Outcome::Answered)
}

/// The key: of a file, so that the same names come out again, or one that nobody will know.
fn key(words: &Redact) -> Result<[u8; 32], Failure> {
    let Some(path) = &words.key_file else {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|cause| Failure::new(format!("there is no key: {cause}")))?;
        return Ok(key);
    };
    let unreadable = |cause| Failure::new(format!("cannot read `{}`: {cause}", path.display()));
    let text = fs::read(path).map_err(unreadable)?;
    if text.trim_ascii().is_empty() {
        return Err(Failure::new(format!("`{}` holds no key", path.display()))
            .help("write some random letters into it, and keep it to yourself"));
    }
    Ok(blake3::derive_key(PURPOSE, &text))
}

/// A folder beside the one that is wanted, which takes its place when all is there.
fn draft(out: &Path) -> Result<PathBuf, Failure> {
    let is_taken = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_some(),
        Err(cause) => cause.kind() != io::ErrorKind::NotFound,
    };
    if is_taken {
        return Err(Failure::new(format!("`{}` is there already", out.display())).help("name a new folder"));
    }
    let mut name = std::ffi::OsString::from(".");
    name.push(
        out.file_name().ok_or_else(|| Failure::new(format!("`{}` is no name of a folder", out.display())))?,
    );
    name.push(format!(".{}.part", std::process::id()));
    let draft = out.with_file_name(name);
    fs::create_dir_all(&draft).map_err(|cause| unwritable(&format!("`{}`", draft.display()), &cause))?;
    Ok(draft)
}

fn save(folder: &Path, file: &Redacted) -> io::Result<()> {
    // A name from an archive leads nowhere else.
    let parts = file.path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".." && *part != ".");
    let path = parts.fold(folder.to_owned(), |path, part| path.join(part));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut output = fs::File::create_new(path)?;
    output.write_all(file.text.as_bytes())
}

/// Questions as `query --batch` reads them, about the new names.
fn questions_of(redactor: &mut Redactor, path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|cause| Failure::new(format!("cannot read `{}`: {cause}", path.display())))?;
    let mut lines = String::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut question: Value = serde_json::from_str(line)
            .map_err(|cause| Failure::new(format!("`{}`, line {}: {cause}", path.display(), number + 1)))?;
        for member in ["source", "destination", "via", "avoid"] {
            match question.get_mut(member) {
                Some(Value::String(text)) => *text = redactor.selector(text),
                Some(Value::Array(items)) => {
                    for item in items {
                        if let Value::String(text) = item {
                            *text = redactor.selector(text);
                        }
                    }
                }
                Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {}
            }
        }
        lines.push_str(&format!("{question}\n"));
    }
    Ok(lines)
}
