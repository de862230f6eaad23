//! A Direct Connect gateway hangs on one virtual interface, one line, one router or one location.
//!
//! A virtual interface is one port of one router at one location. AWS works on them, and asks for two at different devices, or
//! better at different locations, before it promises anything. A VPN connection to the same gateway is a second way, too.
//! What the answer does not say of an interface is not held against it.
//!
//! | severity | when |
//! |---|---|
//! | medium | there is one virtual interface, or all are on one connection |
//! | low | their connections end at one router, or at one location |
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
//! ## Two on one line
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! dx      dxgw-a      to vgw-a prefixes 10.0.0.0/16
//! vif     dxvif-a     to dxgw-a on dxcon-1 device EqDC2-1 at EqDC2
//! vif     dxvif-b     to dxgw-a on dxcon-1 device EqDC2-1 at EqDC2
//! ```
//!
//! ```findings
//! medium dxgw-a: one connection, dxcon-1
//! ```
//!
//! ## Two lines to one location
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! dx      dxgw-a      to vgw-a prefixes 10.0.0.0/16
//! vif     dxvif-a     to dxgw-a on dxcon-1 device EqDC2-1 at EqDC2
//! vif     dxvif-b     to dxgw-a on dxcon-2 device EqDC2-2 at EqDC2
//! ```
//!
//! ```findings
//! low dxgw-a: one location, EqDC2
//! ```
//!
//! ## Two
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! dx      dxgw-a      to vgw-a prefixes 10.0.0.0/16
//! vif     dxvif-a     to dxgw-a on dxcon-1 device EqDC2-1 at EqDC2
//! vif     dxvif-b     to dxgw-a on dxcon-2 device EqLD5-1 at EqLD5
//! ```
//!
//! ```findings
//! none
//! ```

use compact_str::CompactString;

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Sentence, Severity};
use crate::model::{DirectConnectGatewayAttachment, Model, ResourceKind, VirtualInterface};
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
        let Some((message, severity)) = single(model, &own).filter(|_| !has_vpn) else { continue };
        let subject = Component::Resource(ResourceKind::DirectConnectGateway, row as u32);
        let mut finding = Finding::new(&LINT, subject, message);
        finding.severity = severity;
        let interfaces = own.iter().filter_map(|it| model.virtual_interfaces.position(&it.interface));
        finding.related =
            interfaces.map(|it| Component::Resource(ResourceKind::VirtualInterface, it as u32)).collect();
        finding.flows = vec![sentence!["what is behind it loses networks on premises with that"]];
        finding.remedy = sentence![
            "add a virtual interface at another device or location, or a VPN connection as a second way"
        ];
        findings.found.push(finding);
    }
}

/// What all of a gateway's interfaces hang on, and how bad that is.
fn single(model: &Model, own: &[&DirectConnectGatewayAttachment]) -> Option<(Sentence, Severity)> {
    if let [only] = own {
        let message = sentence!["hangs on one virtual interface, ", only.interface.to_string()];
        return Some((message, Severity::Medium));
    }
    let interfaces: Option<Vec<&VirtualInterface>> =
        own.iter().map(|it| model.virtual_interfaces.get(&it.interface)).collect();
    let interfaces = interfaces?;
    type Word = fn(&VirtualInterface) -> Option<&CompactString>;
    let joints: [(&str, Word, Severity); 3] = [
        ("connection", |it| it.connection.as_ref(), Severity::Medium),
        ("router of AWS's", |it| it.device.as_ref(), Severity::Low),
        ("location", |it| it.location.as_ref(), Severity::Low),
    ];
    joints.into_iter().find_map(|(what, word, severity)| {
        let first = word(interfaces.first()?)?;
        let is_one = interfaces.iter().all(|it| word(it) == Some(first));
        is_one.then(|| (sentence!["hangs on one ", what, ", ", first.to_string()], severity))
    })
}
