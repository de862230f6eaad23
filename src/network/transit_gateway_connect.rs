//! Connect attachments: tunnels through another attachment to an appliance, and the networks behind it (TGW-17).

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::location::{Guard, Step};
use crate::model::{
    AssumptionCode, AttachmentState, BgpStatus, ResourceKind, TransitGatewayAttachmentId,
    TransitGatewayConnectPeer,
};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Attachments are compiled where a transit gateway leads to one.
}

fn is_up(peer: &TransitGatewayConnectPeer) -> bool {
    let is_there = matches!(peer.state, None | Some(AttachmentState::Available));
    let is_down = !peer.sessions.is_empty() && peer.sessions.iter().all(|it| *it == BgpStatus::Down);
    is_there && !is_down
}

/// Whether packets pass, as far as is known: a tunnel is up.
pub(super) fn works(compiler: &Compiler<'_>, row: usize) -> bool {
    let model = compiler.model;
    let id = &model.transit_gateway_attachments[row].id;
    let mut peers = model.transit_gateway_connect_peers.iter().filter(|it| it.attachment == *id);
    let is_seen = model.coverage.holds(ResourceKind::TransitGatewayConnectPeer, None, None);
    peers.any(is_up) || !is_seen
}

/// What packets meet in the tunnels. The attachment that they go through has to work too.
pub(super) fn guards(compiler: &mut Compiler<'_>, row: usize) -> Vec<Step> {
    let model = compiler.model;
    let attachment = &model.transit_gateway_attachments[row];
    let (id, place) = (&attachment.id, Some(attachment.about.place));
    let mut steps = Vec::new();
    match model.transit_gateway_connects.get(id) {
        None => {
            let kind = ResourceKind::TransitGatewayConnect;
            let gap = compiler.absent(kind, id.as_str(), None, None, place);
            steps.push(Step::Guard(Guard::Maybe(gap)));
        }
        Some(connect) => {
            let state = |id: &TransitGatewayAttachmentId| {
                model
                    .transit_gateway_attachments
                    .iter()
                    .find(|it| it.id == *id)
                    .and_then(|it| it.state.clone())
            };
            let transport = connect.transport.as_ref().and_then(state);
            steps.extend(super::transit_gateway_attachment::state_guards(compiler, transport.as_ref()));
        }
    }
    let peers: Vec<_> =
        model.transit_gateway_connect_peers.iter().filter(|it| it.attachment == *id).collect();
    if peers.iter().any(|it| is_up(it)) {
        return steps;
    }
    let kind = ResourceKind::TransitGatewayConnectPeer;
    if peers.is_empty() && !model.coverage.holds(kind, None, None) {
        let assumed =
            compiler.assumption(AssumptionCode::TunnelsAssumedUp, id.as_str(), Some(kind.call()), place);
        steps.push(Step::Guard(Guard::Assume(assumed)));
    } else {
        steps.push(Step::Guard(Guard::Never(ExplanationCode::BadState)));
    }
    steps
}
