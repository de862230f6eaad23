//! One pair with the ordinary solver: what is no plain function of the two ends.

use super::Scope;
use super::cell::Cell;
use crate::network::InterfaceIndex;
use crate::packet::{Family, protocol};
use crate::solver::pair::Solver;
use crate::solver::question::{Destination, Pair, Source};

/// The families that are asked about: ICMP is IPv4's and ICMPv6 is IPv6's, and neither is asked of the other one.
pub(super) fn families(scope: &Scope) -> impl Iterator<Item = Family> + '_ {
    let is_foreign = |family: Family| {
        let foreign = match family {
            Family::V4 => protocol::ICMPV6,
            Family::V6 => protocol::ICMP,
        };
        let block = (u32::from(foreign) << 16, (u32::from(foreign) << 16) | 0xffff);
        scope.traffic.intervals.iter().all(|(low, high)| block.0 <= *low && *high <= block.1)
    };
    Family::BOTH.into_iter().filter(move |family| match scope.family {
        Some(wanted) => wanted == *family,
        None => !is_foreign(*family),
    })
}

/// One of each side that are not the same interface.
pub(super) fn two(senders: &[u32], receivers: &[u32]) -> Option<(InterfaceIndex, InterfaceIndex)> {
    let pairs =
        senders.iter().take(2).flat_map(|sender| receivers.iter().take(2).map(move |it| (*sender, *it)));
    let mut others = pairs.filter(|(sender, receiver)| sender != receiver);
    others.next().map(|(sender, receiver)| (InterfaceIndex(sender), InterfaceIndex(receiver)))
}

/// What passes between two interfaces.
pub(super) fn cell(
    solver: &mut Solver<'_>,
    scope: &Scope,
    family: Family,
    sender: InterfaceIndex,
    receiver: InterfaceIndex,
) -> Option<Cell> {
    let source = Source::Interface(sender, None);
    let destination = Destination::Interface(receiver, None);
    let pair = Pair { source: &source, destination: &destination, family };
    let outcome = solver.outcome(&pair, &scope.traffic, scope.is_one_way)?;
    Cell::of(&outcome, &mut solver.workspace)
}
