//! What is said of the ends of a question besides the answer: whose interfaces they are, which port they take, what
//! their names stand for.

use super::sentence::with_name;
use super::view::AssumptionView;
use super::{Context, name, wording};
use crate::model::{AssumptionCode, ManagedService, ResourceKind};
use crate::network::{Component, InterfaceIndex, LocationKind};
use crate::solver::{NameSource, PairAnswer, PathAnswer, PublicCause, Remark, Verdict};

/// Why most names are public ones.
pub(super) const NO_ENDPOINT: &str = "no endpoint there has the name";

/// How many others are named.
const MOST_NAMED: usize = 3;

/// A remark in words.
pub(super) fn view<'a>(context: Context<'a>, remark: &'a Remark) -> AssumptionView<'a> {
    let (code, thing, words) = match remark {
        Remark::Name { text, source, addresses, takes_zones_for_none } => {
            let (code, words) = name_words(context, text, source, addresses);
            let call = ResourceKind::HostedZone.call();
            return AssumptionView {
                code: wording::assumption_code(code),
                about: text,
                words,
                needs: takes_zones_for_none.then(|| format!("aws {call}")),
                place: None,
                makes_unknown: false,
            };
        }
        Remark::Shared { thing, others } => {
            (AssumptionCode::OwnerAmbiguous, thing, shared(context, *thing, others))
        }
        Remark::Port { thing, port } => {
            let label = label(context, *thing);
            let words =
                format!("{label} takes requests at tcp/{port}, and nothing was asked about in particular");
            (AssumptionCode::ServicePort, thing, words)
        }
        Remark::OtherWayIn { thing } => (AssumptionCode::OtherWayIn, thing, other_way_in(context, *thing)),
        Remark::PublicName { thing, interfaces } => {
            (AssumptionCode::DnsResolvesPublic, thing, public_name(context, *thing, interfaces))
        }
    };
    AssumptionView {
        code: wording::assumption_code(code),
        about: name::named(context, *thing).id,
        words,
        needs: None,
        place: None,
        makes_unknown: false,
    }
}

/// What a name stands for, and who says so.
fn name_words(
    context: Context<'_>,
    text: &str,
    source: &NameSource,
    addresses: &[std::net::IpAddr],
) -> (AssumptionCode, String) {
    let shown: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let stands_for = match shown.is_empty() {
        true => format!("{text} is a name of the destination"),
        false => format!("{text} resolves to {}", shown.join(" or ")),
    };
    let named = |component: Component| {
        let named = name::named(context, component);
        with_name(named.id, named.name)
    };
    match source {
        NameSource::World => (AssumptionCode::DnsResolves, stands_for),
        NameSource::Zone(zone) => {
            (AssumptionCode::DnsResolves, format!("{stands_for}, by the hosted zone {}", named(*zone)))
        }
        NameSource::Endpoint(endpoint) => {
            (AssumptionCode::DnsResolves, format!("{stands_for}, by {}", named(*endpoint)))
        }
        NameSource::Public { endpoint, cause } => {
            let endpoint = endpoint.map_or_else(|| "the endpoint".to_owned(), named);
            let because = match cause {
                PublicCause::NoEndpoint => NO_ENDPOINT.to_owned(),
                PublicCause::NoPrivateDns => {
                    format!("private DNS is off on {endpoint}, and on it would lead there")
                }
                PublicCause::NoDnsSupport => {
                    format!(
                        "{endpoint} has the name, but enableDnsSupport is off in its VPC, and both attributes have to be on"
                    )
                }
                PublicCause::NoDnsHostnames => {
                    format!(
                        "{endpoint} has the name, but enableDnsHostnames is off in its VPC, and both attributes have to be on"
                    )
                }
            };
            let words =
                format!("{text} resolves to a public address, which the snapshot does not hold: {because}");
            (AssumptionCode::DnsResolvesPublic, words)
        }
    }
}

fn service(context: Context<'_>, thing: Component) -> Option<&ManagedService> {
    let Component::Resource(ResourceKind::ManagedService, row) = thing else { return None };
    context.snapshot.model.managed_services.get_row(row as usize)
}

fn label(context: Context<'_>, thing: Component) -> &str {
    service(context, thing).map_or_else(|| name::named(context, thing).id, |it| &it.label)
}

