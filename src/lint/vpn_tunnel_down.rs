//! A tunnel of a VPN connection is down.
//!
//! A connection has two tunnels, so that AWS can work on one of them. With one down, the next maintenance interrupts it; with
//! both down, nothing goes over it. The telemetry is that of the moment of the snapshot.
//!
//! | severity | when |
//! |---|---|
//! | high | all tunnels are down |
//! | medium | one is |
//!
//! ## One
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! vpn     vpn-a       to vgw-a routes 192.168.0.0/16  tunnels UP,DOWN
//! ```
//!
//! ```findings
//! medium vpn-a: 1 of 2
//! ```
//!
//! ## None
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vgw     vgw-a       in vpc-a
//! vpn     vpn-a       to vgw-a routes 192.168.0.0/16  tunnels UP,UP
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{ResourceKind, TunnelStatus, VpnState};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP075",
    name: "vpn-tunnel-down",
    pillars: &[Pillar::Reliability],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[Control::fsbp("EC2.20"), Control::nist("CP-10"), Control::soc2("A1.2")],
    needs: &[ResourceKind::VpnConnection],
    source: include_str!("vpn_tunnel_down.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let connections = &context.model.vpn_connections;
    findings.looked_at(connections.len(), "VPN connection", "VPN connections");
    for (row, connection) in connections.iter().enumerate() {
        let works = matches!(connection.state, None | Some(VpnState::Available));
        let down: Vec<_> =
            connection.tunnels.iter().filter(|it| it.status == Some(TunnelStatus::Down)).collect();
        if !works || down.is_empty() {
            continue;
        }
        let is_all = down.len() == connection.tunnels.len();
        let subject = Component::Resource(ResourceKind::VpnConnection, row as u32);
        let mut finding = Finding::new(
            &LINT,
            subject,
            sentence!["has ", down.len(), " of ", connection.tunnels.len(), " tunnels down"],
        );
        finding.severity = if is_all { Severity::High } else { Severity::Medium };
        if let Some(since) = down.iter().find_map(|it| it.since.as_ref()) {
            finding.notes = vec![sentence!["since ", since.to_string()]];
        }
        finding.flows = vec![match is_all {
            true => sentence!["nothing goes over it"],
            false => sentence!["it stops with the other tunnel, as in AWS's own maintenance"],
        }];
        finding.remedy = sentence!["bring the customer gateway's end up, with both tunnels"];
        findings.found.push(finding);
    }
}
