//! Doors for `fuzz/` to rows without their checksums, which hardly any damaged bytes get past.

use super::codec::{Bytes, Stored};
use crate::model::{
    FirewallRuleGroup, ManagedService, NetworkInterface, RouteTable, SecurityGroup, TransitGatewayRoutes,
};
use crate::network::{Filter, FirewallRow, GroupRules, RelayRow, Step, VpcRow};
use crate::packet::TransportSets;
use crate::snapshot::{Counts, Warning};

/// Takes bytes for a row of many a type. What is one becomes bytes that are the same one again.
pub fn rows(bytes: &[u8]) {
    row::<NetworkInterface>(bytes);
    row::<SecurityGroup>(bytes);
    row::<RouteTable>(bytes);
    row::<TransitGatewayRoutes>(bytes);
    row::<FirewallRuleGroup>(bytes);
    row::<ManagedService>(bytes);
    row::<VpcRow>(bytes);
    row::<Step>(bytes);
    row::<Filter>(bytes);
    row::<GroupRules>(bytes);
    row::<RelayRow>(bytes);
    row::<FirewallRow>(bytes);
    row::<TransportSets>(bytes);
    row::<Warning>(bytes);
    row::<Counts>(bytes);
}

fn row<T: Stored>(bytes: &[u8]) {
    let Ok(value) = T::take(&mut Bytes::new(bytes)) else { return };
    let mut own = Vec::new();
    value.put(&mut own);
    let again = T::take(&mut Bytes::new(&own)).expect("what was put can be taken");
    let mut twice = Vec::new();
    again.put(&mut twice);
    assert_eq!(own, twice, "a row that was stored and read is another one");
}
