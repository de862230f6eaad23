//! The forms of a selector, told apart by their text alone; whether anything has the name is asked later.
//!
//! Ids come before all of this: some snapshots have ids that look like anything (`InstanceId:7`).

use std::net::IpAddr;

use ipnet::IpNet;

use super::error::SelectorError;
use crate::model::{ResourceKind, ServiceFamily};

/// What a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word<'t> {
    /// `internet`
    Internet,
    /// `onprem`, `onprem:192.168.0.0/16`
    OnPremises(Option<IpNet>),
    /// `10.0.1.5`
    Address(IpAddr),
    /// `10.0.0.0/16`, host bits cleared
    Block(IpNet),
    /// `svc:s3`
    Service(&'t str),
    /// `tag:Key=Value`, `tag:Key`
    Tag(&'t str, Option<&'t str>),
    /// `kind:name`
    OfKind(&'static [ResourceKind], &'t str),
    /// `rds:name`
    Managed(ServiceFamily, &'t str),
    /// Anything else: an id, the beginning of one, a name.
    Name(&'t str),
}

/// The kinds that can be written before a name, and what they mean.
const KINDS: &[(&str, &[ResourceKind])] = &[
    ("vpc", &[ResourceKind::Vpc]),
    ("subnet", &[ResourceKind::Subnet]),
    ("sg", &[ResourceKind::SecurityGroup]),
    ("eni", &[ResourceKind::NetworkInterface]),
    ("instance", &[ResourceKind::Instance]),
    ("i", &[ResourceKind::Instance]),
    ("nat", &[ResourceKind::NatGateway]),
    ("igw", &[ResourceKind::InternetGateway]),
    ("eigw", &[ResourceKind::EgressOnlyInternetGateway]),
    ("vpce", &[ResourceKind::VpcEndpoint]),
    ("rtb", &[ResourceKind::RouteTable]),
    ("acl", &[ResourceKind::NetworkAcl]),
    ("pl", &[ResourceKind::PrefixList]),
    ("pcx", &[ResourceKind::VpcPeeringConnection]),
    ("tgw", &[ResourceKind::TransitGateway]),
    (
        "tgw-attach",
        &[
            ResourceKind::TransitGatewayAttachment,
            ResourceKind::TransitGatewayVpcAttachment,
            ResourceKind::TransitGatewayPeeringAttachment,
        ],
    ),
    ("tgw-rtb", &[ResourceKind::TransitGatewayRouteTable]),
    ("vpce-svc", &[ResourceKind::EndpointService]),
    ("tg", &[ResourceKind::TargetGroup]),
    ("listener", &[ResourceKind::Listener]),
    ("eice", &[ResourceKind::InstanceConnectEndpoint]),
    ("vgw", &[ResourceKind::VpnGateway]),
    ("vpn", &[ResourceKind::VpnConnection]),
    ("cgw", &[ResourceKind::CustomerGateway]),
    ("dxgw", &[ResourceKind::DirectConnectGateway]),
    ("dxvif", &[ResourceKind::VirtualInterface]),
    ("firewall", &[ResourceKind::Firewall]),
    ("firewall-policy", &[ResourceKind::FirewallPolicy]),
    ("rule-group", &[ResourceKind::FirewallRuleGroup]),
    ("attachment", &[ResourceKind::CoreNetworkAttachment]),
    ("snva", &[ResourceKind::ServiceNetworkVpcAssociation]),
    ("vae", &[ResourceKind::VerifiedAccessEndpoint]),
    ("cvpn-endpoint", &[ResourceKind::ClientVpnEndpoint]),
    ("lb", &[ResourceKind::LoadBalancer, ResourceKind::ClassicLoadBalancer]),
];

/// What is written before a name to mean a kind.
pub(super) fn prefix_of(kind: ResourceKind) -> Option<&'static str> {
    KINDS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(name, _)| *name)
}

/// The kinds that a word which nothing has may have meant: by what stands before the name or begins the id, else those
/// that people give names to.
pub(super) fn kinds_meant(text: &str) -> &'static [ResourceKind] {
    const NAMED: &[ResourceKind] = &[
        ResourceKind::Instance,
        ResourceKind::NetworkInterface,
        ResourceKind::Subnet,
        ResourceKind::Vpc,
        ResourceKind::SecurityGroup,
    ];
    if text.starts_with("svc:") {
        return &[ResourceKind::PrefixList];
    }
    if text.parse::<IpAddr>().is_ok() {
        return &[ResourceKind::NetworkInterface];
    }
    let begins = |name: &str, mark: char| {
        let rest = text.get(name.len()..).filter(|rest| rest.starts_with(mark));
        rest.is_some() && text[..name.len()].eq_ignore_ascii_case(name)
    };
    let is_meant = |name: &str| begins(name, ':') || (begins(name, '-') && !text.contains('/'));
    let longest = KINDS.iter().filter(|(name, _)| is_meant(name)).max_by_key(|(name, _)| name.len());
    // Attachments stand in several lists, of which the first has them all.
    longest.map_or(NAMED, |(_, kinds)| &kinds[..1])
}

/// The kinds that can be written before a name, for suggestions.
pub(super) fn kind_names() -> impl Iterator<Item = &'static str> {
    let services = ServiceFamily::ALL.iter().map(|it| it.prefix());
    KINDS.iter().map(|(name, _)| *name).chain(["svc", "tag"]).chain(services)
}

/// The family of services that is written before a name.
pub(super) fn managed(prefix: &str) -> Option<ServiceFamily> {
    ServiceFamily::ALL.iter().find(|it| prefix.eq_ignore_ascii_case(it.prefix())).copied()
}

