//! Sets of packet headers, and nothing about AWS.
//!
//! Every control of a VPC reads one peer address, the protocol and one port (or ICMP type and code). So two
//! one-dimensional sets carry the whole analysis: intervals on the line of (protocol, port), which are
//! [`TransportSet`]s, and intervals on the line of addresses, [`AddressSet`] and [`AddressMap`]. Firewalls read both
//! addresses and both ports at once: for them there are [`Diagrams`].

pub mod transport;
pub mod address;
pub mod address_map;
pub mod diagram;

pub use address::{AddressSet, Family, bits, ip, range_of};
pub use address_map::AddressMap;
pub use diagram::{Axis, Cell, Diagram, Diagrams, Header, Packets};
pub use transport::{Interval, Ports, Translation, TransportSet, TransportSets, Workspace, protocol};
