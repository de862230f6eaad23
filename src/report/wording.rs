//! The words of every code: what it means in one sentence, whatever the case at hand.

use crate::model::AssumptionCode;
use crate::network::ExplanationCode;

/// Every kind of assumption, in the order of its pages.
pub const ASSUMPTION_CODES: &[AssumptionCode] = &[
    AssumptionCode::MissingData,
    AssumptionCode::DanglingReference,
    AssumptionCode::NotModelled,
    AssumptionCode::UnknownWord,
    AssumptionCode::Truncated,
    AssumptionCode::BlockPublicAccessAssumedOff,
    AssumptionCode::CrossZoneAssumedOff,
    AssumptionCode::PreserveClientIpAssumedOn,
    AssumptionCode::PreserveClientIpAssumedOff,
    AssumptionCode::GatewayAssumedAttached,
    AssumptionCode::DefaultAssumed,
    AssumptionCode::RouteTie,
    AssumptionCode::PolicyNotEvaluated,
    AssumptionCode::OtherWayIn,
    AssumptionCode::MtuStepDown,
    AssumptionCode::HostLocal,
    AssumptionCode::HostRoutingAssumed,
    AssumptionCode::InstanceAssumedRunning,
    AssumptionCode::LocalRoutesAssumed,
    AssumptionCode::ApplianceForwards,
    AssumptionCode::ApplianceTranslates,
    AssumptionCode::PathThroughGatewayLoadBalancerNotChecked,
    AssumptionCode::ApplianceSeesOneWay,
    AssumptionCode::BlockNarrowed,
    AssumptionCode::OwnerAmbiguous,
    AssumptionCode::ServicePort,
    AssumptionCode::DnsResolves,
    AssumptionCode::DnsResolvesPublic,
    AssumptionCode::EncryptionEnforced,
    AssumptionCode::TooManyChoices,
    AssumptionCode::OnPremisesAssumed,
    AssumptionCode::BgpRoutesNotVisible,
    AssumptionCode::AnnouncementAssumed,
    AssumptionCode::TunnelsAtOneMoment,
    AssumptionCode::TunnelsAssumedUp,
    AssumptionCode::DirectConnectAssumedAbsent,
    AssumptionCode::FirewallRuleOptions,
    AssumptionCode::FirewallRuleGroupType,
    AssumptionCode::FirewallMidstream,
    AssumptionCode::ClientVpnAddressAssumed,
];

