//! Compiled files as people use them: compiled, asked, damaged, refused; and a disk that is full.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::{Run, netpath, run, three_tier};

fn compiled(folder: &TempDir) -> PathBuf {
    let file = folder.path().join("shop.netpath");
    let run = run(netpath().arg("-s").arg(three_tier()).arg("compile").arg("-o").arg(&file), "");
    assert_eq!((run.code, run.out.as_str(), run.err.as_str()), (0, "", ""));
    file
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

fn ask(snapshot: &Path, words: &[&str], input: &str) -> Run {
    run(netpath().arg("-s").arg(snapshot).args(words), input)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be listed");
    entries.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn whatever_is_asked_of_a_compiled_file_is_answered_as_by_its_folder() {
    let folder = folder();
    let file = compiled(&folder);
    let lines = "{\"id\":1,\"source\":\"internet\",\"destination\":\"web-a\",\"traffic\":\"tcp/443\"}\n\
        {\"id\":2,\"source\":\"web-a\",\"destination\":\"10.0.20.10\"}\n{\"id\":3,\"source\":\"nobody\"}\n";
    let questions: [&[&str]; 14] = [
        &["query", "web-a", "db-a", "tcp/5432"],
        &["query", "web-a", "db-a", "tcp/5432", "-v"],
        &["query", "internet", "web-a", "tcp/443", "--format", "json"],
        &["query", "internet", "tag:Name=web-a", "tcp/443", "--format", "aws"],
        &["query", "10.0.0.10", "sg:sg-app", "tcp/8080", "--format", "json"],
        &["query", "vpc:shop", "internet", "tcp/443", "--brief"],
        &["query", "web-a", "nobody", "tcp/443"],
        &["query", "web", "db-a", "tcp/443"],
        &["query", "--batch", "-"],
        &["show", "web-a"],
        &["show", "sg-app", "--format", "json"],
        &["show", "eni-067c5271f9faac87c"],
        &["query", "i-082", "app-a", "--via", "sg-app"],
        &["deps", "ssm", "--from", "web-a"],
    ];
    for words in questions {
        let (one, other) = (ask(&three_tier(), words, lines), ask(&file, words, lines));
        assert_eq!((one.code, one.out, one.err), (other.code, other.out, other.err), "{words:?}");
    }
}

#[test]
fn a_damaged_file_is_an_error_and_prints_no_part_of_an_answer() {
    let folder = folder();
    let file = compiled(&folder);
    let whole = fs::read(&file).expect("the file is there");
    let words = ["query", "web-a", "db-a", "tcp/5432"];
    let expected = ask(&file, &words, "");
    let mut refused = 0;
    for position in (0..whole.len()).step_by(whole.len() / 60) {
        let mut damaged = whole.clone();
        damaged[position] = damaged[position].wrapping_add(1);
        fs::write(&file, damaged).expect("the file can be written");
        let run = ask(&file, &words, "");
        if run.code == 2 {
            refused += 1;
            assert_eq!(run.out, "", "byte {position}");
            // What no longer begins like a compiled file is taken for an answer of the aws-cli.
            assert!(position < 8 || run.err.contains("is damaged"), "byte {position}: {}", run.err);
        } else {
            assert_eq!((run.code, &run.out), (0, &expected.out), "byte {position}");
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn a_compiled_file_stands_alone_and_for_the_options_that_it_was_compiled_with() {
    let folder = folder();
    let file = compiled(&folder);
    let words = ["query", "web-a", "db-a"];
    let both = run(netpath().arg("-s").arg(&file).arg("-s").arg(three_tier()).args(words), "");
    assert_eq!(both.code, 2);
    assert!(both.err.contains("is a snapshot of its own"), "{}", both.err);
    for (option, value) in
        [("--account", Some("111122223333")), ("--region", Some("eu-west-1")), ("--assume-defaults", None)]
    {
        let run = run(netpath().arg("-s").arg(&file).arg(option).args(value).args(words), "");
        assert_eq!(run.code, 2, "{option}");
        assert!(run.err.contains("compile it again with"), "{}", run.err);
    }
    let strict = ask(&file, &["query", "web-a", "db-a", "--strict"], "");
    let by_folder = ask(&three_tier(), &["query", "web-a", "db-a", "--strict"], "");
    assert_eq!((strict.code, strict.out, strict.err), (by_folder.code, by_folder.out, by_folder.err));
    let small = ask(&three_tier(), &["compile"], "");
    assert_eq!(small.code, 2);
    assert!(small.err.contains("the cache keeps nothing"), "{}", small.err);
    let nowhere = ask(&three_tier(), &["compile", "--no-cache"], "");
    assert_eq!(nowhere.code, 2);
    assert!(nowhere.err.contains("wants a place"), "{}", nowhere.err);
}

#[test]
fn what_the_aws_cli_printed_may_be_gone_and_may_change() {
    let folder = folder();
    let answers = folder.path().join("answers");
    fs::create_dir(&answers).expect("a folder can be made");
    for entry in fs::read_dir(three_tier()).expect("the topology is there") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, answers.join(path.file_name().expect("a name"))).expect("a file can be copied");
    }
    let file = folder.path().join("shop.netpath");
    let compile = run(netpath().arg("-s").arg(&answers).arg("compile").arg("-o").arg(&file), "");
    assert_eq!(compile.code, 0, "{}", compile.err);
    let before = ask(&answers, &["query", "web-a", "db-a", "tcp/5432"], "").out;
    fs::remove_dir_all(&answers).expect("the folder can be removed");
    assert_eq!(ask(&file, &["query", "web-a", "db-a", "tcp/5432"], "").out, before);
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_file_and_the_old_one() {
    let folder = folder();
    let file = folder.path().join("shop.netpath");
    fs::write(&file, "what was there").expect("a file can be written");
    let program = env!("CARGO_BIN_EXE_netpath");
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{program}' -s '{}' compile -o '{}'",
        three_tier().display(),
        file.display()
    );
    let run = run(std::process::Command::new("sh").arg("-c").arg(script), "");
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("cannot write"), "{}", run.err);
    assert_eq!(names(folder.path()), ["shop.netpath"]);
    assert_eq!(fs::read(&file).expect("it is still there"), b"what was there");
}
