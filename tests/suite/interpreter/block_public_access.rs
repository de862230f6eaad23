//! VPC Block Public Access (section 25).

use netpath::model::{About, BlockMode, ExclusionMode, Subnet, Vpc};

use super::walk::{Step, Walk, dropped};

/// Who began a flow through an internet gateway, as Block Public Access tells them apart (BPA-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Began {
    /// A host on the internet.
    Outside,
    /// An interface of the subnet.
    Inside,
    /// A NAT gateway of the subnet, or an interface through an egress-only gateway.
    InsideByGateway,
}

impl Walk<'_, '_> {
    /// Section 25, for the subnet that the gateway serves; a regional NAT gateway has none.
    pub fn block_public_access(&self, vpc: &Vpc, subnet: Option<&Subnet>, began: Began) -> Step {
        let about = subnet.map_or(&vpc.about, |subnet| &subnet.about);
        let is_same = |left: Option<&str>, right: Option<&str>| match (left, right) {
            (Some(left), Some(right)) => left == right,
            (None, _) | (_, None) => true,
        };
        // BPA-1: the setting of the subnet's owner in the Region.
        let options = self.model.block_public_access_options.iter().find(|options| {
            let account = |it: &About| it.account.as_ref().map(|it| it.0.to_string());
            let region = |it: &About| it.region.as_ref().map(|it| it.0.to_string());
            is_same(account(&options.about).as_deref(), account(about).as_deref())
                && is_same(region(&options.about).as_deref(), region(about).as_deref())
        });
        let subnet_echo = subnet.and_then(|subnet| subnet.internet_gateway_block_mode.as_ref());
        let vpc_echo = vpc.internet_gateway_block_mode.as_ref();
        // BPA-8: what VPC and subnet say of themselves has their exclusions in it.
        let (mode, exclusions_count) = match (options, subnet_echo, vpc_echo) {
            (Some(options), _, _) => (&options.mode, true),
            (None, Some(mode), _) => (mode, false),
            (None, None, Some(mode)) => (mode, true),
            (None, None, None) => return Ok(()),
        };
        // BPA-3, BPA-4.
        let excluded = |wanted: &ExclusionMode| {
            exclusions_count
                && self.model.block_public_access_exclusions.iter().any(|it| {
                    it.is_in_force()
                        && it.mode == *wanted
                        && (it.resource == vpc.id.0
                            || subnet.is_some_and(|subnet| it.resource == subnet.id.0))
                })
        };
        let is_allowed = match (mode, began) {
            (BlockMode::Off, _) => true,
            // An exclusion for egress leaves what `block-ingress` leaves.
            (BlockMode::Bidirectional, Began::Outside | Began::Inside) => {
                excluded(&ExclusionMode::Bidirectional)
            }
            (BlockMode::Bidirectional, Began::InsideByGateway) => {
                excluded(&ExclusionMode::Bidirectional) || excluded(&ExclusionMode::Egress)
            }
            (BlockMode::Ingress, Began::InsideByGateway) => true,
            (BlockMode::Ingress, Began::Outside | Began::Inside) => excluded(&ExclusionMode::Bidirectional),
            (BlockMode::Unknown(word), _) => self.choices.suppose(format!("{word} lets packets pass")),
        };
        let name = subnet.map_or(vpc.id.as_str(), |subnet| subnet.id.as_str());
        if is_allowed { Ok(()) } else { dropped(format!("Block Public Access in {name} (BPA-2)")) }
    }
}
