//! Reading findings of other scanners: Prowler's CSV, OCSF and ASFF, and SARIF of anybody.
//!
//! Which of them a text is, its content says, not its name. Of each only the members are read that tell what was found and
//! where; all are optional, since versions differ. An element that is no finding is named and left out, and the rest is read.

use serde::Deserialize;
use serde_json::Value;

use super::Foreign;

/// The findings of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// What it is: `Prowler CSV`, `OCSF`, `ASFF`, `SARIF`.
    pub format: &'static str,
    /// The findings, in their order.
    pub findings: Vec<Foreign>,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// A part of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Where.
    pub place: String,
    /// Why.
    pub cause: String,
}

/// Why a file has no findings to read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It holds nothing.
    #[error("the file is empty")]
    Empty,
    /// It begins like JSON and is none.
    #[error("no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of another kind.
    #[error("JSON, and neither OCSF, ASFF nor SARIF")]
    OtherJson,
    /// It has a header without the columns that tell of findings.
    #[error("CSV without the columns {0}")]
    OtherCsv(&'static str),
    /// Its header cannot be read.
    #[error("no CSV: {0}")]
    Csv(#[from] csv::Error),
}

/// Reads the findings of a text.
pub fn import(text: &str) -> Result<Import, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Err(ImportError::Empty),
        Some('{' | '[') => json(text),
        Some(_) => csv(text),
    }
}

/// The columns of Prowler's CSV, by the names that versions 3, 4 and 5 give them.
const CHECK: &[&str] = &["CHECK_ID"];
const TITLE: &[&str] = &["CHECK_TITLE"];
const STATUS: &[&str] = &["STATUS"];
const DETAILS: &[&str] = &["STATUS_EXTENDED"];
const SEVERITY: &[&str] = &["SEVERITY"];
const RESOURCES: &[&str] = &["RESOURCE_UID", "RESOURCE_ARN", "RESOURCE_ID", "RESOURCE_NAME"];

fn csv(text: &str) -> Result<Import, ImportError> {
    let first = text.lines().next().unwrap_or_default();
    let count = |letter: char| first.matches(letter).count();
    let delimiter = if count(';') >= count(',') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers()?.iter().map(|it| it.trim().to_ascii_uppercase()).collect();
    let columns = |names: &[&str]| -> Vec<usize> {
        names.iter().filter_map(|name| header.iter().position(|it| it == name)).collect()
    };
    let (check, status, resources) = (columns(CHECK), columns(STATUS), columns(RESOURCES));
    if check.is_empty() || status.is_empty() || resources.is_empty() {
        return Err(ImportError::OtherCsv("CHECK_ID, STATUS and RESOURCE_UID"));
    }
    let (title, details, severity) = (columns(TITLE), columns(DETAILS), columns(SEVERITY));
    let mut import = Import { format: "Prowler CSV", ..Import::default() };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, |it| it.line());
                import
                    .unreadable
                    .push(Unreadable { place: format!("line {line}"), cause: error.to_string() });
                continue;
            }
        };
        let line = record.position().map_or(0, |it| it.line());
        let of = |columns: &[usize]| -> String {
            columns.iter().find_map(|it| record.get(*it)).unwrap_or_default().trim().to_owned()
        };
        let foreign = Foreign {
            place: format!("line {line}"),
            check: of(&check),
            title: of(&title),
            severity: of(&severity).to_ascii_lowercase(),
            has_failed: of(&status).eq_ignore_ascii_case("fail"),
            resources: resources
                .iter()
                .filter_map(|it| record.get(*it))
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            text: of(&details),
        };
        if foreign.check.is_empty() {
            let cause = "no check is named".to_owned();
            import.unreadable.push(Unreadable { place: foreign.place, cause });
            continue;
        }
        import.findings.push(foreign);
    }
    Ok(import)
}

fn json(text: &str) -> Result<Import, ImportError> {
    let value: Value = serde_json::from_str(text)?;
    if value.get("runs").is_some() {
        return sarif(value);
    }
    let elements = match value {
        Value::Array(elements) => elements,
        // `aws securityhub get-findings` wraps them.
        Value::Object(mut members) => match members.remove("Findings") {
            Some(Value::Array(elements)) => elements,
            Some(_) => return Err(ImportError::OtherJson),
            None => vec![Value::Object(members)],
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(ImportError::OtherJson);
        }
    };
    let has = |name: &str| elements.iter().any(|it| it.get(name).is_some());
    if elements.is_empty() {
        return Ok(Import { format: "OCSF", ..Import::default() });
    }
    match (has("finding_info") || has("class_uid"), has("ProductArn") || has("GeneratorId")) {
        (true, _) => Ok(each(elements, "OCSF", ocsf)),
        (false, true) => Ok(each(elements, "ASFF", asff)),
        (false, false) => Err(ImportError::OtherJson),
    }
}

