//! Classic Load Balancers (LB-19).

use compact_str::{CompactString, format_compact};
use serde::Deserialize;

use super::about::{Absent, present};
use super::{
    About, BalancedProtocol, ClassicLoadBalancerId, ElementError, InstanceId, Reading, Resource,
    ResourceKind, SubnetId, Tags, VpcId,
};

/// A Classic Load Balancer.
#[derive(Debug, Clone)]
pub struct ClassicLoadBalancer {
    /// Place, owner, tags.
    pub about: About,
    /// Account, Region and name: names repeat.
    pub id: ClassicLoadBalancerId,
    /// Its name.
    pub name: CompactString,
    /// The name that resolves to its addresses.
    pub dns_name: CompactString,
    /// Whether that name resolves to public addresses, inside and outside (LB-1).
    pub is_internet_facing: bool,
    /// Its VPC.
    pub vpc: Option<VpcId>,
    /// The subnets that it is enabled in.
    pub subnets: Vec<SubnetId>,
    /// What it listens on.
    pub listeners: Vec<ClassicListener>,
    /// Its targets.
    pub instances: Vec<InstanceId>,
}

/// A listener of a Classic Load Balancer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassicListener {
    /// What it speaks.
    pub protocol: Option<BalancedProtocol>,
    /// The port that it takes packets on.
    pub port: u16,
    /// The port of the instances that it sends to.
    pub instance_port: u16,
}

/// The element of `LoadBalancerDescriptions`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Wire {
    load_balancer_name: Option<CompactString>,
    #[serde(rename = "DNSName")]
    dns_name: Option<CompactString>,
    scheme: Option<CompactString>,
    #[serde(rename = "VPCId")]
    vpc_id: Option<CompactString>,
    subnets: Option<Vec<CompactString>>,
    listener_descriptions: Option<Vec<DescriptionWire>>,
    instances: Option<Vec<InstanceWire>>,
    tags: Option<Tags>,
}

/// `ListenerDescriptions[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct DescriptionWire {
    listener: Option<ListenerWire>,
}

/// `ListenerDescriptions[].Listener`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ListenerWire {
    protocol: Option<CompactString>,
    load_balancer_port: Option<u16>,
    instance_port: Option<u16>,
}

/// `Instances[]`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct InstanceWire {
    instance_id: Option<CompactString>,
}

impl Resource for ClassicLoadBalancer {
    type Wire = Wire;
    type Id = ClassicLoadBalancerId;
    const KIND: ResourceKind = ResourceKind::ClassicLoadBalancer;
    const WORD: &'static str = "classic-load-balancer";

    fn convert(wire: Wire, reading: &mut Reading) -> Result<ClassicLoadBalancer, ElementError> {
        let name = wire.load_balancer_name.or_missing("LoadBalancerName")?;
        let about = reading.about(None, None, wire.tags);
        let account = about.account.as_ref().map_or("", |it| it.as_str());
        let region = about.region.as_ref().map_or("", |it| it.as_str());
        let id = ClassicLoadBalancerId(format_compact!("{account}/{region}/{name}"));
        let described = wire.listener_descriptions.unwrap_or_default().into_iter();
        let listeners = described.filter_map(|it| it.listener).filter_map(|listener| {
            let (port, instance_port) = (listener.load_balancer_port?, listener.instance_port?);
            Some(ClassicListener { protocol: reading.word(listener.protocol), port, instance_port })
        });
        Ok(ClassicLoadBalancer {
            listeners: listeners.collect(),
            about,
            id,
            name,
            dns_name: wire.dns_name.unwrap_or_default(),
            is_internet_facing: wire.scheme.is_some_and(|it| it.eq_ignore_ascii_case("internet-facing")),
            vpc: present(wire.vpc_id).map(VpcId),
            subnets: wire.subnets.unwrap_or_default().into_iter().map(SubnetId).collect(),
            instances: wire
                .instances
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| present(it.instance_id))
                .map(InstanceId)
                .collect(),
        })
    }

    fn id(&self) -> &ClassicLoadBalancerId {
        &self.id
    }

    fn id_text(&self) -> &str {
        &self.name
    }

    fn about(&self) -> &About {
        &self.about
    }

    fn vpc_and_subnet(&self) -> (Option<&str>, Option<&str>) {
        (self.vpc.as_ref().map(|it| it.as_str()), None)
    }
}
