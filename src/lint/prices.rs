//! What things cost: the dated list of prices in `prices.toml`, and what follows from it.
//!
//! What something costs by the hour is a fact; what a change would save depends on traffic, and is said only where
//! `netpath.toml` has the figure. Otherwise a lint says from how much traffic on the change pays.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Context;
use super::sentence::{Sentence, sentence};
use crate::model::Region;
use crate::network::Component;

/// Hours of a month, as AWS's own calculator counts them.
const HOURS: f64 = 730.0;

/// The list as it stands in the file.
#[derive(Debug, Deserialize)]
struct List {
    date: String,
    source: String,
    #[serde(flatten)]
    regions: BTreeMap<String, BTreeMap<String, toml::Value>>,
}

static LIST: LazyLock<List> = LazyLock::new(|| {
    toml::from_str(include_str!("prices.toml"))
        .expect("the list of prices is part of the program and read by a test")
});

/// Something that has a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A NAT gateway, an hour.
    NatHour,
    /// A gigabyte through a NAT gateway.
    NatGigabyte,
    /// An interface endpoint, an hour and zone.
    EndpointHour,
    /// A gigabyte through an interface endpoint.
    EndpointGigabyte,
    /// A public IPv4 address, an hour.
    PublicAddressHour,
    /// An Application or Network Load Balancer, an hour.
    BalancerHour,
    /// A gigabyte from a zone to another, each way.
    CrossZoneGigabyte,
}

impl Item {
    fn key(self) -> &'static str {
        match self {
            Item::NatHour => "nat-gateway-hour",
            Item::NatGigabyte => "nat-gateway-gigabyte",
            Item::EndpointHour => "interface-endpoint-hour",
            Item::EndpointGigabyte => "interface-endpoint-gigabyte",
            Item::PublicAddressHour => "public-ipv4-hour",
            Item::BalancerHour => "load-balancer-hour",
            Item::CrossZoneGigabyte => "cross-zone-gigabyte",
        }
    }
}

/// The prices of a Region.
#[derive(Debug, Clone, Copy)]
pub struct Prices<'r> {
    region: Option<&'r str>,
}

/// The prices of a Region.
pub fn prices(region: Option<&Region>) -> Prices<'_> {
    Prices { region: region.map(Region::as_str) }
}

impl Prices<'_> {
    /// What something costs, in dollars.
    pub fn of(self, item: Item) -> f64 {
        let own = self.region.and_then(|it| LIST.regions.get(it)).and_then(|it| it.get(item.key()));
        let price = own.or_else(|| LIST.regions.get("default").and_then(|it| it.get(item.key())));
        price.and_then(toml::Value::as_float).unwrap_or_default()
    }

    /// What something that is paid by the hour costs in a month.
    pub fn month(self, item: Item) -> f64 {
        self.of(item) * HOURS
    }

    /// Where the figures come from, of which Region and of when.
    pub fn source(self) -> Sentence {
        let region = self.region.filter(|it| LIST.regions.contains_key(*it)).unwrap_or("us-east-1");
        sentence![LIST.source.clone(), ": ", region.to_owned(), ", ", LIST.date.clone()]
    }
}

/// Dollars and cents: `$32.85`.
pub fn dollars(amount: f64) -> String {
    format!("${amount:.2}")
}

/// Dollars with as many digits as the price has: `$0.045`.
pub fn dollars_exactly(amount: f64) -> String {
    format!("${amount}")
}

/// The traffic over something that somebody has measured, in gigabytes a month.
pub fn measured(context: &Context<'_>, things: &[Component]) -> Option<f64> {
    let figures = &context.settings.traffic;
    things.iter().find_map(|thing| {
        let about = context.about(*thing)?;
        let id = context.id(*thing);
        figures.iter().find(|it| it.resource.fits(id, about)).map(|it| it.gigabytes_per_month)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_a_date_and_a_price_for_everything() {
        assert_eq!(LIST.date.len(), 10, "{}", LIST.date);
        assert!(!LIST.source.is_empty());
        let items = [
            Item::NatHour,
            Item::NatGigabyte,
            Item::EndpointHour,
            Item::EndpointGigabyte,
            Item::PublicAddressHour,
            Item::BalancerHour,
            Item::CrossZoneGigabyte,
        ];
        for item in items {
            assert!(prices(None).of(item) > 0.0, "{item:?}");
        }
        let ireland = Region::from("eu-west-1");
        assert!(prices(Some(&ireland)).of(Item::NatHour) > prices(None).of(Item::NatHour));
    }
}
