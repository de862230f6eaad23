//! NAT gateways (`NAT`).

use std::net::Ipv4Addr;

use compact_str::CompactString;
use serde::Deserialize;

use super::about::{Absent, address, present};
use super::words::words;
use super::{
    About, ElementError, NatGatewayId, NetworkInterfaceId, Reading, Resource, ResourceKind, RouteTableId,
    SubnetId, Tags, VpcId, Zone,
};

words! {
    /// The state of a NAT gateway.
    NatGatewayState {
        Available = "available",
        Pending = "pending",
        Failed = "failed",
        Deleting = "deleting",
        Deleted = "deleted",
    }
}

words! {
    /// Whether a NAT gateway has public addresses.
    ConnectivityType { Public = "public", Private = "private", }
}

words! {
    /// Whether a NAT gateway serves one zone or the Region (NAT-10).
    AvailabilityMode { Zonal = "zonal", Regional = "regional", }
}

/// A NAT gateway.
#[derive(Debug, Clone)]
pub struct NatGateway {
    /// Place, owner, tags.
    pub about: About,
    /// `nat-…`
    pub id: NatGatewayId,
    /// The VPC that it is a part of.
    pub vpc: Option<VpcId>,
    /// The subnet of a zonal one.
    pub subnet: Option<SubnetId>,
    /// Its state.
    pub state: Option<NatGatewayState>,
    /// Public unless said otherwise.
    pub connectivity: ConnectivityType,
    /// Zonal unless said otherwise.
    pub availability: AvailabilityMode,
    /// Whether a regional one spreads to every zone where it is needed; it does unless said otherwise (NAT-10).
    pub expands: bool,
    /// The route table of a regional one.
    pub route_table: Option<RouteTableId>,
    /// Its addresses.
    pub addresses: Vec<NatGatewayAddress>,
    /// Whether an appliance is put in its way (NAT-15).
    pub has_appliance: bool,
}

/// One address of a NAT gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatGatewayAddress {
    /// The private address; a regional gateway may have none.
    pub private: Option<Ipv4Addr>,
    /// The public address.
    pub public: Option<Ipv4Addr>,
    /// Its interface.
    pub interface: Option<NetworkInterfaceId>,
    /// The zone that it serves, on a regional gateway.
    pub zone: Zone,
    /// Whether it is the primary address.
    pub is_primary: Option<bool>,
    /// Whether it is in use (`Status` is `succeeded` or absent).
    pub is_in_use: bool,
}

/// The element of `NatGateways`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    nat_gateway_id: Option<CompactString>,
    vpc_id: Option<CompactString>,
    subnet_id: Option<CompactString>,
    state: Option<CompactString>,
    connectivity_type: Option<CompactString>,
    availability_mode: Option<CompactString>,
    auto_provision_zones: Option<CompactString>,
    route_table_id: Option<CompactString>,
    nat_gateway_addresses: Option<Vec<AddressWire>>,
    attached_appliances: Option<Vec<serde::de::IgnoredAny>>,
    tags: Option<Tags>,
}

/// `NatGatewayAddresses[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct AddressWire {
    network_interface_id: Option<CompactString>,
    private_ip: Option<CompactString>,
    public_ip: Option<CompactString>,
    is_primary: Option<bool>,
    status: Option<CompactString>,
    availability_zone: Option<CompactString>,
    availability_zone_id: Option<CompactString>,
}

impl AddressWire {
    fn convert(self) -> Result<NatGatewayAddress, ElementError> {
        let parse = |member, text| present(text).map(|text| address(member, &text)).transpose();
        Ok(NatGatewayAddress {
            private: parse("NatGatewayAddresses[].PrivateIp", self.private_ip)?,
            public: parse("NatGatewayAddresses[].PublicIp", self.public_ip)?,
            interface: present(self.network_interface_id).map(NetworkInterfaceId),
            zone: Zone { name: present(self.availability_zone), id: present(self.availability_zone_id) },
            is_primary: self.is_primary,
            is_in_use: present(self.status).is_none_or(|it| it.eq_ignore_ascii_case("succeeded")),
        })
    }
}

impl Resource for NatGateway {
    type Wire = Wire;
    type Id = NatGatewayId;
    const KIND: ResourceKind = ResourceKind::NatGateway;
    const WORD: &'static str = "nat-gateway";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<NatGateway, ElementError> {
        let addresses = wire.nat_gateway_addresses.unwrap_or_default().into_iter().map(AddressWire::convert);
        Ok(NatGateway {
            about: reading.about(None, None, wire.tags),
            id: NatGatewayId(wire.nat_gateway_id.or_missing("NatGatewayId")?),
            vpc: present(wire.vpc_id).map(VpcId),
            subnet: present(wire.subnet_id).map(SubnetId),
            state: reading.word(wire.state),
            connectivity: reading.word(wire.connectivity_type).unwrap_or(ConnectivityType::Public),
            availability: reading.word(wire.availability_mode).unwrap_or(AvailabilityMode::Zonal),
            expands: !present(wire.auto_provision_zones)
                .is_some_and(|it| it.eq_ignore_ascii_case("disabled")),
            route_table: present(wire.route_table_id).map(RouteTableId),
            addresses: addresses.collect::<Result<Vec<_>, _>>()?,
            has_appliance: wire.attached_appliances.is_some_and(|appliances| !appliances.is_empty()),
        })
    }

    fn id(&self) -> &NatGatewayId {
        &self.id
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), self.subnet.as_ref().map(|it| it.as_str()))
    }

    fn state_word(&self) -> Option<&str> {
        super::words::as_text(self.state.as_ref())
    }
}
