//! The least policy that the calls take.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Selection;

/// An IAM policy that allows the wanted calls and nothing else; of a management account, with the role that it takes on in
/// the others.
///
/// Who asks (`sts:GetCallerIdentity`) is allowed to everybody. Lists of AWS's resources cannot be narrowed to some of them,
/// which is why the resource is everything.
pub fn policy(selection: &Selection, role: Option<&str>) -> Value {
    let mut actions: BTreeSet<String> = selection.calls().map(|call| call.permission()).collect();
    // Which Regions an account has, for `--regions all`.
    actions.insert("ec2:DescribeRegions".to_owned());
    let mut statements = Vec::new();
    if let Some(role) = role {
        actions.insert("organizations:ListAccounts".to_owned());
        statements.push(json!({
            "Sid": "NetpathRole",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:*:iam::*:role/{role}"),
        }));
    }
    statements
        .insert(0, json!({ "Sid": "NetpathCollect", "Effect": "Allow", "Action": actions, "Resource": "*" }));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A managed policy has at most 6,144 characters, white space apart.
    #[test]
    fn the_policy_fits_into_one_managed_policy() {
        let text = policy(&Selection::default(), Some("netpath")).to_string();
        assert!(text.len() < 6144, "{}", text.len());
    }

    #[test]
    fn it_reads_and_changes_nothing() {
        let policy = policy(&Selection::default(), None);
        let actions = policy["Statement"][0]["Action"].as_array().expect("a list");
        for action in actions {
            let (_, operation) = action.as_str().and_then(|it| it.split_once(':')).expect("an action");
            let reads = ["Describe", "Get", "List", "Search"].iter().any(|it| operation.starts_with(it));
            assert!(reads, "{operation}");
        }
    }
}
