//! What comes from PyPI: moto, which plays AWS, and the aws-cli, which collects by the printed script.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use super::{files, netpath, run};

/// A process that ends with the test.
pub struct Ends(pub Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// A script of `tests/collect/python`.
pub fn at(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/collect/python").join(name)
}

/// The Python that has moto, boto3 and the aws-cli, which is installed beside what cargo builds. Nothing where there is no
/// PyPI to have them from, which is said; with `CI` set that is a failure.
pub fn python() -> Option<&'static Path> {
    static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let program = Path::new(env!("CARGO_BIN_EXE_netpath"));
        let target =
            program.ancestors().nth(2).expect("a program lies in the target folder's folder of a profile");
        let (code, out, err) = run(Command::new(at("install")).env("CARGO_TARGET_DIR", target));
        if code == 0 {
            return Some(target.join("collect-venv/bin/python"));
        }
        assert!(std::env::var_os("CI").is_none(), "moto cannot be had: {out}{err}");
        let cause = err.lines().last().unwrap_or_default();
        // Past the test runner, which keeps what passing tests print.
        let _unseen = writeln!(std::io::stderr(), "skipped: no moto, which has to come from PyPI: {cause}");
        None
    });
    PYTHON.as_deref()
}

/// Python with nobody's configuration.
pub fn python_with(first: &Path) -> Command {
    let mut command = Command::new(python().expect("nothing is started without it"));
    command
        .arg(first)
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    command
}

pub fn succeed(command: &mut Command) -> String {
    let (code, out, err) = run(command);
    assert_eq!(code, 0, "{out}{err}");
    out
}

/// What moto makes up anew for each answer, and a member that AWS's answer does not have: the aws-cli drops what it does not
/// know.
const OF_MOTO: &[&str] = &["\"LatestRestorableTime\"", "\"Timestamp\"", "\"LifecyclePolicies\""];

/// The answers below a folder, as they are written. A name that is no id stands as a hash in a file's name, and the hash of
/// the script is another: such files are known by what they hold.
pub fn answers(folder: &Path) -> Vec<(String, String)> {
    let answers = files(folder).into_iter().filter(|it| it.starts_with("accounts"));
    let mut answers: Vec<(String, String)> = answers
        .map(|file| {
            let stem = file.with_extension("").display().to_string();
            let stem = stem.split("-x").next().unwrap_or_default().to_owned();
            let text = fs::read_to_string(folder.join(&file)).expect("an answer can be read");
            let lines = text.lines().filter(|line| !OF_MOTO.iter().any(|it| line.contains(it)));
            (stem, lines.map(|line| line.trim_end_matches(',')).collect::<Vec<&str>>().join("\n"))
        })
        .collect();
    answers.sort();
    answers
}

/// Runs the script with the real aws-cli; its exit code, and what it says.
pub fn by_aws_cli(url: &str, scratch: &Path, out: &Path) -> (i32, String) {
    let (socket, aws) = (scratch.join("socket"), scratch.join("aws"));
    let server = at("aws_cli.py");
    let wrapper = format!(
        "#!/bin/sh\nexec {} -S {} {} \"$@\"\n",
        python().expect("nothing is started without it").display(),
        server.display(),
        socket.display()
    );
    fs::write(&aws, wrapper).expect("it can be written");
    succeed(Command::new("chmod").arg("+x").arg(&aws));
    let child = python_with(&server)
        .arg(&socket)
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_MAX_ATTEMPTS", "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the aws-cli starts");
    let mut child = Ends(child);
    let mut line = String::new();
    let stdout = child.0.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("it says that it is ready");
    let text = succeed(netpath(url).args(["collect", "--script"]));
    let path = scratch.join("collect.sh");
    fs::write(&path, text).expect("it can be written");
    let paths = format!("{}:{}", scratch.display(), std::env::var("PATH").unwrap_or_default());
    let (code, _, err) = run(Command::new("bash").arg(&path).arg(out).arg("eu-west-1").env("PATH", paths));
    (code, err)
}

/// The same files, with the same in each.
pub fn same(ours: &[(String, String)], theirs: &[(String, String)], failed: &str) {
    let names = |said: &[(String, String)]| said.iter().map(|it| it.0.clone()).collect::<BTreeSet<_>>();
    let (our_names, their_names) = (names(ours), names(theirs));
    let differ: Vec<&String> = our_names.symmetric_difference(&their_names).collect();
    assert!(differ.is_empty(), "only one of the two has {differ:?}: {failed}");
    assert_eq!(ours.len(), theirs.len());
    for (one, other) in ours.iter().zip(theirs) {
        assert_eq!(one.1, other.1, "{}", one.0);
    }
}
