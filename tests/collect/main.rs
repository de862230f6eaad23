//! `netpath collect` against servers on loopback: one that pages and fails as it is told, and moto, which plays AWS.

mod access;
mod faults;
mod moto;
mod organization;
mod pages;
mod python;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// The program with nobody's configuration, asking a server as somebody.
pub fn netpath(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netpath"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["AWS_", "NETPATH_", "HTTP", "http", "ALL_PROXY", "all_proxy"]
            .iter()
            .any(|it| text.starts_with(it))
        {
            command.env_remove(&name);
        }
    }
    command
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-west-1")
        .args(["--endpoint-url", url]);
    command
}

/// A run to its end, with its exit code.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("it is UTF-8");
    (status.code().expect("the program is not killed"), text(stdout), text(stderr))
}

/// A file as JSON.
pub fn json(path: &Path) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every answer below a folder, relative to it, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    // Ends: a tree of folders has no cycle.
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).expect("it is below").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// What the manifest says of one call.
pub fn status<'m>(manifest: &'m Value, operation: &str) -> &'m Value {
    let calls = manifest["calls"].as_array().expect("a list");
    calls.iter().find(|it| it["operation"] == operation).unwrap_or_else(|| panic!("no {operation}"))
}