/// A kind of assumption as answers name it.
pub fn assumption_code(code: AssumptionCode) -> &'static str {
    match code {
        AssumptionCode::MissingData => "MISSING_DATA",
        AssumptionCode::DanglingReference => "DANGLING_REFERENCE",
        AssumptionCode::NotModelled => "NOT_MODELLED",
        AssumptionCode::UnknownWord => "UNKNOWN_WORD",
        AssumptionCode::Truncated => "TRUNCATED",
        AssumptionCode::BlockPublicAccessAssumedOff => "BLOCK_PUBLIC_ACCESS_ASSUMED_OFF",
        AssumptionCode::CrossZoneAssumedOff => "CROSS_ZONE_ASSUMED_OFF",
        AssumptionCode::PreserveClientIpAssumedOn => "ASSUMPTION_PRESERVE_CLIENT_IP_IS_ENABLED",
        AssumptionCode::PreserveClientIpAssumedOff => "ASSUMPTION_PRESERVE_CLIENT_IP_IS_DISABLED",
        AssumptionCode::GatewayAssumedAttached => "GATEWAY_ASSUMED_ATTACHED",
        AssumptionCode::DefaultAssumed => "DEFAULT_ASSUMED",
        AssumptionCode::RouteTie => "ROUTE_TIE",
        AssumptionCode::PolicyNotEvaluated => "POLICY_NOT_EVALUATED",
        AssumptionCode::OtherWayIn => "OTHER_WAY_IN",
        AssumptionCode::MtuStepDown => "MTU_STEP_DOWN",
        AssumptionCode::HostLocal => "HOST_LOCAL",
        AssumptionCode::HostRoutingAssumed => "HOST_ROUTING_ASSUMED",
        AssumptionCode::InstanceAssumedRunning => "INSTANCE_ASSUMED_RUNNING",
        AssumptionCode::LocalRoutesAssumed => "LOCAL_ROUTES_ASSUMED",
        AssumptionCode::ApplianceForwards => "APPLIANCE_FORWARDS",
        AssumptionCode::ApplianceTranslates => "APPLIANCE_TRANSLATES",
        AssumptionCode::PathThroughGatewayLoadBalancerNotChecked => "PATH_THROUGH_GWLB_NOT_CHECKED",
        AssumptionCode::ApplianceSeesOneWay => "APPLIANCE_SEES_ONE_WAY",
        AssumptionCode::BlockNarrowed => "BLOCK_NARROWED",
        AssumptionCode::OwnerAmbiguous => "OWNER_AMBIGUOUS",
        AssumptionCode::ServicePort => "SERVICE_PORT",
        AssumptionCode::DnsResolves => "DNS_RESOLVES",
        AssumptionCode::DnsResolvesPublic => "DNS_RESOLVES_PUBLIC",
        AssumptionCode::EncryptionEnforced => "ENCRYPTION_ENFORCED",
        AssumptionCode::TooManyChoices => "TOO_MANY_CHOICES",
        AssumptionCode::OnPremisesAssumed => "ON_PREMISES_ASSUMED",
        AssumptionCode::BgpRoutesNotVisible => "BGP_ROUTES_NOT_VISIBLE",
        AssumptionCode::AnnouncementAssumed => "ANNOUNCEMENT_ASSUMED",
        AssumptionCode::TunnelsAtOneMoment => "TUNNELS_AT_ONE_MOMENT",
        AssumptionCode::TunnelsAssumedUp => "TUNNELS_ASSUMED_UP",
        AssumptionCode::DirectConnectAssumedAbsent => "DIRECT_CONNECT_ASSUMED_ABSENT",
        AssumptionCode::FirewallRuleOptions => "FIREWALL_UNSUPPORTED_RULE_OPTIONS",
        AssumptionCode::FirewallRuleGroupType => "FIREWALL_UNSUPPORTED_HIGHER_PRIORITY_RULE_GROUP_TYPE",
        AssumptionCode::FirewallMidstream => "FIREWALL_MIDSTREAM_TRAFFIC",
        AssumptionCode::ClientVpnAddressAssumed => "CLIENT_VPN_ADDRESS_ASSUMED",
    }
}

