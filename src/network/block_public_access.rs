//! Block Public Access: what each subnet is left with (BPA-1 … BPA-4, BPA-8).

use rustc_hash::FxHashMap;

use super::compiler::{Compiler, Stage};
use super::location::{AssumptionIndex, Component};
use super::rows::PublicAccess;
use crate::model::{
    About, AccountId, AssumptionCode, BlockMode, BlockPublicAccessExclusion, BlockPublicAccessOptions,
    ExclusionMode, Region, ResourceKind, Subnet,
};

pub(super) fn compile(compiler: &mut Compiler<'_>, stage: Stage) {
    if stage != Stage::Filters {
        return;
    }
    let model = compiler.model;
    let mut options_of: FxHashMap<(&Option<AccountId>, &Option<Region>), Option<&BlockPublicAccessOptions>> =
        FxHashMap::default();
    for index in 0..compiler.subnets.len() {
        let Component::Resource(_, position) = compiler.subnets[index].component else { continue };
        let Some(subnet) = model.subnets.get_row(position as usize) else { continue };
        // BPA-1: the subnet's owner decides.
        let owner = &subnet.about;
        let options = *options_of
            .entry((&owner.account, &owner.region))
            .or_insert_with(|| model.block_public_access_options.iter().find(|it| is_for(it, owner)));
        let (access, gap) = access(compiler, subnet, options);
        compiler.subnets[index].public_access = access;
        compiler.subnets[index].public_access_gap = gap;
    }
}

fn access(
    compiler: &mut Compiler<'_>,
    subnet: &Subnet,
    options: Option<&BlockPublicAccessOptions>,
) -> (PublicAccess, Option<AssumptionIndex>) {
    let model = compiler.model;
    let owner = &subnet.about;
    let kind = ResourceKind::BlockPublicAccessOptions;
    if model.coverage.is_cut(kind, owner.account.as_ref(), owner.region.as_ref()) {
        let gap =
            compiler.assumption(AssumptionCode::MissingData, subnet.id.as_str(), Some(kind.call()), None);
        return (PublicAccess::Unknown, Some(gap));
    }
    let vpc = model.vpcs.get(&subnet.vpc);
    let echoed = subnet
        .internet_gateway_block_mode
        .clone()
        .or_else(|| vpc.and_then(|vpc| vpc.internet_gateway_block_mode.clone()));
    let mode = match (options, echoed) {
        (Some(options), _) => options.mode.clone(),
        // BPA-8: the subnet's own word is the effective one, exclusions included.
        (None, Some(mode)) => return (by_mode(&mode), unknown_word(compiler, &mode, &subnet.about)),
        (None, None) => {
            let region = owner.region.as_ref();
            let gap = (!model.coverage.holds(kind, owner.account.as_ref(), region)).then(|| {
                let about = match (&owner.account, region) {
                    (Some(account), Some(region)) => format!("account {account} in {region}"),
                    (Some(account), None) => format!("account {account}"),
                    (None, Some(region)) => region.to_string(),
                    (None, None) => "the account".to_owned(),
                };
                let code = AssumptionCode::BlockPublicAccessAssumedOff;
                compiler.assumption(code, &about, Some(kind.call()), None)
            });
            return (PublicAccess::Open, gap);
        }
    };
    let exclusions = model.block_public_access_exclusions.iter();
    let own: Vec<&BlockPublicAccessExclusion> = exclusions
        .filter(|it| it.resource == subnet.id.as_str() || it.resource == subnet.vpc.as_str())
        .collect();
    let excluded =
        own.iter().filter(|it| it.is_in_force() && it.odd_word().is_none()).map(|it| match it.mode {
            ExclusionMode::Bidirectional => PublicAccess::Open,
            ExclusionMode::Egress => PublicAccess::OutwardByGateways,
            ExclusionMode::Unknown(_) => PublicAccess::Unknown,
        });
    let base = by_mode(&mode);
    // The most that the mode or an exclusion lets through.
    let widest = excluded.chain([base]).min_by_key(|access| match access {
        PublicAccess::Open => 0,
        PublicAccess::OutwardByGateways => 1,
        PublicAccess::Closed => 2,
        PublicAccess::Unknown => 3,
    });
    let widest = widest.unwrap_or(base);
    match doubt(compiler, subnet, &own).filter(|_| widest != PublicAccess::Open) {
        Some(gap) => (PublicAccess::Unknown, Some(gap)),
        None => (widest, unknown_word(compiler, &mode, &subnet.about)),
    }
}

/// What keeps it open whether the subnet is excluded: a word that nobody knows, or a call that is missing (JS-4, BPA-3).
fn doubt(
    compiler: &mut Compiler<'_>,
    subnet: &Subnet,
    own: &[&BlockPublicAccessExclusion],
) -> Option<AssumptionIndex> {
    let odd = own.iter().find_map(|it| Some((it.odd_word()?, it.about.place)));
    if let Some((word, place)) = odd {
        return Some(compiler.assumption(AssumptionCode::UnknownWord, word, None, Some(place)));
    }
    let kind = ResourceKind::BlockPublicAccessExclusion;
    let owner = &subnet.about;
    let is_held = compiler.model.coverage.holds(kind, owner.account.as_ref(), owner.region.as_ref());
    (!is_held).then(|| {
        compiler.assumption(AssumptionCode::MissingData, subnet.id.as_str(), Some(kind.call()), None)
    })
}

fn is_for(options: &BlockPublicAccessOptions, owner: &About) -> bool {
    let (account, region) = (&options.about.account, &options.about.region);
    (account.is_none() || owner.account.is_none() || *account == owner.account)
        && (region.is_none() || owner.region.is_none() || *region == owner.region)
}

/// BPA-2.
fn by_mode(mode: &BlockMode) -> PublicAccess {
    match mode {
        BlockMode::Off => PublicAccess::Open,
        BlockMode::Bidirectional => PublicAccess::Closed,
        BlockMode::Ingress => PublicAccess::OutwardByGateways,
        BlockMode::Unknown(_) => PublicAccess::Unknown,
    }
}

fn unknown_word(compiler: &mut Compiler<'_>, mode: &BlockMode, about: &About) -> Option<AssumptionIndex> {
    match mode {
        BlockMode::Unknown(word) => {
            Some(compiler.assumption(AssumptionCode::UnknownWord, word, None, Some(about.place)))
        }
        BlockMode::Off | BlockMode::Bidirectional | BlockMode::Ingress => None,
    }
}
