//! Manual pages of lints, as `netpath explain` prints them and as they stand in `docs/lints/`.

use std::fmt::Write as _;

use crate::lint::{self, LINTS, Lint};

/// The page of a lint.
pub fn page(lint: &Lint) -> String {
    let body = lint::page(lint).text;
    let (summary, rest) = body.split_once("\n\n").unwrap_or((body.trim_end(), ""));
    let groups: Vec<&str> = lint.groups().iter().map(|it| it.as_text()).collect();
    let pillars: Vec<&str> = lint.pillars.iter().map(|it| it.as_text()).collect();
    let mut text = format!("# {} {}\n\n{summary}\n\n", lint.id, lint.name);
    let mut row = |key: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "- {key}: {value}");
    };
    row("severity", &format!("{}, unless a finding says otherwise", lint.severity.as_text()));
    row("confidence", lint.confidence.as_text());
    row("groups", &groups.join(", "));
    row("pillars", &pillars.join(", "));
    if !lint.needs.is_empty() {
        let calls: Vec<String> = lint.needs.iter().map(|it| format!("`aws {}`", it.call())).collect();
        row("needs", &calls.join(", "));
    }
    if !lint.controls.is_empty() {
        let controls: Vec<String> =
            lint.controls.iter().map(|it| format!("{} {}", it.framework.as_text(), it.id)).collect();
        row("controls", &controls.join("; "));
    }
    text.push('\n');
    text.push_str(rest.trim_end());
    text.push('\n');
    text
}

/// The list of all lints, `docs/lints/README.md`.
pub fn index() -> String {
    let mut text = String::from(
        "# Lints\n\n`netpath lint` runs all of these; `netpath explain NP005` prints a page. The pages are printed from \
         the program,\nand their examples are run as tests.\n\n| lint | name | says | severity | groups |\n|---|---|---|---|---|\n",
    );
    let mut lints: Vec<&&Lint> = LINTS.iter().collect();
    lints.sort_by_key(|it| it.id);
    for lint in lints {
        let body = lint::page(lint).text;
        let summary = body.lines().next().unwrap_or_default().trim_end_matches('.');
        let groups: Vec<&str> = lint.groups().iter().map(|it| it.as_text()).collect();
        let _ = writeln!(
            text,
            "| [{id}]({id}.md) | `{}` | {summary} | {} | {} |",
            lint.name,
            lint.severity.as_text(),
            groups.join(", "),
            id = lint.id,
        );
    }
    text
}