/// What an assumption of a kind says; the thing it is about goes before it.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each code")]
pub fn assumption(code: AssumptionCode) -> &'static str {
    match code {
        AssumptionCode::MissingData => "is not described by any file of the snapshot",
        AssumptionCode::DanglingReference => "is referred to, and the snapshot does not have it",
        AssumptionCode::NotModelled => "is not modelled",
        AssumptionCode::UnknownWord => "is a word that netpath does not know, and it decides",
        AssumptionCode::Truncated => "comes from an answer that was cut off",
        AssumptionCode::BlockPublicAccessAssumedOff => {
            "is taken to have VPC Block Public Access off, AWS's default"
        }
        AssumptionCode::CrossZoneAssumedOff => "is taken to send into its own zone only, AWS's default",
        AssumptionCode::PreserveClientIpAssumedOn => {
            "is taken to preserve client addresses, AWS's default for it"
        }
        AssumptionCode::PreserveClientIpAssumedOff => {
            "is taken not to preserve client addresses, AWS's default for it"
        }
        AssumptionCode::GatewayAssumedAttached => "is taken to be attached, because an active route names it",
        AssumptionCode::DefaultAssumed => "is taken to have AWS's default, as `--assume-defaults` asks",
        AssumptionCode::RouteTie => "is one of several equal targets, of which AWS picks one",
        AssumptionCode::PolicyNotEvaluated => "has a policy, which was not evaluated",
        AssumptionCode::OtherWayIn => "leads to it from outside as well, without a route or a public address",
        AssumptionCode::MtuStepDown => {
            "carries smaller packets than hosts send, and a sender does not hear of it"
        }
        AssumptionCode::HostLocal => "has both addresses: the packets never leave it",
        AssumptionCode::HostRoutingAssumed => {
            "has several interfaces; which one its system sends by is not part of the snapshot"
        }
        AssumptionCode::InstanceAssumedRunning => "is taken to be running: the snapshot does not describe it",
        AssumptionCode::LocalRoutesAssumed => {
            "is taken to have its local routes and nothing in their place: its route tables are not in the snapshot"
        }
        AssumptionCode::ApplianceForwards => "is taken to pass on what routes send through it",
        AssumptionCode::ApplianceTranslates => {
            "is taken to send to the internet in its own name, as a NAT does"
        }
        AssumptionCode::PathThroughGatewayLoadBalancerNotChecked => {
            "leads to appliances that are taken to give packets back as they got them"
        }
        AssumptionCode::ApplianceSeesOneWay => {
            "sees one direction of the conversation only, and whether it minds is up to its software"
        }
        AssumptionCode::OwnerAmbiguous => "is known by groups, subnets and zone, which others have as well",
        AssumptionCode::ServicePort => "takes requests at one port",
        AssumptionCode::DnsResolves => "resolves to",
        AssumptionCode::DnsResolvesPublic => "resolves to a public address from there",
        AssumptionCode::BlockNarrowed => "stands for the interfaces in it",
        AssumptionCode::OnPremisesAssumed => {
            "leads to networks on premises, whose own routes and firewalls are taken to let the packets through"
        }
        AssumptionCode::BgpRoutesNotVisible => "learns networks by BGP that no answer of AWS shows",
        AssumptionCode::AnnouncementAssumed => {
            "is taken to have learnt by BGP what is asked about as on premises"
        }
        AssumptionCode::TunnelsAtOneMoment => "was seen at one moment: tunnels go up and down",
        AssumptionCode::TunnelsAssumedUp => "is taken to have a tunnel up: the snapshot does not say",
        AssumptionCode::DirectConnectAssumedAbsent => {
            "is taken to have no Direct Connect: the snapshot does not have those calls"
        }
        AssumptionCode::ClientVpnAddressAssumed => {
            "is taken to be the address that clients have in the subnet: the snapshot does not say"
        }
        AssumptionCode::EncryptionEnforced => {
            "enforces encryption in transit, and what is encrypted is not part of the snapshot"
        }
        AssumptionCode::TooManyChoices => "has more equal branches than netpath tries one by one",
        AssumptionCode::FirewallRuleOptions => {
            "looks further than headers, and whether it matches is not part of the snapshot"
        }
        AssumptionCode::FirewallRuleGroupType => {
            "has rules that no header decides or that AWS does not show, and they may have a say"
        }
        AssumptionCode::FirewallMidstream => {
            "gets answers to what it has not seen, and what it does with them is not certain"
        }
    }
}

