//! What the snapshot does not say: which calls it holds, and what was taken for granted instead.

use std::collections::BTreeMap;

use super::{AccountId, Place, Region, ResourceKind, Scope};

/// Which calls a snapshot holds, for which accounts and Regions.
///
/// A call that is missing is unknown; a call whose list is empty is empty.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    pub(crate) scopes: BTreeMap<ResourceKind, Vec<Scope>>,
    pub(crate) truncated: BTreeMap<ResourceKind, Vec<Scope>>,
    pub(crate) service_lists: BTreeMap<&'static str, Vec<Scope>>,
    /// Whether AWS's defaults stand in for calls that are missing (`--assume-defaults`).
    pub assume_defaults: bool,
}

impl Coverage {
    /// Notes that the answer to a call, for a scope, is there.
    pub fn add(&mut self, kind: ResourceKind, scope: Scope) {
        let scopes = self.scopes.entry(kind).or_default();
        if let Err(position) = scopes.binary_search(&scope) {
            scopes.insert(position, scope);
        }
    }

    /// Notes that an answer was cut off (`NextToken`, JS-5): what it lacks is unknown.
    pub fn add_truncated(&mut self, kind: ResourceKind, scope: Scope) {
        let scopes = self.truncated.entry(kind).or_default();
        if let Err(position) = scopes.binary_search(&scope) {
            scopes.insert(position, scope);
        }
    }

    /// Whether the snapshot holds the whole answer to a call for an account and Region. Where one of the two is not
    /// known, on either side, it does not separate.
    pub fn holds(&self, kind: ResourceKind, account: Option<&AccountId>, region: Option<&Region>) -> bool {
        !self.is_cut(kind, account, region) && self.has_answer(kind, account, region)
    }

    /// Whether the snapshot holds an answer to a call for an account and Region, be it cut off or not.
    pub fn has_answer(
        &self,
        kind: ResourceKind,
        account: Option<&AccountId>,
        region: Option<&Region>,
    ) -> bool {
        self.scopes.get(&kind).is_some_and(|scopes| any_fits(scopes, account, region))
    }

    /// Whether an answer to a call, for an account and Region, lacks something that it should have.
    pub fn is_cut(&self, kind: ResourceKind, account: Option<&AccountId>, region: Option<&Region>) -> bool {
        self.truncated.get(&kind).is_some_and(|scopes| any_fits(scopes, account, region))
    }

    /// Notes that a list of managed services, by its top-level key, is there for a scope.
    pub fn add_service_list(&mut self, key: &'static str, scope: Scope) {
        let scopes = self.service_lists.entry(key).or_default();
        if let Err(position) = scopes.binary_search(&scope) {
            scopes.insert(position, scope);
        }
    }

    /// Whether the snapshot holds a list of managed services, by its key, for an account and Region.
    pub fn has_service_list(&self, key: &str, account: Option<&AccountId>, region: Option<&Region>) -> bool {
        self.service_lists.get(key).is_some_and(|scopes| any_fits(scopes, account, region))
    }

    /// Whether the snapshot holds an answer to a call for anybody.
    pub fn holds_any(&self, kind: ResourceKind) -> bool {
        self.scopes.contains_key(&kind)
    }

    /// Every scope of every call.
    pub fn scopes(&self) -> impl Iterator<Item = (ResourceKind, &[Scope])> {
        self.scopes.iter().map(|(kind, scopes)| (*kind, scopes.as_slice()))
    }
}

/// Whether one of some sorted scopes is an account's and Region's. Where one of the two is not known, on either side, it
/// does not separate.
fn any_fits(scopes: &[Scope], account: Option<&AccountId>, region: Option<&Region>) -> bool {
    let fits = |scope: &Scope| {
        (scope.account.is_none() || account.is_none() || scope.account.as_ref() == account)
            && (scope.region.is_none() || region.is_none() || scope.region.as_ref() == region)
    };
    // An estate has hundreds, and this is asked of each interface.
    let own = (account, region);
    let exact = scopes.binary_search_by(|it| (it.account.as_ref(), it.region.as_ref()).cmp(&own));
    exact.is_ok() || scopes.iter().any(fits)
}

/// What the snapshot did not say and was taken for granted, or what keeps an answer unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption {
    /// What kind.
    pub code: AssumptionCode,
    /// The id of what it is about, or a value where that is the point.
    pub about: String,
    /// The aws-cli call that would settle it, when one would.
    pub needs: Option<&'static str>,
    /// Where in the snapshot the thing is mentioned, when it is.
    pub place: Option<Place>,
}

