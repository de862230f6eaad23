//! A Client VPN lets everybody who gets in go everywhere.
//!
//! An authorization rule without a group is for every user of the endpoint. For all addresses, or for the whole block of a VPC,
//! it makes whoever has a certificate or a password a member of the network.
//!
//! | severity | when |
//! |---|---|
//! | medium | the rule is for all addresses |
//! | low | it is for a whole block of the endpoint's VPC |
//!
//! ## Everything
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! cvpn    cvpn-endpoint-a 10.99.0.0/22 in subnet-a
//! cvpn-rule cvpn-endpoint-a 0.0.0.0/0
//! ```
//!
//! ```findings
//! medium cvpn-endpoint-a: 0.0.0.0/0
//! ```
//!
//! ## A group, and a subnet
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-a    10.0.1.0/24  in vpc-a
//! cvpn    cvpn-endpoint-a 10.99.0.0/22 in subnet-a
//! cvpn-rule cvpn-endpoint-a 0.0.0.0/0 group admins
//! cvpn-rule cvpn-endpoint-a 10.0.1.0/24
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ClientVpnRuleState, ResourceKind};
use crate::network::{Component, Origin};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP062",
    name: "client-vpn-all",
    pillars: &[Pillar::Security],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("AC-3"), Control::nist("AC-6"), Control::soc2("CC6.3")],
    needs: &[ResourceKind::ClientVpnEndpoint, ResourceKind::ClientVpnAuthorizationRule],
    source: include_str!("client_vpn_all.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    findings.looked_at(
        model.client_vpn_authorization_rules.len(),
        "authorization rule",
        "authorization rules",
    );
    for (row, rule) in model.client_vpn_authorization_rules.iter().enumerate() {
        let works = matches!(rule.state, None | Some(ClientVpnRuleState::Active));
        let Some(endpoint) = model.client_vpn_endpoints.position(&rule.endpoint) else { continue };
        let vpc = model.client_vpn_endpoints.get_row(endpoint).and_then(|it| it.vpc.as_ref());
        let blocks =
            vpc.and_then(|it| model.vpcs.get(it)).map(|it| it.associated_cidrs()).unwrap_or_default();
        let is_all = rule.cidr.prefix_len() == 0;
        let is_block = blocks.iter().any(|it| rule.cidr.contains(it));
        if !works || rule.group.is_some() || !(is_all || is_block) {
            continue;
        }
        let subject = Component::Resource(ResourceKind::ClientVpnEndpoint, endpoint as u32);
        let message = sentence!["lets every user go to ", rule.cidr];
        let mut finding = Finding::new(&LINT, subject, message);
        finding.key = rule.cidr.to_string();
        finding.severity = if is_all { Severity::Medium } else { Severity::Low };
        finding.rules = vec![Origin::ClientVpnRule { rule: row as u32 }];
        finding.remedy = sentence!["authorize groups of users, each for the subnets that it needs"];
        findings.found.push(finding);
    }
}
