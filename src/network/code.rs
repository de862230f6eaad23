//! Why a packet does not get on: AWS's explanation codes where the meaning is the same, ours where AWS has none.

macro_rules! codes {
    ($($(#[$doc:meta])* $Case:ident = $text:literal, $source:ident;)*) => {
        /// Why a packet does not get on. Each code has a page: `netpath explain CODE`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ExplanationCode {
            $($(#[$doc])* $Case,)*
        }

        impl ExplanationCode {
            /// All of them.
            pub const ALL: &'static [ExplanationCode] = &[$(ExplanationCode::$Case,)*];

            /// The code as AWS writes it.
            pub fn as_text(self) -> &'static str {
                match self { $(ExplanationCode::$Case => $text,)* }
            }

            /// Whether the code is AWS's own.
            pub fn is_of_aws(self) -> bool {
                match self { $(ExplanationCode::$Case => codes!(@ $source),)* }
            }
        }
    };
    (@ aws) => { true };
    (@ ours) => { false };
}

codes! {
    /// No route for the destination (RT-16).
    NoRouteToDestination = "NO_ROUTE_TO_DESTINATION", aws;
    /// The route that wins is a blackhole (RT-11).
    BadStateRoute = "BAD_STATE_ROUTE", aws;
    /// A component is not in a working state.
    BadState = "BAD_STATE", aws;
    /// An attachment is not in a working state.
    BadStateAttachment = "BAD_STATE_ATTACHMENT", aws;
    /// A more specific route takes the packet elsewhere.
    MoreSpecificRoute = "MORE_SPECIFIC_ROUTE", aws;
    /// The VPC's own local route takes the packet, which was meant for another VPC with the same addresses (RT-8).
    VpcLocalRouteCidrRestriction = "VPC_LOCAL_ROUTE_CIDR_RESTRICTION", aws;
    /// A gateway's table sends to an interface without a public address (GRT-3).
    IngressRtbNoPublicIp = "INGRESS_RTB_NO_PUBLIC_IP", aws;
    /// A gateway's table hands the answer to an interface that has not seen the conversation (GRT-4).
    IngressRtbTrafficRedirection = "INGRESS_RTB_TRAFFIC_REDIRECTION", aws;
    /// No rule of the interface's security groups admits it.
    EniSgRulesMismatch = "ENI_SG_RULES_MISMATCH", aws;
    /// The security groups have no rules in that direction (SG-6).
    SgHasNoRules = "SG_HAS_NO_RULES", aws;
    /// A rule names a group, and the way the packet took does not preserve its sender's groups (SG-15).
    SgReferencesNotPreserved = "SG_REFERENCES_NOT_PRESERVED", aws;
    /// Group referencing is not on for the transit gateway or an attachment (SG-18).
    SgReferencingSupport = "SG_REFERENCING_SUPPORT", aws;
    /// What an interface sends or takes is from or for an address that is not its own (ENI-3, M-9).
    EniAddressRestriction = "ENI_ADDRESS_RESTRICTION", aws;
    /// The source/destination check drops forwarded packets (ENI-3).
    EniSourceDestCheckRestriction = "ENI_SOURCE_DEST_CHECK_RESTRICTION", aws;
    /// The subnet's network ACL denies it.
    SubnetAclRestriction = "SUBNET_ACL_RESTRICTION", aws;
    /// The source has no public address (IGW-3).
    IgwPublicIpAssociationForEgress = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", aws;
    /// The destination has no public address, or no interface behind it (IGW-4).
    IgwPrivateIpAssociationForIngress = "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", aws;
    /// An internet gateway does not send to RFC 1918 addresses (IGW-5).
    IgwDestinationAddressNotInRfc1918Egress = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", aws;
    /// An internet gateway does not send to RFC 6598 addresses (IGW-5).
    IgwDestinationAddressNotInRfc6598Egress = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS", aws;
    /// An internet gateway does not accept RFC 1918 sources (IGW-5).
    IgwSourceAddressNotInRfc1918Ingress = "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS", aws;
    /// An internet gateway does not accept RFC 6598 sources (IGW-5).
    IgwSourceAddressNotInRfc6598Ingress = "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS", aws;
    /// The source is not an address that can come from there.
    GatewayRejectsSpoofedTraffic = "GATEWAY_REJECTS_SPOOFED_TRAFFIC", aws;
    /// Block Public Access is on (BPA-2).
    VpcBlockPublicAccessEnabled = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", aws;
    /// A NAT gateway serves its own VPC, and what comes through a transit gateway (NAT-5, NAT-12).
    NgwRequiresSourceInVpc = "NGW_REQUIRES_SOURCE_IN_VPC", aws;
    /// A regional NAT gateway is not active in the sender's zone (NAT-10).
    RegionalNgwRouteAzRestriction = "REGIONAL_NGW_ROUTE_AZ_RESTRICTION", aws;
    /// A peering connection carries packets between the two VPCs only (PCX-2).
    PcxRequiresAddressInVpcCidr = "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", aws;
    /// The attachment uses no route table (TGW-6).
    TgwAttachMissingTgwRtbAssociation = "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", aws;
    /// The sender's zone has no attachment subnet (TGW-2).
    TgwRouteAzRestriction = "TGW_ROUTE_AZ_RESTRICTION", aws;
    /// An attachment without appliance mode sends answers to another zone than requests (TGW-10, TGW-11).
    TgwAttachVpcAzRestriction = "TGW_ATTACH_VPC_AZ_RESTRICTION", aws;
    /// The transit gateway's table has no route (TGW-7).
    TgwRtbNoRouteToTgwAttachment = "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", aws;
    /// The transit gateway's route is a blackhole (TGW-8a).
    TgwRtbBadStateRoute = "TGW_RTB_BAD_STATE_ROUTE", aws;
    /// The transit gateway's routes are not in the snapshot (JS-7).
    TgwRtbRoutesAreUnknown = "TGW_RTB_ROUTES_ARE_UNKNOWN", aws;
    /// No tunnel of the VPN connection is up, or the connection is gone (VPN-6).
    BadStateVpn = "BAD_STATE_VPN", aws;
    /// The same of a VPN connection of a transit gateway.
    TgwBadStateVpn = "TGW_BAD_STATE_VPN", aws;
    /// A virtual private gateway carries what comes from a private address of its VPC (VPN-8, VPN-9).
    VgwPrivateIpAssociationForEgress = "VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS", aws;
    /// A virtual private gateway delivers to private addresses of its VPC (VPN-8, VPN-9).
    VgwPrivateIpAssociationForIngress = "VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", aws;
    /// A route with the same block and a higher priority takes the packet elsewhere (RT-5).
    HigherPriorityRoute = "HIGHER_PRIORITY_ROUTE", aws;
    /// The same in a transit gateway's table (TGW-7).
    TgwRtbHigherPriorityRoute = "TGW_RTB_HIGHER_PRIORITY_ROUTE", aws;
    /// A more specific route of a transit gateway's table takes the packet elsewhere.
    TgwRtbMoreSpecificRoute = "TGW_RTB_MORE_SPECIFIC_ROUTE", aws;
    /// A gateway endpoint serves its own VPC only (GEP-3).
    VpceGatewayEgressSourceAddressRestriction = "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION", aws;
    /// A gateway endpoint carries TCP and ICMP echo (GEP-8).
    VpceGatewayProtocolRestriction = "VPCE_GATEWAY_PROTOCOL_RESTRICTION", aws;
    /// An endpoint cannot begin a conversation (IEP-3).
    VpceIntraVpcTraffic = "VPCE_INTRA_VPC_TRAFFIC", aws;
    /// The endpoint's service has nothing in the zone of the endpoint's interface (IEP-6).
    VpceServiceNotInstalledInAz = "VPCE_SERVICE_NOT_INSTALLED_IN_AZ", aws;
    /// No listener takes the packet (LB-20, M-5).
    Elbv2ListenersMismatch = "ELBV2_LISTENERS_MISMATCH", aws;
    /// The load balancer takes some of the packets, and its listeners their own ports only (LB-20, M-5).
    Elbv2ListenerPortRestriction = "ELBV2_LISTENER_PORT_RESTRICTION", aws;
    /// None of the listener's target groups accepts the packet: no rule is for its source, or none speaks its protocol.
    Elbv2ListenerRequiresTgAccept = "ELBV2_LISTENER_REQUIRES_TG_ACCEPT", aws;
    /// The listener's target group has nothing to send to.
    Elbv2ListenerHasNoTg = "ELBV2_LISTENER_HAS_NO_TG", aws;
    /// The target group has no target in the zone, and the load balancer does not send into others (LB-8).
    Elbv2NoTargetsInAz = "ELBV2_NO_TARGETS_IN_AZ", aws;
    /// The client's address is preserved; the target would let the load balancer's own in (LB-5, M-4).
    Elbv2SourceAddressPreservation = "ELBV2_SOURCE_ADDRESS_PRESERVATION", aws;
    /// No listener of the Classic Load Balancer takes the packet, or it has no instances (LB-19).
    ElbListenersMismatch = "ELB_LISTENERS_MISMATCH", aws;
    /// The Classic Load Balancer takes some of the packets, and its listeners their own ports only (LB-19).
    ElbListenerPortRestriction = "ELB_LISTENER_PORT_RESTRICTION", aws;
    /// The Classic Load Balancer has instances in other zones only, and does not send there (LB-8).
    ElbNotCrosszone = "ELB_NOT_CROSSZONE", aws;
    /// The Classic Load Balancer has instances only in zones that it is not enabled in (LB-9).
    ElbInstalledAzRestriction = "ELB_INSTALLED_AZ_RESTRICTION", aws;
    /// The ACL of a Classic Load Balancer's subnet denies what leaves for an instance in that very subnet (ACL-10).
    ElbAclRestriction = "ELB_ACL_RESTRICTION", aws;
    /// A load balancer begins conversations with its targets only.
    TargetAddressRestriction = "TARGET_ADDRESS_RESTRICTION", aws;
    /// A load balancer sends to a target on its port or that of the health check (LB-11).
    TargetPortRestriction = "TARGET_PORT_RESTRICTION", aws;
    /// A Gateway Load Balancer sends to its targets by GENEVE, at port 6081, or checks their health (GWLB-5).
    GwlbDestinationPortRestriction = "GWLB_DESTINATION_PORT_RESTRICTION", aws;
    /// A Gateway Load Balancer sends to its targets by GENEVE, which is UDP (GWLB-5).
    GwlbProtocolRestriction = "GWLB_PROTOCOL_RESTRICTION", aws;
    /// The component carries certain protocols only.
    ProtocolRestriction = "PROTOCOL_RESTRICTION", aws;
    /// The question's own filter, `--via` or `--avoid`, rules the way out.
    ComponentFilterRestriction = "COMPONENT_FILTER_RESTRICTION", aws;
    /// There is nowhere for the packet to go from here.
    NoPossibleDestination = "NO_POSSIBLE_DESTINATION", aws;
    /// A needed resource is not in the snapshot.
    UnknownResource = "UNKNOWN_RESOURCE", aws;
    /// A component on the way is not modelled.
    UnsupportedComponent = "UNSUPPORTED_COMPONENT", aws;
    /// A gateway is not attached to anything.
    UnassociatedComponent = "UNASSOCIATED_COMPONENT", aws;
    /// No interface of the VPC owns the address.
    NoInterfaceOwnsAddress = "NO_INTERFACE_OWNS_ADDRESS", ours;
    /// The resolver of a VPC answers only what is sent in the VPC (DNS-1).
    DnsNotReachable = "DNS_NOT_REACHABLE", ours;
    /// The rules of a firewall do not let it pass (NFW-2, NFW-4, NFW-5).
    FirewallRulesRestriction = "FIREWALL_RULES_RESTRICTION", aws;
    /// The two directions do not meet the same endpoint of a firewall (NFW-10).
    FirewallAsymmetricRouting = "FIREWALL_ASYMMETRIC_ROUTING", ours;
    /// A NAT gateway has no state for the packet: nothing unsolicited gets in (NAT-3, M-3, M-7).
    NatGatewayNoState = "NAT_GATEWAY_NO_STATE", ours;
    /// An egress-only internet gateway has no state for the packet (EIG-4).
    EgressOnlyNoState = "EGRESS_ONLY_NO_STATE", ours;
    /// The reply ends at somebody else (PCX-5).
    ReplyMisdelivered = "REPLY_MISDELIVERED", ours;
    /// The packet comes to where it was before.
    RoutingLoop = "ROUTING_LOOP", ours;
    /// The attachment does not carry IPv6 (TGW-5).
    TgwIpv6Unsupported = "TGW_IPV6_UNSUPPORTED", ours;
    /// Multicast, broadcast and reserved addresses are not routed (LL-7, RT-14).
    AddressNotRoutable = "ADDRESS_NOT_ROUTABLE", ours;
    /// The internet gateway drops what is for this interface (IGW-7).
    EniDeniesInternet = "ENI_DENIES_INTERNET", ours;
    /// The client's address is preserved, and the client is its own target (LB-6, M-4).
    NlbHairpin = "NLB_HAIRPIN", ours;
    /// A virtual private gateway knows no network on premises that has the address (VPN-2).
    VgwNoRoute = "VGW_NO_ROUTE", ours;
    /// The VPN connection's selectors leave the packet out (VPN-13).
    VpnSelectorMismatch = "VPN_SELECTOR_MISMATCH", ours;
    /// The tunnels carry one family only (VPN-7).
    VpnFamilyMismatch = "VPN_FAMILY_MISMATCH", ours;
    /// No link leads from on premises to the destination.
    NoLinkFromOnPremises = "NO_LINK_FROM_ON_PREMISES", ours;
    /// No virtual interface of the Direct Connect link works (DX-7).
    BadStateDirectConnect = "BAD_STATE_DIRECT_CONNECT", ours;
    /// The allowed prefixes of a Direct Connect association leave the destination out (DX-1, DX-2).
    DxPrefixNotAllowed = "DX_PREFIX_NOT_ALLOWED", ours;
    /// No route of the Client VPN endpoint has the destination (CVPN-1).
    ClientVpnNoRoute = "CLIENT_VPN_NO_ROUTE", ours;
    /// No authorization rule of the Client VPN endpoint lets the client there (CVPN-1).
    ClientVpnNotAuthorized = "CLIENT_VPN_NOT_AUTHORIZED", ours;
    /// Clients of a Client VPN endpoint are behind its translation and take nothing unasked (CVPN-5).
    ClientVpnNoState = "CLIENT_VPN_NO_STATE", ours;
    /// An address of this kind is not routed on the internet.
    NotAPublicAddress = "NOT_A_PUBLIC_ADDRESS", ours;
}
