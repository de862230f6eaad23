//! The table of calls, as `calls.toml` has it.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

static TABLE: LazyLock<Vec<Call>> = LazyLock::new(read);

/// One call of AWS's API.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Call {
    /// The service, as the aws-cli names it.
    #[serde(skip)]
    pub service: String,
    /// The only Region of a global service.
    #[serde(skip)]
    pub home: Option<String>,
    /// The service's prefix in IAM policies.
    #[serde(skip)]
    action: String,
    /// The operation: `DescribeVpcs`.
    pub operation: String,
    /// The operation whose answer holds the ids to ask with.
    pub each: Option<String>,
    /// Where they stand in it: `Vpcs[].VpcId`.
    #[serde(default)]
    pub ids: String,
    /// A name and a list in each of them: one question for each name with each of its list.
    pub pairs: Option<[String; 2]>,
    /// The arguments of such a question, with `<0>` for the name, `<1>` for one of the list, and paths into the answer.
    #[serde(default)]
    pub fill: Map<String, Value>,
    /// The argument that takes them.
    #[serde(rename = "as", default)]
    pub argument: String,
    /// How many ids one question takes, where that is a list.
    pub batch: Option<usize>,
    /// Arguments that go on from the question before.
    #[serde(default)]
    pub inherit: Vec<String>,
    /// Arguments that are always the same.
    #[serde(default)]
    pub with: Map<String, Value>,
    /// The same for the aws-cli.
    #[serde(default)]
    pub options: String,
    /// The member that an id is kept in, beside an answer that does not name it; of what `fill` asks with, where it stands there.
    pub beside: Option<String>,
    /// What tells the files of one operation apart.
    pub part: Option<String>,
    /// Whether only findings beside the paths need it.
    #[serde(default)]
    pub extra: bool,
    /// Whether its answer is about the collecting and not kept.
    #[serde(default)]
    pub aside: bool,
    /// A page size that AWS documents and its model does not hold.
    #[serde(default)]
    #[expect(dead_code, reason = "the generator of the shapes reads it")]
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Services {
    service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    action: String,
    home: Option<String>,
    calls: Vec<Call>,
}

fn read() -> Vec<Call> {
    let services: Services =
        toml::from_str(include_str!("calls.toml")).expect("the table is part of the program, and tested");
    let calls = services.service.into_iter().flat_map(|service| {
        let Service { name, action, home, calls } = service;
        calls.into_iter().map(move |call| Call {
            service: name.clone(),
            action: action.clone(),
            home: home.clone(),
            ..call
        })
    });
    calls.collect()
}

/// Every call whose answer is kept, each after the one whose ids it asks with.
pub fn calls() -> impl Iterator<Item = &'static Call> {
    TABLE.iter().filter(|call| !call.aside)
}

/// The services that are asked, each once.
pub fn services() -> Vec<&'static str> {
    let mut services: Vec<&str> = calls().map(|call| call.service.as_str()).collect();
    services.dedup();
    services
}

/// Which calls are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these services; all of them when there is none.
    pub services: Vec<String>,
    /// Without what only findings beside the paths need.
    pub without_extra: bool,
}

impl Selection {
    /// Whether a call is wanted.
    pub fn has(&self, call: &Call) -> bool {
        let has_service = self.services.is_empty() || self.services.contains(&call.service);
        has_service && !(self.without_extra && call.extra)
    }

    /// The wanted calls, in the order of the table.
    pub fn calls(&self) -> impl Iterator<Item = &'static Call> {
        calls().filter(|call| self.has(call))
    }
}

impl Call {
    /// A call about the collecting, whose answer is not kept.
    #[cfg(feature = "collect")]
    pub(super) fn aside(operation: &str) -> &'static Call {
        let found = TABLE.iter().find(|call| call.aside && call.operation == operation);
        found.expect("the table has what the collector itself asks")
    }

    /// The permission that it takes: `ec2:DescribeVpcs`.
    pub fn permission(&self) -> String {
        format!("{}:{}", self.action, self.operation)
    }

    /// Its name in the aws-cli: `describe-vpcs`.
    pub fn command(&self) -> String {
        kebab(&self.operation)
    }

    /// The member that is kept beside an answer, which does not name what it is about.
    pub fn member_beside(&self) -> Option<&str> {
        self.beside.as_deref().map(|it| it.rsplit('.').next().unwrap_or(it))
    }

    /// The same, of what `fill` asks with, holes and all.
    pub(super) fn beside_filled(&self) -> Option<&Value> {
        let (argument, inner) = self.beside.as_ref()?.split_once('.')?;
        self.fill.get(argument)?.get(inner)
    }

    /// The wanted call whose answer holds the ids that this one asks with.
    pub fn parent(&self) -> Option<&'static Call> {
        let each = self.each.as_ref()?;
        calls().find(|call| call.service == self.service && call.operation == *each)
    }

    /// The beginning of its files' names: `describe-vpcs`, `elbv2-describe-rules`.
    pub fn file_stem(&self) -> String {
        let prefix = if self.service == "ec2" { String::new() } else { format!("{}-", self.service) };
        let part = self.part.as_ref().map(|it| format!("-{it}")).unwrap_or_default();
        format!("{prefix}{}{part}", self.command())
    }
}

/// A name as the aws-cli writes it: `DescribeDBInstances` is `describe-db-instances`.
pub(super) fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut text = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|it| letters[it]);
        let after = letters.get(at + 1);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|it| {
                !it.is_ascii_uppercase() || after.is_some_and(char::is_ascii_lowercase) && it != '-'
            });
        if begins {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_call_stands_after_the_one_whose_ids_it_asks_with() {
        let all: Vec<&Call> = calls().collect();
        for (at, call) in all.iter().enumerate().filter(|(_, call)| call.each.is_some()) {
            let parent = call.parent().unwrap_or_else(|| panic!("no parent of {}", call.operation));
            assert!(all[..at].iter().any(|it| std::ptr::eq(*it, parent)), "{}", call.operation);
            assert!(!call.ids.is_empty(), "{}", call.operation);
            assert_eq!(call.argument.is_empty(), call.pairs.is_some(), "{}", call.operation);
            assert_eq!(call.fill.is_empty(), call.pairs.is_none(), "{}", call.operation);
        }
    }

    #[test]
    fn names_are_those_of_the_aws_cli() {
        for (operation, name) in [
            ("DescribeVpcs", "describe-vpcs"),
            ("DescribeDBInstances", "describe-db-instances"),
            ("ListClustersV2", "list-clusters-v2"),
            ("GetCoreNetworkPolicy", "get-core-network-policy"),
            ("serviceNetworkIdentifier", "service-network-identifier"),
        ] {
            assert_eq!(kebab(operation), name);
        }
    }

    #[test]
    fn files_are_told_apart() {
        let stems: BTreeSet<String> = calls().map(Call::file_stem).collect();
        assert_eq!(stems.len(), calls().count());
    }
}