fn shared(context: Context<'_>, thing: Component, others: &[Component]) -> String {
    let mut names: Vec<&str> = others.iter().take(MOST_NAMED).map(|it| label(context, *it)).collect();
    let rest = format!("{} more", others.len().saturating_sub(MOST_NAMED));
    if others.len() > MOST_NAMED {
        names.push(&rest);
    }
    format!(
        "{} {}: {} may be the one that an interface is of",
        label(context, thing),
        wording::assumption(AssumptionCode::OwnerAmbiguous),
        names.join(", ")
    )
}

/// Who may use it, and what still counts.
fn other_way_in(context: Context<'_>, thing: Component) -> String {
    let model = &context.snapshot.model;
    let id = name::named(context, thing).id;
    let meaning = wording::assumption(AssumptionCode::OtherWayIn);
    match thing {
        Component::Resource(ResourceKind::AcceleratorEndpointGroup, row) => {
            let group = model.accelerator_endpoint_groups.get_row(row as usize);
            let accelerator = group.map_or(id, |it| it.accelerator());
            format!("{accelerator} (Global Accelerator) {meaning}; security groups still judge it")
        }
        Component::Resource(ResourceKind::VpcOrigin, _) => {
            format!("{id} (a VPC origin of CloudFront) {meaning}; security groups still judge it")
        }
        Component::Resource(ResourceKind::VerifiedAccessEndpoint, _) => {
            format!(
                "{id} (Verified Access) {meaning}, for whoever its policy trusts; security groups still judge it"
            )
        }
        Component::Resource(..) | Component::Internet | Component::OnPremises | Component::Service(_) => {
            format!(
                "{id} {meaning}, for whoever IAM lets use it: `netpath query {id} …` says what it reaches"
            )
        }
    }
}

/// What the name of a publicly accessible service stands for, and that the flag is not a route.
fn public_name(context: Context<'_>, thing: Component, interfaces: &[InterfaceIndex]) -> String {
    let all = &context.snapshot.model.network_interfaces;
    let addresses = interfaces.iter().filter_map(|it| all.get_row(it.index())?.addresses.first());
    let both = addresses.map(|it| (it.public.map(|it| it.to_string()), it.private.to_string()));
    let (public, private): (Vec<Option<String>>, Vec<String>) = both.unzip();
    let public: Vec<String> = public.into_iter().flatten().collect();
    let label = label(context, thing);
    let called = service(context, thing).and_then(|it| it.dns_names.first()).map_or(label, |it| it.as_str());
    let outside = match public.is_empty() {
        true => "a public address that the snapshot does not show".to_owned(),
        false => public.join(" or "),
    };
    format!(
        "{label} is publicly accessible: outside, {called} resolves to {outside}, inside its VPC to {}; \
         the setting gives it an address and a name, no route and no rule. A tunnel (Session Manager, VPN) to the \
         private address needs none of the three",
        private.join(" or ")
    )
}

/// The instance that answers, where it has interfaces in other subnets that it may answer by (ENI-9, M-9).
pub(super) fn answering_host<'a>(context: Context<'a>, pair: &PairAnswer) -> Option<&'a str> {
    if context.query.is_one_way || pair.is_host_local {
        return None;
    }
    let model = &context.snapshot.model;
    let arrival = |path: &PathAnswer| {
        let last = path.forward.last().filter(|it| it.kind == LocationKind::InterfaceIn)?;
        let Component::Resource(ResourceKind::NetworkInterface, row) = last.component else { return None };
        let is_alone = context.network.interfaces[row as usize].host == u32::MAX;
        let interface = model.network_interfaces.get_row(row as usize).filter(|_| !is_alone)?;
        let instance = model.instances.get(interface.attachment.as_ref()?.instance.as_ref()?)?;
        let mut all = instance.interfaces.iter().filter_map(|id| model.network_interfaces.get(id));
        all.any(|it| it.subnet != interface.subnet).then_some(instance.id.as_str())
    };
    let gets_there = |path: &&PathAnswer| path.verdict != Verdict::Blocked;
    pair.paths.iter().filter(gets_there).find_map(arrival)
}

/// Which interface a host answers by is its own affair.
pub(super) fn host_routing(instance: &str) -> AssumptionView<'_> {
    let code = AssumptionCode::HostRoutingAssumed;
    AssumptionView {
        code: wording::assumption_code(code),
        about: instance,
        words: format!("{instance} {}", wording::assumption(code)),
        needs: None,
        place: None,
        makes_unknown: false,
    }
}
