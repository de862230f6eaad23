//! Listeners: which ports a load balancer takes packets on, and what it does with them (`LB`).

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, ElementError, ListenerId, LoadBalancerId, Reading, Resource, ResourceKind, Tags, TargetGroupId,
};

words! {
    /// What a listener or a target group speaks (LB-20).
    BalancedProtocol {
        Tcp = "TCP",
        Udp = "UDP",
        TcpUdp = "TCP_UDP",
        Tls = "TLS",
        Http = "HTTP",
        Https = "HTTPS",
        /// Classic Load Balancers call TLS so.
        Ssl = "SSL",
        Geneve = "GENEVE",
        Quic = "QUIC",
        TcpQuic = "TCP_QUIC",
    }
}

words! {
    /// What an action does (LB-14).
    ActionKind {
        Forward = "forward",
        Redirect = "redirect",
        FixedResponse = "fixed-response",
        AuthenticateOidc = "authenticate-oidc",
        AuthenticateCognito = "authenticate-cognito",
        JwtValidation = "jwt-validation",
    }
}

/// A listener.
#[derive(Debug, Clone)]
pub struct Listener {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: ListenerId,
    /// Its load balancer; none for listeners of other services.
    pub load_balancer: Option<LoadBalancerId>,
    /// The port; Gateway Load Balancers have none.
    pub port: Option<u16>,
    /// What it speaks.
    pub protocol: Option<BalancedProtocol>,
    /// What is done where no rule says otherwise.
    pub actions: Vec<ListenerAction>,
}

/// An action of a listener or of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenerAction {
    /// What it does.
    pub kind: Option<ActionKind>,
    /// The groups that it forwards to; those with a weight of zero are left out.
    pub target_groups: Vec<TargetGroupId>,
}

/// The element of `Listeners`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    listener_arn: Option<CompactString>,
    load_balancer_arn: Option<CompactString>,
    port: Option<u16>,
    protocol: Option<CompactString>,
    default_actions: Option<Vec<ActionWire>>,
    tags: Option<Tags>,
}

/// `DefaultActions[]`, `Actions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ActionWire {
    #[serde(rename = "Type")]
    kind: Option<CompactString>,
    target_group_arn: Option<CompactString>,
    forward_config: Option<ForwardWire>,
}

/// `ForwardConfig`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ForwardWire {
    target_groups: Option<Vec<TupleWire>>,
}

/// `ForwardConfig.TargetGroups[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TupleWire {
    target_group_arn: Option<CompactString>,
    weight: Option<u32>,
}

impl ActionWire {
    /// The same group may stand in both forms of an answer.
    pub(super) fn convert(self, reading: &mut Reading) -> ListenerAction {
        let tuples = self.forward_config.and_then(|it| it.target_groups).unwrap_or_default();
        let weighted = tuples.iter().any(|it| it.weight != Some(0));
        let mut target_groups: Vec<TargetGroupId> = tuples
            .into_iter()
            .filter(|it| !weighted || it.weight != Some(0))
            .filter_map(|it| present(it.target_group_arn))
            .map(TargetGroupId)
            .collect();
        if target_groups.is_empty() {
            target_groups.extend(present(self.target_group_arn).map(TargetGroupId));
        }
        ListenerAction { kind: reading.word(self.kind), target_groups }
    }
}

impl Resource for Listener {
    type Wire = Wire;
    type Id = ListenerId;
    const KIND: ResourceKind = ResourceKind::Listener;
    const WORD: &'static str = "listener";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<Listener, ElementError> {
        let arn = wire.listener_arn.or_missing("ListenerArn")?;
        let actions = wire.default_actions.unwrap_or_default().into_iter();
        Ok(Listener {
            about: reading.about(None, Some(&arn), wire.tags),
            load_balancer: present(wire.load_balancer_arn).map(LoadBalancerId),
            port: wire.port,
            protocol: reading.word(wire.protocol),
            actions: actions.map(|it| it.convert(reading)).collect(),
            id: ListenerId(arn),
        })
    }

    fn id(&self) -> &ListenerId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }
}
