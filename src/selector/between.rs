//! What lies between the ends: the components that `--via` and `--avoid` name.

use super::error::SelectorError;
use super::index::Index;
use super::named::{NAMEABLE, named};
use super::resource::Resource;
use super::word::{self, Word};
use crate::model::ResourceKind;
use crate::network::{Component, ServiceIndex};
use crate::packet::{Family, bits};

/// The components that a selector names. An instance is its interfaces; a VPC or subnet is itself.
pub fn components(index: &Index<'_>, text: &str) -> Result<Vec<Component>, SelectorError> {
    let text = text.trim();
    let exact = index.by_id(text, NAMEABLE);
    if !exact.is_empty() {
        return Ok(of_resources(index, &exact));
    }
    let network = index.network;
    let unknown = || super::unknown(index, text);
    match word::read(text)? {
        Word::Internet => Ok(vec![Component::Internet]),
        Word::OnPremises(_) => Ok(vec![Component::OnPremises]),
        Word::Address(address) => {
            let owners = index.owners(Family::of(address), bits(address));
            if owners.is_empty() {
                return Err(unknown());
            }
            Ok(owners.iter().map(|it| network.interfaces[it.index()].component).collect())
        }
        Word::Block(_) => {
            Err(SelectorError::NotAnEnd { text: text.to_owned(), what: "a block of addresses" })
        }
        Word::Service(name) => {
            let suffix = format!(".{name}");
            let services = (0..).zip(&network.services);
            let of_name = services.filter(|(_, it)| it.name.ends_with(&suffix) || it.name == name);
            let components: Vec<Component> = of_name
                .flat_map(|(row, it)| [Some(Component::Service(ServiceIndex(row))), it.component])
                .flatten()
                .collect();
            if components.is_empty() { Err(unknown()) } else { Ok(components) }
        }
        Word::Tag(key, value) => {
            let all = NAMEABLE.iter().flat_map(|kind| {
                let count = kind.count(index.model) as u32;
                (0..count).map(|position| Resource { kind: *kind, position })
            });
            let tagged: Vec<Resource> = all.filter(|it| it.about(index.model).tags.has(key, value)).collect();
            if tagged.is_empty() { Err(unknown()) } else { Ok(of_resources(index, &tagged)) }
        }
        Word::Managed(family, name) => {
            let found = super::owners::named(index, text, family, name)?;
            let interfaces = super::owners::interfaces(index, &found);
            Ok(interfaces.iter().map(|it| network.interfaces[it.index()].component).collect())
        }
        Word::OfKind(kinds, name) => one(index, text, &named(index, text, name, kinds)?),
        Word::Name(name) => one(index, text, &named(index, text, name, NAMEABLE)?),
    }
}

fn one(index: &Index<'_>, text: &str, found: &[Resource]) -> Result<Vec<Component>, SelectorError> {
    let [one] = found else { return Err(super::ambiguous(index, text, found)) };
    // An attachment stands in several lists, and an answer may name it by any.
    let same = index.by_id(one.id(index.model), NAMEABLE);
    Ok(of_resources(index, if same.is_empty() { found } else { &same }))
}

fn of_resources(index: &Index<'_>, resources: &[Resource]) -> Vec<Component> {
    let mut components = Vec::new();
    for resource in resources {
        components.push(resource.component());
        if resource.kind == ResourceKind::Instance {
            let instance = &index.model.instances[resource.position as usize];
            let interfaces = index.interfaces_of(&instance.id).iter();
            components.extend(interfaces.map(|it| index.network.interfaces[it.index()].component));
        }
    }
    components.sort_unstable();
    components.dedup();
    components
}
