//! A Direct Connect gateway hangs on one virtual interface.
//!
//! A virtual interface is one port of one router at one location. AWS works on them, and asks for two at different devices, or
//! better at different locations, before it promises anything. A VPN connection to the same gateway is a second way, too.
//!
//! ## One
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! dx      dxgw-a      to vgw-a prefixes 10.0.0.0/16
//! vif     dxvif-a     to dxgw-a
//! ```
//!
//! ```findings
//! medium dxgw-a: one
//! ```
//!
//! ## Two
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! dx      dxgw-a      to vgw-a prefixes 10.0.0.0/16
//! vif     dxvif-a     to dxgw-a
//! vif     dxvif-b     to dxgw-a
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP079",
    name: "dx-redundancy",
    pillars: &[Pillar::Reliability],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::nist("CP-8"), Control::soc2("A1.2")],
    needs: &[ResourceKind::DirectConnectGateway, ResourceKind::DirectConnectGatewayAttachment],
    source: include_str!("dx_redundancy.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    findings.looked_at(
        model.direct_connect_gateways.len(),
        "Direct Connect gateway",
        "Direct Connect gateways",
    );
    for (row, gateway) in model.direct_connect_gateways.iter().enumerate() {
        let own = model.direct_connect_attachments.iter().filter(|it| it.gateway == gateway.id);
        let own: Vec<_> = own.collect();
        let mut associated = model.direct_connect_associations.iter().filter(|it| it.gateway == gateway.id);
        let has_vpn = associated.any(|association| {
            model.vpn_connections.iter().any(|it| {
                let ends = [
                    it.vpn_gateway.as_ref().map(|it| it.as_str()),
                    it.transit_gateway.as_ref().map(|it| it.as_str()),
                ];
                ends.contains(&Some(association.associated.as_str()))
            })
        });
        let [only] = own[..] else { continue };
        if has_vpn {
            continue;
        }
        let subject = Component::Resource(ResourceKind::DirectConnectGateway, row as u32);
        let interface = model.virtual_interfaces.position(&only.interface);
        let mut finding = Finding::new(
            &LINT,
            subject,
            sentence!["hangs on one virtual interface, ", only.interface.to_string()],
        );
        finding.related = interface
            .map(|it| Component::Resource(ResourceKind::VirtualInterface, it as u32))
            .into_iter()
            .collect();
        finding.flows = vec![sentence!["what is behind it loses networks on premises with that interface"]];
        finding.remedy = sentence![
            "add a virtual interface at another device or location, or a VPN connection as a second way"
        ];
        findings.found.push(finding);
    }
}