/// Kinds of assumptions. Each has a page: `netpath explain CODE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssumptionCode {
    /// A call is not in the snapshot, so the answer is unknown.
    MissingData,
    /// A resource is referred to and not in the snapshot, so the answer is unknown (JS-9).
    DanglingReference,
    /// A component that this version does not model lies on the path.
    NotModelled,
    /// A word in the snapshot that nobody knows decides (JS-4).
    UnknownWord,
    /// An answer was cut off.
    Truncated,
    /// Block Public Access is taken to be off: the call is not in the snapshot and off is AWS's default.
    BlockPublicAccessAssumedOff,
    /// The load balancer is taken to send into its own zone only: its attributes are not in the snapshot (LB-8).
    CrossZoneAssumedOff,
    /// The target group is taken to see clients' addresses: its attributes are not in the snapshot (LB-5).
    PreserveClientIpAssumedOn,
    /// The target group is taken to see the load balancer's address: its attributes are not in the snapshot (LB-5).
    PreserveClientIpAssumedOff,
    /// An internet gateway is taken to be attached because an active route names it.
    GatewayAssumedAttached,
    /// AWS's default was taken for a call that is missing (`--assume-defaults`).
    DefaultAssumed,
    /// Overlapping entries of prefix lists: AWS picks one target at random (RT-7).
    RouteTie,
    /// The endpoint's policy is IAM and was not evaluated (GEP-7).
    PolicyNotEvaluated,
    /// There is a way in from outside that the question does not follow (BD).
    OtherWayIn,
    /// A place on the way carries smaller packets than hosts send, and the sender does not hear of it.
    MtuStepDown,
    /// Both addresses belong to one host; the packet never leaves it (M-8).
    HostLocal,
    /// The instance has several interfaces; which one its system sends by is outside the model (ENI-9).
    HostRoutingAssumed,
    /// The instance is taken to be running: the snapshot does not describe it (ENI-8).
    InstanceAssumedRunning,
    /// What stays in a VPC is taken to be delivered: its route tables are not in the snapshot, and nothing is that a route in
    /// the place of the local one could lead to (RT-9, RT-10).
    LocalRoutesAssumed,
    /// The appliance is taken to pass on what routes send through it (ENI-3).
    ApplianceForwards,
    /// The appliance is taken to send to the internet in its own name.
    ApplianceTranslates,
    /// What stands behind a Gateway Load Balancer's endpoint is taken to pass packets on (GWLB-4).
    PathThroughGatewayLoadBalancerNotChecked,
    /// The appliance sees one direction of a conversation only, and whether it minds is up to its software.
    ApplianceSeesOneWay,
    /// A block of addresses was asked about, and stands for the interfaces in it.
    BlockNarrowed,
    /// Other services fit the interfaces of the one that was asked about as well as it does (SVC).
    OwnerAmbiguous,
    /// A service takes requests at one port, and all were asked about (SVC).
    ServicePort,
    /// What a name that was asked about resolves to from there (DNS-5).
    DnsResolves,
    /// A name resolves to a public address from there (DNS-5).
    DnsResolvesPublic,
    /// What lies behind a link to on premises is outside of the snapshot and taken to work (VPN-11).
    OnPremisesAssumed,
    /// What a link learns by BGP from on premises is in no answer of AWS (VPN-3, DX-4).
    BgpRoutesNotVisible,
    /// A network is taken to be announced by BGP, because the question says that it is on premises.
    AnnouncementAssumed,
    /// The state of tunnels is that of one moment (VPN-6).
    TunnelsAtOneMoment,
    /// A virtual private gateway is taken to have no Direct Connect: the calls are not in the snapshot.
    DirectConnectAssumedAbsent,
    /// Tunnels are taken to be up: the snapshot does not say.
    TunnelsAssumedUp,
    /// The address of a Client VPN endpoint's interface is taken to be one of its subnet: the snapshot does not say.
    ClientVpnAddressAssumed,
    /// Encryption is enforced and what is encrypted is not in the snapshot (ENC-3).
    EncryptionEnforced,
    /// There are more equal ways than are walked one by one, and those that were walked do not settle it.
    TooManyChoices,
    /// A rule of a firewall looks further than headers (NFW-8).
    FirewallRuleOptions,
    /// A rule group of a firewall is a list of domains, or AWS does not show its rules (NFW-8).
    FirewallRuleGroupType,
    /// A firewall gets answers to what it has not seen, and what it does with them is not certain (NFW-10).
    FirewallMidstream,
}

impl AssumptionCode {
    /// Whether an answer that leans on it is unknown, rather than certain under a stated assumption.
    pub fn makes_unknown(self) -> bool {
        match self {
            AssumptionCode::MissingData
            | AssumptionCode::DanglingReference
            | AssumptionCode::NotModelled
            | AssumptionCode::UnknownWord
            | AssumptionCode::Truncated
            | AssumptionCode::ApplianceSeesOneWay
            | AssumptionCode::FirewallRuleOptions
            | AssumptionCode::FirewallRuleGroupType
            | AssumptionCode::FirewallMidstream
            | AssumptionCode::EncryptionEnforced
            | AssumptionCode::BgpRoutesNotVisible
            | AssumptionCode::TooManyChoices => true,
            AssumptionCode::OnPremisesAssumed
            | AssumptionCode::AnnouncementAssumed
            | AssumptionCode::TunnelsAtOneMoment
            | AssumptionCode::DirectConnectAssumedAbsent
            | AssumptionCode::TunnelsAssumedUp
            | AssumptionCode::ClientVpnAddressAssumed
            | AssumptionCode::BlockPublicAccessAssumedOff
            | AssumptionCode::CrossZoneAssumedOff
            | AssumptionCode::PreserveClientIpAssumedOn
            | AssumptionCode::PreserveClientIpAssumedOff
            | AssumptionCode::GatewayAssumedAttached
            | AssumptionCode::DefaultAssumed
            | AssumptionCode::RouteTie
            | AssumptionCode::PolicyNotEvaluated
            | AssumptionCode::OtherWayIn
            | AssumptionCode::MtuStepDown
            | AssumptionCode::HostLocal
            | AssumptionCode::HostRoutingAssumed
            | AssumptionCode::InstanceAssumedRunning
            | AssumptionCode::LocalRoutesAssumed
            | AssumptionCode::ApplianceForwards
            | AssumptionCode::ApplianceTranslates
            | AssumptionCode::PathThroughGatewayLoadBalancerNotChecked
            | AssumptionCode::BlockNarrowed
            | AssumptionCode::OwnerAmbiguous
            | AssumptionCode::ServicePort
            | AssumptionCode::DnsResolves
            | AssumptionCode::DnsResolvesPublic => false,
        }
    }
}
