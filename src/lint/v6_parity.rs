//! IPv6 is open where IPv4 is closed, or the other way round.
//!
//! The two families have rules, entries and routes of their own, and who closes one easily forgets the other. Every
//! interface has a public address as soon as it has an IPv6 one, so that nothing but routes and rules stands between it and
//! the internet. For each kind of interface the packets that get in over IPv4 are held against those over IPv6.
//!
//! | severity | when |
//! |---|---|
//! | high | IPv6 lets something in that IPv4 does not |
//! | info | IPv4 lets something in that IPv6 does not, where both families have a way |
//!
//! ## Open over IPv6
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16  2001:db8:a::/56
//! subnet  subnet-a    10.0.1.0/24  2001:db8:a:1::/64  in vpc-a
//! eni     eni-a       10.0.1.10 2001:db8:a:1::a  in subnet-a  sg sg-a  public 198.51.100.10
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! route   subnet-a    ::/0 -> igw-a
//! allow   sg-a        inbound tcp 443 from 0.0.0.0/0
//! allow   sg-a        inbound tcp 443 from ::/0
//! allow   sg-a        inbound tcp 22  from ::/0
//! ```
//!
//! ```findings
//! high eni-a: tcp 22
//! ```
//!
//! ## The same over both
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16  2001:db8:a::/56
//! subnet  subnet-a    10.0.1.0/24  2001:db8:a:1::/64  in vpc-a
//! eni     eni-a       10.0.1.10 2001:db8:a:1::a  in subnet-a  sg sg-a  public 198.51.100.10
//! route   subnet-a    0.0.0.0/0 -> igw-a
//! route   subnet-a    ::/0 -> igw-a
//! allow   sg-a        inbound tcp 443 from 0.0.0.0/0
//! allow   sg-a        inbound tcp 443 from ::/0
//! ```
//!
//! ```findings
//! none
//! ```

use rustc_hash::FxHashMap;

use super::sentence::{counted, sentence};
use super::world::{Exposure, without};
use super::world_open::say_gaps;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::ResourceKind;
use crate::network::InterfaceIndex;
use crate::packet::{Family, Interval, protocol};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP036",
    name: "v6-parity",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::pci_dss("1.3.1"),
        Control::nist("AC-4"),
        Control::nist("SC-7"),
        Control::soc2("CC6.6"),
    ],
    needs: &[
        ResourceKind::NetworkInterface,
        ResourceKind::RouteTable,
        ResourceKind::SecurityGroup,
        ResourceKind::NetworkAcl,
    ],
    source: include_str!("v6_parity.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let world = context.world();
    let of = |family: Family| -> FxHashMap<InterfaceIndex, &Exposure> {
        let all = world.exposures.iter().filter(|it| it.family == family);
        all.flat_map(|it| it.interfaces.iter().map(move |own| (*own, it))).collect()
    };
    let (fours, sixes) = (of(Family::V4), of(Family::V6));
    findings.looked_at(
        sixes.len(),
        "interface that is reached over IPv6",
        "interfaces that are reached over IPv6",
    );
    say_gaps(context, findings);
    let mut said = Vec::new();
    for six in world.exposures.iter().filter(|it| it.family == Family::V6) {
        let four = fours.get(&six.interface).copied();
        let passes = four.map(|it| plain(&it.passes)).unwrap_or_default();
        let more = without(&plain(&six.passes), &passes);
        if !more.is_empty() {
            let message = match four {
                Some(_) => {
                    sentence!["lets ", more.clone(), " of the internet in over IPv6, and not over IPv4"]
                }
                None => {
                    sentence!["lets ", more.clone(), " of the internet in over IPv6, and nothing over IPv4"]
                }
            };
            findings.found.push(one(context, six, message, Severity::High, more));
        }
        // Over IPv4 more is let in than over IPv6: nothing is exposed that was not meant to be.
        if let Some(four) = four.filter(|it| !said.contains(&it.interface)) {
            let less = without(&passes, &plain(&six.passes));
            if !less.is_empty() {
                said.push(four.interface);
                let message =
                    sentence!["lets ", less.clone(), " of the internet in over IPv4, and not over IPv6"];
                findings.found.push(one(context, four, message, Severity::Info, less));
            }
        }
    }
}

/// Without the two ICMPs, which are not the same.
fn plain(traffic: &[Interval]) -> Vec<Interval> {
    let all = |number: u8| (u32::from(number) << 16, u32::from(number) << 16 | 0xffff);
    without(traffic, &[all(protocol::ICMP), all(protocol::ICMPV6)])
}

fn one(
    context: &Context<'_>,
    exposure: &Exposure,
    message: super::Sentence,
    severity: Severity,
    traffic: Vec<Interval>,
) -> Finding {
    let network = context.network;
    let row = &network.interfaces[exposure.interface.index()];
    let mut finding = Finding::new(&LINT, row.component, message);
    finding.key = format!("{:?}", exposure.family);
    finding.severity = severity;
    let groups = &network.group_sets[row.groups.index()];
    finding.related = groups.iter().map(|it| network.groups[it.index()].component).collect();
    finding.related.push(network.subnets[row.subnet.index()].component);
    if exposure.interfaces.len() > 1 {
        finding.flows = vec![
            counted(exposure.interfaces.len(), "interface", "interfaces")
                .and(sentence![" of the subnet are reached so"]),
        ];
    }
    finding.witness = context.confirmed(exposure.witness(context, traffic));
    finding.remedy =
        sentence!["give both families the same rules, entries and routes, or say why they differ"];
    finding
}
