//! The grammar: every kind of line, what may stand on it, and what makes JSON of it.

use super::estate::{self, Estate};
use super::parse::{Line, ShorthandError};
use super::{balancers, filters, interfaces, network, transit};

/// A kind of line.
#[derive(Debug)]
pub struct Kind {
    /// Its first word.
    pub word: &'static str,
    /// The line as it may be written; brackets stand around what may be left out.
    pub form: &'static str,
    /// How many words stand outside of options, at least and at most.
    pub words: (usize, usize),
    /// Options with a value.
    pub options: &'static [&'static str],
    /// Options without one.
    pub flags: &'static [&'static str],
    /// What makes JSON of it.
    pub expand: fn(&mut Estate, &Line) -> Result<(), ShorthandError>,
}

const MANY: usize = usize::MAX;

/// All kinds, in the order in which they are expanded: what others refer to comes first.
#[rustfmt::skip]
pub static KINDS: &[Kind] = &[
    Kind { word: "prefix-list", form: "prefix-list ID [CIDR…] [service NAME] [unread] [old-call]",
        words: (1, MANY), options: &["service"], flags: &["unread", "old-call"], expand: filters::prefix_list },
    Kind { word: "vpc", form: "vpc ID CIDR… [private-ipv6 CIDR,…] [disassociated CIDR,…]",
        words: (2, MANY), options: &["private-ipv6", "disassociated"], flags: &[], expand: network::vpc },
    Kind { word: "local-zone", form: "local-zone ZONE parent ZONE",
        words: (1, 1), options: &["parent"], flags: &[], expand: network::local_zone },
    Kind { word: "table", form: "table ID in VPC [gateway GATEWAY] [propagates VGW]",
        words: (1, 1), options: &["in", "gateway", "propagates"], flags: &[], expand: network::table },
    Kind { word: "acl", form: "acl ID in VPC",
        words: (1, 1), options: &["in"], flags: &[], expand: filters::acl },
    Kind { word: "sg", form: "sg ID in VPC [account ACCOUNT]",
        words: (1, 1), options: &["in", "account"], flags: &[], expand: filters::sg },
    Kind { word: "subnet", form: "subnet ID CIDR… in VPC [zone ZONE] [table TABLE] [acl ACL] [shared-with ACCOUNT]",
        words: (2, MANY), options: &["in", "zone", "table", "acl", "shared-with"], flags: &[], expand: network::subnet },
    Kind { word: "igw", form: "igw ID [in VPC] [state STATE]",
        words: (1, 1), options: &["in", "state"], flags: &[], expand: network::igw },
    Kind { word: "eigw", form: "eigw ID [in VPC] [state STATE]",
        words: (1, 1), options: &["in", "state"], flags: &[], expand: network::igw },
    Kind { word: "vgw", form: "vgw ID in VPC",
        words: (1, 1), options: &["in"], flags: &[], expand: network::vgw },
    Kind { word: "eni", form: "eni ID ADDRESS… in SUBNET [sg GROUP,…|none] [public ADDRESS] [on INSTANCE] [type TYPE] [account ACCOUNT] [no-check] [detached]",
        words: (1, MANY), options: &["in", "sg", "public", "on", "type", "account"], flags: &["no-check", "detached"], expand: interfaces::eni },
    Kind { word: "instance", form: "instance ID STATE",
        words: (2, 2), options: &[], flags: &[], expand: interfaces::instance },
    Kind { word: "nat", form: "nat ID ADDRESS… in SUBNET [public ADDRESS,…] [state STATE], or nat ID in VPC zones ZONE=ADDRESS,… [manual]",
        words: (1, MANY), options: &["in", "public", "zones", "state"], flags: &["manual"], expand: interfaces::nat },
    Kind { word: "eip", form: "eip ADDRESS [to ENI] [at ADDRESS] [unconfirmed]",
        words: (1, 1), options: &["to", "at"], flags: &["unconfirmed"], expand: interfaces::eip },
    Kind { word: "byoip", form: "byoip CIDR [state STATE]",
        words: (1, 1), options: &["state"], flags: &[], expand: interfaces::byoip },
    Kind { word: "pcx", form: "pcx ID VPC VPC [CIDR…] [status STATUS] [account ACCOUNT] [region REGION]",
        words: (3, MANY), options: &["status", "account", "region"], flags: &[], expand: network::pcx },
    Kind { word: "endpoint", form: "endpoint ID SERVICE in VPC [list LIST tables TABLE,…] [state STATE], or endpoint ID SERVICE ADDRESS… in SUBNET,… [sg GROUP,…|none] [type TYPE] [state STATE]",
        words: (2, MANY), options: &["in", "list", "tables", "sg", "type", "state"], flags: &[], expand: interfaces::endpoint },
    Kind { word: "lb", form: "lb NAME network|application ADDRESS… in SUBNET,… [sg GROUP,…|none] [public ADDRESS,…] [state STATE] [cross-zone] [unread]",
        words: (3, MANY), options: &["in", "sg", "public", "state"], flags: &["cross-zone", "unread"], expand: balancers::lb },
    Kind { word: "classic-lb", form: "classic-lb NAME ADDRESS… in SUBNET,… [instances INSTANCE,…] [sg GROUP,…] [public ADDRESS,…] [cross-zone on|off]",
        words: (2, MANY), options: &["in", "instances", "sg", "public", "cross-zone"], flags: &[], expand: balancers::classic },
    Kind { word: "target-group", form: "target-group NAME instance|ip|alb|lambda PROTOCOL [PORT] in VPC [to TARGET[@ZONE][:PORT][=STATE],…] [preserve on|off] [cross-zone on|off] [health PORT] [family FAMILY] [unread]",
        words: (3, 4), options: &["in", "to", "preserve", "cross-zone", "health", "family"], flags: &["unread"], expand: balancers::target_group },
    Kind { word: "listener", form: "listener BALANCER PROTOCOL PORT -> GROUP,…|redirect|fixed-response|PORT",
        words: (3, 3), options: &["->"], flags: &[], expand: balancers::listener },
    Kind { word: "rule", form: "rule LISTENER NUMBER -> GROUP,…|redirect|fixed-response [path PATTERN] [source CIDR,…] [and-source CIDR,…]",
        words: (2, 2), options: &["->", "path", "source", "and-source"], flags: &[], expand: balancers::rule },
    Kind { word: "tgw", form: "tgw ID [sg-references enable] [no-default-table]",
        words: (1, 1), options: &["sg-references"], flags: &["no-default-table"], expand: transit::tgw },
    Kind { word: "tgw-table", form: "tgw-table ID in TGW",
        words: (1, 1), options: &["in"], flags: &[], expand: transit::table },
    Kind { word: "tgw-attachment", form: "tgw-attachment ID VPC to TGW in SUBNET,… [table TABLE|none] [propagates TABLE,…|none] [policy-table ID] [ipv6 enable] [appliance-mode enable] [sg-references disable] [state STATE]",
        words: (2, 2), options: &["to", "in", "table", "propagates", "policy-table", "ipv6", "appliance-mode", "sg-references", "state"], flags: &[], expand: transit::attachment },
    Kind { word: "tgw-other", form: "tgw-other ID KIND RESOURCE to TGW [table TABLE|none] [state STATE]",
        words: (3, 3), options: &["to", "table", "state"], flags: &[], expand: transit::other },
    Kind { word: "tgw-peering", form: "tgw-peering ID TGW TGW [tables TABLE,TABLE] [state STATE]",
        words: (3, 3), options: &["tables", "state"], flags: &[], expand: transit::peering },
    Kind { word: "tgw-nat", form: "tgw-nat ATTACHMENT CIDR -> CIDR [state STATE] [unread]",
        words: (2, 2), options: &["->", "state"], flags: &["unread"], expand: transit::nat },
    Kind { word: "tgw-route", form: "tgw-route TABLE CIDR|LIST -> ATTACHMENT,…|blackhole [propagated]",
        words: (2, 2), options: &["->"], flags: &["propagated"], expand: transit::route },
    Kind { word: "route", form: "route TABLE|SUBNET|VPC|NAT CIDR|LIST -> TARGET [blackhole] [propagated] [advertised]",
        words: (2, 2), options: &["->"], flags: &["blackhole", "propagated", "advertised"], expand: network::route },
    Kind { word: "allow", form: "allow GROUP inbound|outbound PROTOCOL [PORTS] from|to CIDR|LIST|GROUP[@ACCOUNT],…",
        words: (3, 4), options: &["from", "to"], flags: &[], expand: filters::allow },
    Kind { word: "egress", form: "egress GROUP none",
        words: (2, 2), options: &[], flags: &[], expand: filters::egress },
    Kind { word: "entry", form: "entry ACL inbound|outbound NUMBER allow|deny PROTOCOL [PORTS] from|to CIDR",
        words: (5, 6), options: &["from", "to"], flags: &[], expand: filters::entry },
    Kind { word: "sg-vpc", form: "sg-vpc GROUP VPC [state STATE]",
        words: (2, 2), options: &["state"], flags: &[], expand: filters::sg_vpc },
    Kind { word: "bpa", form: "bpa MODE",
        words: (1, 1), options: &[], flags: &[], expand: network::bpa },
    Kind { word: "bpa-exclusion", form: "bpa-exclusion VPC|SUBNET MODE [state STATE]",
        words: (2, 2), options: &["state"], flags: &[], expand: network::bpa_exclusion },
    Kind { word: "element", form: "element CALL ID JSON",
        words: (3, MANY), options: &[], flags: &[], expand: estate::element },
    Kind { word: "set", form: "set ID PATH JSON|absent",
        words: (3, MANY), options: &[], flags: &[], expand: estate::set },
    Kind { word: "truncated", form: "truncated CALL",
        words: (1, 1), options: &[], flags: &[], expand: estate::truncated },
    Kind { word: "missing", form: "missing CALL",
        words: (1, 1), options: &[], flags: &[], expand: estate::missing },
];
