//! What services write into the description of an interface (ENI-7).
//!
//! AWS promises none of these texts. Where one tells a name, the name is right; where it does not, the service itself
//! has to be asked.

use super::ServiceFamily;
use crate::model::{InterfaceKind, NetworkInterface};

/// The family of the service that an interface is of, and the service's name where the description has it.
pub fn described(interface: &NetworkInterface) -> Option<(ServiceFamily, Option<&str>)> {
    let text = &*interface.description;
    // An instance's own interface may be described by anybody.
    if text.is_empty() || interface.attachment.as_ref().is_some_and(|it| it.instance.is_some()) {
        return None;
    }
    let found = match text {
        "RDSNetworkInterface" => (ServiceFamily::Rds, None),
        "RedshiftNetworkInterface" => (ServiceFamily::Redshift, None),
        "DMSNetworkInterface" => (ServiceFamily::Dms, None),
        _ => named(text)?,
    };
    let is_of_other_kind = found.0 == ServiceFamily::Lambda
        && !matches!(interface.kind, InterfaceKind::Lambda | InterfaceKind::Interface);
    (!is_of_other_kind).then_some(found)
}

fn named(text: &str) -> Option<(ServiceFamily, Option<&str>)> {
    let after = |beginning: &str| text.strip_prefix(beginning).map(str::trim).filter(|it| !it.is_empty());
    if let Some(rest) = after("AWS Lambda VPC ENI") {
        return Some((ServiceFamily::Lambda, rest.strip_prefix('-').and_then(before_uuid)));
    }
    if let Some(rest) = after("arn:aws") {
        // The name of the task is not in it.
        return rest
            .contains(":ecs:")
            .then_some((ServiceFamily::Ecs, None))
            .filter(|_| rest.contains(":attachment/"));
    }
    let (family, name) = if let Some(name) = after("ElastiCache ").or_else(|| after("ElastiCache+")) {
        (ServiceFamily::ElastiCache, name)
    } else if let Some(name) = after("ES ") {
        (ServiceFamily::OpenSearch, name)
    } else if let Some(name) = after("EFS mount target for ") {
        (ServiceFamily::Efs, name.split([' ', '(']).next().unwrap_or(name))
    } else if let Some(name) = after("Amazon EKS ") {
        (ServiceFamily::Eks, name)
    } else if let Some(name) = after("Network interface for DBProxy ") {
        (ServiceFamily::Rds, name)
    } else if let Some(name) = after("Route 53 Resolver: ") {
        (ServiceFamily::Resolver, name.split(':').next().unwrap_or(name))
    } else if let Some((_, arn)) = text.split_once("Amazon MSK network interface for cluster ") {
        (ServiceFamily::Msk, arn.split('/').nth(1)?)
    } else {
        return None;
    };
    Some((family, Some(name)))
}

/// `report` of `report-6f1c0a52-7a2e-4b67-9a57-3f6f7f1b8a10`.
fn before_uuid(text: &str) -> Option<&str> {
    const UUID_LENGTH: usize = 36;
    let name = text.get(..text.len().checked_sub(UUID_LENGTH + 1)?)?;
    let uuid = &text[name.len() + 1..];
    let is_uuid = uuid.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-');
    (is_uuid && !name.is_empty() && text.as_bytes()[name.len()] == b'-').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_tell_names() {
        let cases = [
            (
                "AWS Lambda VPC ENI-report-6f1c0a52-7a2e-4b67-9a57-3f6f7f1b8a10",
                ServiceFamily::Lambda,
                Some("report"),
            ),
            ("AWS Lambda VPC ENI: 3f6f7f1b", ServiceFamily::Lambda, None),
            ("ElastiCache sessions-001", ServiceFamily::ElastiCache, Some("sessions-001")),
            ("ES logs", ServiceFamily::OpenSearch, Some("logs")),
            ("EFS mount target for fs-12ab (fsmt-34cd)", ServiceFamily::Efs, Some("fs-12ab")),
            ("Amazon EKS prod", ServiceFamily::Eks, Some("prod")),
            ("Route 53 Resolver: rslvr-in-1a:rni-2b", ServiceFamily::Resolver, Some("rslvr-in-1a")),
            (
                "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:eu-west-1:111122223333:cluster/events/1a-2.",
                ServiceFamily::Msk,
                Some("events"),
            ),
            ("arn:aws:ecs:eu-west-1:111122223333:attachment/1a", ServiceFamily::Ecs, None),
        ];
        for (text, family, name) in cases {
            assert_eq!(named(text), Some((family, name)), "{text}");
        }
        for text in ["my own", "ES ", "arn:aws:ecs:x", "Amazon EKS"] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