/// What a code means.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each code")]
pub fn explanation(code: ExplanationCode) -> &'static str {
    match code {
        ExplanationCode::NoRouteToDestination => "the route table has no route for the destination",
        ExplanationCode::BadStateRoute => "the route that wins is a blackhole",
        ExplanationCode::BadState => "a component on the way does not work",
        ExplanationCode::BadStateAttachment => "an attachment on the way does not work",
        ExplanationCode::MoreSpecificRoute => "a more specific route takes the packets elsewhere",
        ExplanationCode::HigherPriorityRoute => {
            "another route for the same block has a higher priority and takes the packets elsewhere"
        }
        ExplanationCode::TgwRtbHigherPriorityRoute => {
            "another route of the transit gateway's table for the same block has a higher priority"
        }
        ExplanationCode::TgwRtbMoreSpecificRoute => {
            "a more specific route of the transit gateway's table takes the packets elsewhere"
        }
        ExplanationCode::BadStateVpn => "the VPN connection does not work: no tunnel is up, or it is gone",
        ExplanationCode::TgwBadStateVpn => {
            "the transit gateway's VPN connection does not work: no tunnel is up, or it is gone"
        }
        ExplanationCode::VgwPrivateIpAssociationForEgress => {
            "a virtual private gateway takes only what begins in its own VPC"
        }
        ExplanationCode::VgwPrivateIpAssociationForIngress => {
            "a virtual private gateway leads to private addresses of its own VPC only"
        }
        ExplanationCode::VgwNoRoute => "the virtual private gateway knows no network with the address",
        ExplanationCode::VpnSelectorMismatch => "the VPN connection's selectors leave the packets out",
        ExplanationCode::VpnFamilyMismatch => "the tunnels carry the other address family",
        ExplanationCode::NoLinkFromOnPremises => "nothing in the snapshot leads to or from on premises",
        ExplanationCode::BadStateDirectConnect => "no virtual interface of the Direct Connect link works",
        ExplanationCode::DxPrefixNotAllowed => {
            "the allowed prefixes of the Direct Connect association leave the destination out"
        }
        ExplanationCode::ClientVpnNoRoute => "no route of the Client VPN endpoint has the destination",
        ExplanationCode::ClientVpnNotAuthorized => {
            "no authorization rule of the Client VPN endpoint lets the client go there"
        }
        ExplanationCode::ClientVpnNoState => "clients of a Client VPN endpoint take nothing unasked",
        ExplanationCode::IngressRtbNoPublicIp => {
            "the gateway's route table sends to an interface that has no public address"
        }
        ExplanationCode::IngressRtbTrafficRedirection => {
            "the gateway's route table hands the reply to an interface that has not seen the conversation"
        }
        ExplanationCode::EniSgRulesMismatch => "no rule of the interface's security groups allows it",
        ExplanationCode::SgHasNoRules => "the security groups have no rule in that direction",
        ExplanationCode::SgReferencesNotPreserved => {
            "a rule names the sender's security group, and the way does not preserve it"
        }
        ExplanationCode::SgReferencingSupport => {
            "a rule names a security group across a transit gateway that does not support that"
        }
        ExplanationCode::EniSourceDestCheckRestriction => {
            "the source/destination check drops what an interface should forward"
        }
        ExplanationCode::SubnetAclRestriction => "the subnet's network ACL denies it",
        ExplanationCode::IgwPublicIpAssociationForEgress => {
            "only senders with a public address leave by an internet gateway"
        }
        ExplanationCode::IgwPrivateIpAssociationForIngress => {
            "an internet gateway delivers only to public addresses that stand for a private one"
        }
        ExplanationCode::IgwDestinationAddressNotInRfc1918Egress => {
            "an internet gateway sends nothing to private addresses"
        }
        ExplanationCode::IgwDestinationAddressNotInRfc6598Egress => {
            "an internet gateway sends nothing to 100.64.0.0/10"
        }
        ExplanationCode::IgwSourceAddressNotInRfc1918Ingress => {
            "an internet gateway takes nothing from private addresses"
        }
        ExplanationCode::IgwSourceAddressNotInRfc6598Ingress => {
            "an internet gateway takes nothing from 100.64.0.0/10"
        }
        ExplanationCode::GatewayRejectsSpoofedTraffic => "the source cannot come from there",
        ExplanationCode::VpcBlockPublicAccessEnabled => "VPC Block Public Access is on",
        ExplanationCode::NgwRequiresSourceInVpc => {
            "a NAT gateway serves its own VPC and what comes through a transit gateway"
        }
        ExplanationCode::RegionalNgwRouteAzRestriction => {
            "the regional NAT gateway does not serve the sender's zone"
        }
        ExplanationCode::PcxRequiresAddressInVpcCidr => {
            "a peering connection carries packets between addresses of its two VPCs only"
        }
        ExplanationCode::TgwAttachMissingTgwRtbAssociation => {
            "the transit gateway attachment uses no route table"
        }
        ExplanationCode::TgwRouteAzRestriction => {
            "the transit gateway attachment has no subnet in the sender's zone"
        }
        ExplanationCode::TgwRtbNoRouteToTgwAttachment => {
            "the transit gateway's route table has no route for the destination"
        }
        ExplanationCode::TgwRtbBadStateRoute => "the transit gateway's route is a blackhole",
        ExplanationCode::TgwAttachVpcAzRestriction => {
            "a transit gateway attachment without appliance mode keeps answers in another zone than requests"
        }
        ExplanationCode::TgwRtbRoutesAreUnknown => {
            "the routes of the transit gateway's table are not in the snapshot"
        }
        ExplanationCode::VpceGatewayEgressSourceAddressRestriction => {
            "a gateway endpoint serves senders of its own VPC only"
        }
        ExplanationCode::VpceGatewayProtocolRestriction => {
            "a gateway endpoint carries TCP and ICMP echo only"
        }
        ExplanationCode::VpceIntraVpcTraffic => "an endpoint never begins a conversation",
        ExplanationCode::ProtocolRestriction => "the component does not carry that protocol",
        ExplanationCode::ComponentFilterRestriction => "`--via` or `--avoid` rules the way out",
        ExplanationCode::NoPossibleDestination => "there is nowhere for the packets to go from here",
        ExplanationCode::UnknownResource => "what decides here is not in the snapshot",
        ExplanationCode::UnsupportedComponent => "what decides here is not modelled",
        ExplanationCode::UnassociatedComponent => "the component is not associated with anything",
        ExplanationCode::NoInterfaceOwnsAddress => "no interface has that address",
        ExplanationCode::DnsNotReachable => "a VPC's resolver answers only what is sent inside the VPC",
        ExplanationCode::FirewallRulesRestriction => "the rules of a firewall do not let it pass",
        ExplanationCode::FirewallAsymmetricRouting => {
            "the two directions do not meet the same endpoint of a firewall"
        }
        ExplanationCode::NatGatewayNoState => {
            "a NAT gateway lets in only what answers a conversation that it carries"
        }
        ExplanationCode::EgressOnlyNoState => {
            "an egress-only internet gateway lets in only what answers a conversation from inside"
        }
        ExplanationCode::ReplyMisdelivered => "the packets end at somebody else",
        ExplanationCode::RoutingLoop => "the packets come back to where they were",
        ExplanationCode::TgwIpv6Unsupported => "the transit gateway attachment does not carry IPv6",
        ExplanationCode::AddressNotRoutable => "addresses of this kind are not routed in a VPC",
        ExplanationCode::EniDeniesInternet => "the interface takes nothing from the internet",
        ExplanationCode::VpceServiceNotInstalledInAz => {
            "the endpoint's service has nothing in the availability zone of the endpoint's interface"
        }
        ExplanationCode::Elbv2ListenersMismatch => "no listener of the load balancer takes the packets",
        ExplanationCode::Elbv2ListenerPortRestriction => {
            "the load balancer's listeners take their own ports only"
        }
        ExplanationCode::Elbv2ListenerRequiresTgAccept => {
            "none of the listener's target groups accepts the packets"
        }
        ExplanationCode::Elbv2ListenerHasNoTg => "the listener's target group has no target in use",
        ExplanationCode::Elbv2NoTargetsInAz => {
            "the target group has no target in the zone, and the load balancer does not send into others"
        }
        ExplanationCode::Elbv2SourceAddressPreservation => {
            "the target sees the client's address, not the load balancer's, which it would let in"
        }
        ExplanationCode::NlbHairpin => {
            "the client's address is preserved, and a client cannot be its own target then"
        }
        ExplanationCode::ElbListenersMismatch => {
            "no listener of the Classic Load Balancer takes the packets, or it has no instances"
        }
        ExplanationCode::ElbListenerPortRestriction => {
            "the Classic Load Balancer's listeners take their own ports only"
        }
        ExplanationCode::GwlbProtocolRestriction => {
            "a Gateway Load Balancer speaks GENEVE with its targets, which is UDP"
        }
        ExplanationCode::GwlbDestinationPortRestriction => {
            "a Gateway Load Balancer sends to its targets at port 6081, or checks their health"
        }
        ExplanationCode::EniAddressRestriction => {
            "an interface sends and takes nothing but its own addresses"
        }
        ExplanationCode::VpcLocalRouteCidrRestriction => {
            "the VPC's own local route takes the packets, which were meant for another network"
        }
        ExplanationCode::ElbInstalledAzRestriction => {
            "the Classic Load Balancer has instances only in zones that it is not enabled in"
        }
        ExplanationCode::ElbAclRestriction => {
            "the network ACL of the Classic Load Balancer's subnet drops what leaves for its instances"
        }
        ExplanationCode::ElbNotCrosszone => {
            "the Classic Load Balancer does not send into other zones, and has no instance in this one"
        }
        ExplanationCode::TargetAddressRestriction => {
            "a load balancer begins conversations with its targets only"
        }
        ExplanationCode::TargetPortRestriction => {
            "a load balancer sends to a target on its registered port or that of the health check only"
        }
        ExplanationCode::NotAPublicAddress => "addresses of this kind are not routed on the internet",
    }
}