/// Reads elements one by one, so that a bad one loses nothing but itself.
fn each<T: for<'de> Deserialize<'de>>(
    elements: Vec<Value>,
    format: &'static str,
    turn: fn(T) -> Foreign,
) -> Import {
    let mut import = Import { format, ..Import::default() };
    for (number, element) in elements.into_iter().enumerate() {
        let place = format!("finding {}", number + 1);
        match serde_json::from_value::<T>(element) {
            Ok(wire) => import.findings.push(Foreign { place, ..turn(wire) }),
            Err(error) => import.unreadable.push(Unreadable { place, cause: error.to_string() }),
        }
    }
    import
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Ocsf {
    message: Option<String>,
    metadata: OcsfMetadata,
    severity: Option<String>,
    status_code: Option<String>,
    status_detail: Option<String>,
    finding_info: OcsfInfo,
    resources: Vec<OcsfResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OcsfMetadata {
    event_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OcsfInfo {
    title: Option<String>,
    uid: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OcsfResource {
    uid: Option<String>,
    name: Option<String>,
}

fn ocsf(wire: Ocsf) -> Foreign {
    let check = wire.metadata.event_code.or(wire.finding_info.uid).unwrap_or_default();
    Foreign {
        place: String::new(),
        check,
        title: wire.finding_info.title.unwrap_or_default(),
        severity: wire.severity.unwrap_or_default().to_ascii_lowercase(),
        // Other products than Prowler report what is wrong only, and say no status.
        has_failed: wire.status_code.is_none_or(|it| it.eq_ignore_ascii_case("fail")),
        resources: wire.resources.into_iter().flat_map(|it| [it.uid, it.name]).flatten().collect(),
        text: [wire.status_detail, wire.message].into_iter().flatten().collect::<Vec<_>>().join(" "),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Asff {
    generator_id: Option<String>,
    title: Option<String>,
    description: Option<String>,
    severity: AsffSeverity,
    compliance: AsffCompliance,
    resources: Vec<AsffResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AsffSeverity {
    label: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AsffCompliance {
    status: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AsffResource {
    id: Option<String>,
}

fn asff(wire: Asff) -> Foreign {
    Foreign {
        place: String::new(),
        check: wire.generator_id.unwrap_or_default(),
        title: wire.title.unwrap_or_default(),
        severity: wire.severity.label.unwrap_or_default().to_ascii_lowercase(),
        has_failed: wire.compliance.status.is_none_or(|it| it.eq_ignore_ascii_case("failed")),
        resources: wire.resources.into_iter().filter_map(|it| it.id).collect(),
        text: wire.description.unwrap_or_default(),
    }
}

/// What is read of SARIF: results, with whatever text stands in them.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SarifResult {
    rule_id: Option<String>,
    level: Option<String>,
    kind: Option<String>,
    message: SarifMessage,
    locations: Vec<Value>,
    properties: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SarifMessage {
    text: Option<String>,
}

fn sarif(value: Value) -> Result<Import, ImportError> {
    let Some(Value::Array(runs)) = value.get("runs") else { return Err(ImportError::OtherJson) };
    let results = runs.iter().filter_map(|it| it.get("results")?.as_array()).flatten();
    let mut import = each(results.cloned().collect(), "SARIF", result);
    for (number, finding) in import.findings.iter_mut().enumerate() {
        finding.place = format!("result {}", number + 1);
    }
    Ok(import)
}

fn result(wire: SarifResult) -> Foreign {
    let mut resources = Vec::new();
    wire.locations.iter().for_each(|it| texts(it, &mut resources, 0));
    texts(&wire.properties, &mut resources, 0);
    let message = wire.message.text.unwrap_or_default();
    Foreign {
        place: String::new(),
        check: wire.rule_id.unwrap_or_default(),
        title: message.clone(),
        severity: wire.level.unwrap_or_else(|| "warning".to_owned()),
        // `pass`, `open`, `informational`, `notApplicable`, `review` are no failures.
        has_failed: wire.kind.is_none_or(|it| it == "fail"),
        resources,
        text: message,
    }
}

/// How deep texts of a location are looked for.
const MOST_DEPTH: usize = 8;

/// All texts of a value.
fn texts(value: &Value, into: &mut Vec<String>, depth: usize) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(all) if depth < MOST_DEPTH => all.iter().for_each(|it| texts(it, into, depth + 1)),
        Value::Object(all) if depth < MOST_DEPTH => all.values().for_each(|it| texts(it, into, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
    }
}
