//! Instance Connect Endpoints: what their interfaces send (BD-1).

use super::ExplanationCode;
use super::compiler::{Compiler, Stage};
use super::location::{Guard, Step};
use crate::model::{AssumptionCode, ConnectEndpointState, NetworkInterface, ResourceKind};
use crate::packet::protocol;

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Their interfaces ask.
}

/// BD-1: a tunnel carries TCP, from the endpoint's address or from that of whoever uses it.
pub(super) fn initiation(compiler: &mut Compiler<'_>, interface: &NetworkInterface) -> Vec<Step> {
    let tcp = compiler.workspace.protocol(protocol::TCP);
    let carried = Step::Guard(Guard::Protocols(tcp, ExplanationCode::ProtocolRestriction));
    let mut endpoints = compiler.model.instance_connect_endpoints.iter();
    let Some(endpoint) = endpoints.find(|it| it.interfaces.contains(&interface.id)) else {
        let kind = ResourceKind::InstanceConnectEndpoint;
        let (account, region) = (interface.about.account.as_ref(), interface.about.region.as_ref());
        let place = Some(interface.about.place);
        let gap = compiler.absent(kind, interface.id.as_str(), account, region, place);
        return vec![carried, Step::Guard(Guard::Maybe(gap))];
    };
    let place = Some(endpoint.about.place);
    let state = match &endpoint.state {
        // While it is changed it goes on working, and a change that failed leaves it as it was.
        None
        | Some(
            ConnectEndpointState::CreateComplete
            | ConnectEndpointState::UpdateInProgress
            | ConnectEndpointState::UpdateComplete
            | ConnectEndpointState::UpdateFailed,
        ) => None,
        Some(
            ConnectEndpointState::CreateInProgress
            | ConnectEndpointState::CreateFailed
            | ConnectEndpointState::DeleteInProgress
            | ConnectEndpointState::DeleteComplete
            | ConnectEndpointState::DeleteFailed,
        ) => Some(Guard::Never(ExplanationCode::BadState)),
        Some(ConnectEndpointState::Unknown(word)) => {
            Some(Guard::Unknown(compiler.assumption(AssumptionCode::UnknownWord, word, None, place)))
        }
    };
    // Whose address that is, nobody knows who has not asked the person.
    let client = (endpoint.preserves_client == Some(true)).then(|| {
        let about = format!("the address of whoever uses {}", endpoint.id);
        Guard::Maybe(compiler.assumption(AssumptionCode::NotModelled, &about, None, place))
    });
    let guards = state.into_iter().chain(client).map(Step::Guard);
    guards.chain([carried]).collect()
}
