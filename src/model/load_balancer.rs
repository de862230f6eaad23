//! Application, Network and Gateway Load Balancers (`LB`).

use std::net::IpAddr;

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, present};
use super::words::words;
use super::{
    About, ElementError, LoadBalancerId, Reading, Resource, ResourceKind, SubnetId, Tags, VpcId, Zone,
};

words! {
    /// What kind of load balancer it is.
    LoadBalancerKind { Application = "application", Network = "network", Gateway = "gateway", }
}

words! {
    /// The state of a load balancer (LB-20).
    LoadBalancerState {
        Active = "active",
        /// It works and cannot scale further.
        ActiveImpaired = "active_impaired",
        Provisioning = "provisioning",
        Failed = "failed",
    }
}

/// A load balancer.
#[derive(Debug, Clone)]
pub struct LoadBalancer {
    /// Place, owner, tags.
    pub about: About,
    /// Its ARN.
    pub id: LoadBalancerId,
    /// Its name.
    pub name: CompactString,
    /// The name that resolves to its addresses.
    pub dns_name: CompactString,
    /// Whether that name resolves to public addresses, inside and outside (LB-1).
    pub is_internet_facing: bool,
    /// What kind it is.
    pub kind: Option<LoadBalancerKind>,
    /// Its state.
    pub state: Option<LoadBalancerState>,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// The zones that it is enabled in.
    pub zones: Vec<LoadBalancerZone>,
    /// Whether its groups judge what comes through PrivateLink, where that is said (IEP-7).
    pub judges_private_link: Option<bool>,
}

/// A zone that a load balancer is enabled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadBalancerZone {
    /// The zone.
    pub zone: Zone,
    /// The subnet that its interface there is in.
    pub subnet: Option<SubnetId>,
    /// Addresses that are fixed (LB-2).
    pub addresses: Vec<IpAddr>,
}

/// The element of `LoadBalancers`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    load_balancer_arn: Option<CompactString>,
    load_balancer_name: Option<CompactString>,
    #[serde(rename = "DNSName")]
    dns_name: Option<CompactString>,
    scheme: Option<CompactString>,
    #[serde(rename = "Type")]
    kind: Option<CompactString>,
    state: Option<StateWire>,
    vpc_id: Option<CompactString>,
    availability_zones: Option<Vec<ZoneWire>>,
    #[serde(rename = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")]
    enforces_on_private_link: Option<CompactString>,
    tags: Option<Tags>,
}

/// `State`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct StateWire {
    code: Option<CompactString>,
}

/// `AvailabilityZones[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ZoneWire {
    zone_name: Option<CompactString>,
    subnet_id: Option<CompactString>,
    load_balancer_addresses: Option<Vec<AddressWire>>,
}

/// `AvailabilityZones[].LoadBalancerAddresses[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AddressWire {
    ip_address: Option<CompactString>,
    #[serde(rename = "PrivateIPv4Address")]
    private_v4: Option<CompactString>,
    #[serde(rename = "IPv6Address")]
    v6: Option<CompactString>,
}

impl ZoneWire {
    fn convert(self) -> Result<LoadBalancerZone, ElementError> {
        let wires = self.load_balancer_addresses.unwrap_or_default().into_iter();
        let texts = wires.flat_map(|it| [it.ip_address, it.private_v4, it.v6]).filter_map(present);
        let member = "AvailabilityZones[].LoadBalancerAddresses[]";
        let addresses = texts.map(|text| super::about::address::<IpAddr>(member, &text));
        Ok(LoadBalancerZone {
            zone: Zone { name: present(self.zone_name), id: None },
            subnet: present(self.subnet_id).map(SubnetId),
            addresses: addresses.collect::<Result<_, _>>()?,
        })
    }
}

impl Resource for LoadBalancer {
    type Wire = Wire;
    type Id = LoadBalancerId;
    const KIND: ResourceKind = ResourceKind::LoadBalancer;
    const WORD: &'static str = "load-balancer";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<LoadBalancer, ElementError> {
        let arn = wire.load_balancer_arn.or_missing("LoadBalancerArn")?;
        let zones = wire.availability_zones.unwrap_or_default().into_iter().map(ZoneWire::convert);
        Ok(LoadBalancer {
            about: reading.about(None, Some(&arn), wire.tags),
            name: wire.load_balancer_name.unwrap_or_default(),
            dns_name: wire.dns_name.unwrap_or_default(),
            is_internet_facing: wire.scheme.is_some_and(|it| it.eq_ignore_ascii_case("internet-facing")),
            kind: reading.word(wire.kind),
            state: reading.word(wire.state.and_then(|it| it.code)),
            vpc: present(wire.vpc_id).map(VpcId),
            zones: zones.collect::<Result<_, _>>()?,
            judges_private_link: match wire.enforces_on_private_link.as_deref() {
                Some(word) if word.eq_ignore_ascii_case("on") => Some(true),
                Some(word) if word.eq_ignore_ascii_case("off") => Some(false),
                Some(_) | None => None,
            },
            id: LoadBalancerId(arn),
        })
    }

    fn id(&self) -> &LoadBalancerId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn own_name(&self) -> Option<&str> {
        Some(&self.name)
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), None)
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