/// Reads a selector that is no id.
pub(super) fn read(text: &str) -> Result<Word<'_>, SelectorError> {
    if text.eq_ignore_ascii_case("internet") {
        return Ok(Word::Internet);
    }
    if text.eq_ignore_ascii_case("onprem") {
        return Ok(Word::OnPremises(None));
    }
    if let Some(rest) = text.strip_prefix("onprem:") {
        return match address(rest)? {
            Some(Word::Address(address)) => Ok(Word::OnPremises(Some(IpNet::from(address)))),
            Some(Word::Block(block)) => Ok(Word::OnPremises(Some(block))),
            _ => {
                let cause = "`onprem:` is followed by an address or a block";
                Err(SelectorError::Malformed { text: text.to_owned(), cause })
            }
        };
    }
    if let Some(word) = address(text)? {
        return Ok(word);
    }
    if text.starts_with("arn:") {
        return match arn(text) {
            Ok(id) => Ok(Word::Name(id)),
            // Managed services are asked for by their whole ARN.
            Err(_) => Ok(Word::Name(text)),
        };
    }
    let Some((prefix, rest)) = text.split_once(':') else { return Ok(Word::Name(text)) };
    if prefix.eq_ignore_ascii_case("svc") {
        return Ok(Word::Service(rest));
    }
    if prefix.eq_ignore_ascii_case("tag") {
        return Ok(match rest.split_once('=') {
            Some((key, value)) => Word::Tag(key, Some(value)),
            None => Word::Tag(rest, None),
        });
    }
    if let Some((_, kinds)) = KINDS.iter().find(|(name, _)| prefix.eq_ignore_ascii_case(name)) {
        return Ok(Word::OfKind(kinds, rest));
    }
    if let Some(family) = managed(prefix) {
        return Ok(Word::Managed(family, rest));
    }
    Ok(Word::Name(text))
}

/// An address or block; an error for what can only be a wrong one.
fn address(text: &str) -> Result<Option<Word<'_>>, SelectorError> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Some(Word::Address(address)));
    }
    if let Ok(block) = text.parse::<IpNet>() {
        let block = block.trunc();
        let is_one = block.prefix_len() == block.max_prefix_len();
        return Ok(Some(if is_one { Word::Address(block.addr()) } else { Word::Block(block) }));
    }
    let is_numeric = |text: &str| text.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    let looks_like_v4 = |text: &str| is_numeric(text) && text.bytes().filter(|it| *it == b'.').count() >= 2;
    let malformed = |cause| Err(SelectorError::Malformed { text: text.to_owned(), cause });
    match text.split_once('/') {
        None if looks_like_v4(text) => malformed("IPv4 addresses are four numbers up to 255"),
        Some((address, length)) if address.parse::<IpAddr>().is_ok() && is_numeric(length) => {
            malformed("the prefix length is at most 32, for IPv6 128")
        }
        Some((address, length)) if looks_like_v4(address) && is_numeric(length) => {
            malformed("IPv4 addresses are four numbers up to 255")
        }
        None | Some(_) => Ok(None),
    }
}

/// The id at an ARN's end, or the service whose it is when nothing of that is modelled.
fn arn(text: &str) -> Result<&str, &str> {
    let mut parts = text.splitn(6, ':').skip(2);
    let service = parts.next().unwrap_or_default();
    let resource = parts.nth(2).unwrap_or_default();
    if service == "elasticloadbalancing" {
        return Ok(text);
    }
    if service == "ec2" { Ok(resource.rsplit('/').next().unwrap_or(resource)) } else { Err(service) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let is = |text: &str, word: Word<'_>| assert_eq!(read(text), Ok(word), "{text}");
        let net = |text: &str| text.parse::<IpNet>().expect("a block");
        is("internet", Word::Internet);
        is("10.0.1.5", Word::Address([10, 0, 1, 5].into()));
        is("10.0.1.5/32", Word::Address([10, 0, 1, 5].into()));
        is("10.0.1.5/16", Word::Block(net("10.0.0.0/16")));
        is("2001:db8::/32", Word::Block(net("2001:db8::/32")));
        is("onprem", Word::OnPremises(None));
        is("onprem:192.168.1.7/16", Word::OnPremises(Some(net("192.168.0.0/16"))));
        is("onprem:192.168.1.7", Word::OnPremises(Some(net("192.168.1.7/32"))));
        assert!(matches!(read("onprem:office"), Err(SelectorError::Malformed { .. })));
        is("svc:s3", Word::Service("s3"));
        is("tag:Env=prod=a", Word::Tag("Env", Some("prod=a")));
        is("tag:Env", Word::Tag("Env", None));
        is("sg:web", Word::OfKind(&[ResourceKind::SecurityGroup], "web"));
        is("shop/web", Word::Name("shop/web"));
        is("aws:thing", Word::Name("aws:thing"));
        is("arn:aws:ec2:eu-west-1:111111111111:network-interface/eni-1", Word::Name("eni-1"));
        for text in ["10.0.0.300", "10.0.0.0/33", "10.0.0.1/a/b", "300.0.0.0/8"] {
            assert!(!matches!(read(text), Ok(Word::Address(_) | Word::Block(_))), "{text}");
        }
        is("rds:front", Word::Managed(ServiceFamily::Rds, "front"));
        is("arn:aws:rds:eu-west-1:1:db:x", Word::Name("arn:aws:rds:eu-west-1:1:db:x"));
    }
}