/// What usually helps.
#[expect(clippy::too_many_lines, reason = "a table: an arm for each code")]
pub fn fix(code: ExplanationCode) -> &'static str {
    match code {
        ExplanationCode::NoRouteToDestination => "add a route for the destination",
        ExplanationCode::BadStateRoute => "point the route at something that exists",
        ExplanationCode::BadState => "bring the component into its working state",
        ExplanationCode::BadStateAttachment => "attach it",
        ExplanationCode::MoreSpecificRoute => "remove or narrow the more specific route",
        ExplanationCode::HigherPriorityRoute | ExplanationCode::TgwRtbHigherPriorityRoute => {
            "remove the route that wins, or give the other one a narrower block"
        }
        ExplanationCode::TgwRtbMoreSpecificRoute => "remove or narrow the more specific route",
        ExplanationCode::BadStateVpn | ExplanationCode::TgwBadStateVpn => {
            "bring a tunnel up: look at the customer gateway's device, its keys and what it proposes"
        }
        ExplanationCode::VgwPrivateIpAssociationForEgress => {
            "attach the sender's own VPC, or connect both to a transit gateway"
        }
        ExplanationCode::VgwPrivateIpAssociationForIngress => {
            "ask for a private address of the VPC, or connect by a transit gateway"
        }
        ExplanationCode::VgwNoRoute => {
            "add a static route to the VPN connection, or announce the network by BGP"
        }
        ExplanationCode::VpnSelectorMismatch => "widen the connection's selectors",
        ExplanationCode::VpnFamilyMismatch => "add a VPN connection of that family to a transit gateway",
        ExplanationCode::NoLinkFromOnPremises => {
            "connect the networks, or add the calls that describe the link"
        }
        ExplanationCode::BadStateDirectConnect => "bring a virtual interface and its BGP session up",
        ExplanationCode::DxPrefixNotAllowed => "add a prefix that holds the destination to the association",
        ExplanationCode::ClientVpnNoRoute => "add a route to the Client VPN endpoint",
        ExplanationCode::ClientVpnNotAuthorized => "add an authorization rule to the Client VPN endpoint",
        ExplanationCode::ClientVpnNoState => "begin the conversation at the client",
        ExplanationCode::IngressRtbNoPublicIp => "give the interface a public address",
        ExplanationCode::IngressRtbTrafficRedirection => "send both directions through the same interface",
        ExplanationCode::EniSgRulesMismatch => "add a rule to one of the security groups",
        ExplanationCode::SgHasNoRules => "add a rule to one of the security groups",
        ExplanationCode::SgReferencesNotPreserved => "name addresses in the rule instead of a group",
        ExplanationCode::SgReferencingSupport => {
            "switch on security group referencing on the transit gateway and both attachments"
        }
        ExplanationCode::EniSourceDestCheckRestriction => "switch off the source/destination check",
        ExplanationCode::SubnetAclRestriction => "add an entry with a lower number that allows it",
        ExplanationCode::IgwPublicIpAssociationForEgress => {
            "give the sender a public address, or route it to a NAT gateway"
        }
        ExplanationCode::IgwPrivateIpAssociationForIngress => "give the interface a public address",
        ExplanationCode::IgwDestinationAddressNotInRfc1918Egress
        | ExplanationCode::IgwDestinationAddressNotInRfc6598Egress => {
            "route private addresses to a peering connection, transit gateway or VPN"
        }
        ExplanationCode::IgwSourceAddressNotInRfc1918Ingress
        | ExplanationCode::IgwSourceAddressNotInRfc6598Ingress => {
            "come by a peering connection, transit gateway or VPN"
        }
        ExplanationCode::GatewayRejectsSpoofedTraffic => "send from an address that is outside the VPC",
        ExplanationCode::VpcBlockPublicAccessEnabled => {
            "add an exclusion for the subnet or VPC, or switch Block Public Access off"
        }
        ExplanationCode::NgwRequiresSourceInVpc => "put a NAT gateway into the sender's own VPC",
        ExplanationCode::RegionalNgwRouteAzRestriction => "let the NAT gateway serve the sender's zone",
        ExplanationCode::PcxRequiresAddressInVpcCidr => {
            "peer the two VPCs directly, or connect them by a transit gateway"
        }
        ExplanationCode::TgwAttachMissingTgwRtbAssociation => "associate the attachment with a route table",
        ExplanationCode::TgwRouteAzRestriction => "add a subnet of the sender's zone to the attachment",
        ExplanationCode::TgwRtbNoRouteToTgwAttachment => {
            "propagate the destination's attachment into the table, or add a static route"
        }
        ExplanationCode::TgwRtbBadStateRoute => "replace the blackhole by a route to an attachment",
        ExplanationCode::TgwRtbRoutesAreUnknown => "run the call that lists the routes and add its answer",
        ExplanationCode::VpceGatewayEgressSourceAddressRestriction => {
            "use an interface endpoint, or a gateway endpoint in the sender's VPC"
        }
        ExplanationCode::VpceGatewayProtocolRestriction => "use TCP",
        ExplanationCode::VpceIntraVpcTraffic => "ask in the other direction",
        ExplanationCode::ProtocolRestriction => "use a protocol that the component carries",
        ExplanationCode::ComponentFilterRestriction => "ask without `--via` or `--avoid`",
        ExplanationCode::NoPossibleDestination => "ask for something that answers",
        ExplanationCode::UnknownResource => "run the call that describes it and add its answer",
        ExplanationCode::UnsupportedComponent => "look at that component by hand",
        ExplanationCode::UnassociatedComponent => "associate it with what it should serve",
        ExplanationCode::NoInterfaceOwnsAddress => "ask for an address that an interface has",
        ExplanationCode::DnsNotReachable => {
            "make an inbound endpoint of the Route 53 Resolver in the VPC, and ask that"
        }
        ExplanationCode::FirewallRulesRestriction => "add a rule that passes it before the one that drops it",
        ExplanationCode::FirewallAsymmetricRouting => {
            "route both directions through the same endpoint; behind a transit gateway, switch on appliance mode"
        }
        ExplanationCode::NatGatewayNoState => "begin the conversation from inside",
        ExplanationCode::EgressOnlyNoState => {
            "begin the conversation from inside, or use an internet gateway"
        }
        ExplanationCode::ReplyMisdelivered => "give overlapping VPCs addresses of their own",
        ExplanationCode::RoutingLoop => "take out the route that leads back",
        ExplanationCode::TgwIpv6Unsupported => "switch on IPv6 support on the attachment",
        ExplanationCode::AddressNotRoutable => "use a unicast address of the destination",
        ExplanationCode::EniDeniesInternet => "reach it from inside the VPC",
        ExplanationCode::VpceServiceNotInstalledInAz => {
            "enable the zone on the service's load balancer, or use the endpoint in one that both have"
        }
        ExplanationCode::Elbv2ListenersMismatch
        | ExplanationCode::Elbv2ListenerPortRestriction
        | ExplanationCode::ElbListenerPortRestriction => "add a listener for the port",
        ExplanationCode::Elbv2ListenerRequiresTgAccept => {
            "add a rule for the client, or a target group of the listener's protocol"
        }
        ExplanationCode::GwlbProtocolRestriction | ExplanationCode::GwlbDestinationPortRestriction => {
            "ask for udp/6081 or the port of the health check"
        }
        ExplanationCode::EniAddressRestriction => {
            "route the subnet of the interface that was asked, and let the host answer by it"
        }
        ExplanationCode::VpcLocalRouteCidrRestriction => {
            "renumber one of the networks, or reach it by an endpoint or private NAT gateway"
        }
        ExplanationCode::TgwAttachVpcAzRestriction => "switch on appliance mode on the attachment",
        ExplanationCode::Elbv2ListenerHasNoTg => {
            "register targets in a zone that the load balancer is enabled in"
        }
        ExplanationCode::Elbv2NoTargetsInAz => {
            "register a target in the zone, or switch on cross-zone load balancing"
        }
        ExplanationCode::Elbv2SourceAddressPreservation => {
            "let the target's groups and ACL take the clients, or switch off client IP preservation"
        }
        ExplanationCode::NlbHairpin => "switch off client IP preservation on the target group",
        ExplanationCode::ElbListenersMismatch => "add a listener for the port, and register instances",
        ExplanationCode::ElbInstalledAzRestriction => {
            "enable the zone of the instances on the load balancer, or register others"
        }
        ExplanationCode::ElbAclRestriction => {
            "let the load balancer's subnet send the packets to its own instances"
        }
        ExplanationCode::ElbNotCrosszone => {
            "register an instance in the zone, or switch on cross-zone load balancing"
        }
        ExplanationCode::TargetAddressRestriction => "ask for a target",
        ExplanationCode::TargetPortRestriction => "ask for the target's port",
        ExplanationCode::NotAPublicAddress => "use a public address",
    }
}
