//! How sets of packets are stored.

use super::codec::{Bytes, Stored, Torn, choices, records};
use crate::packet::{AddressMap, AddressSet, Family, Packets, TransportSet, TransportSets};

records! {
    Packets { source, destination, transport, source_ports }
}

choices! {
    Family { V4, V6 }
}

impl Stored for AddressSet {
    fn put(&self, out: &mut Vec<u8>) {
        self.family().put(out);
        self.ranges().len().put(out);
        self.ranges().iter().for_each(|range| range.put(out));
    }
    fn take(from: &mut Bytes<'_>) -> Result<AddressSet, Torn> {
        let family = Family::take(from)?;
        let ranges = Vec::<(u128, u128)>::take(from)?;
        let is_canonical = ranges.iter().all(|(low, high)| low <= high && *high <= family.last())
            && ranges.windows(2).all(|pair| pair[0].1.checked_add(1).is_some_and(|next| next < pair[1].0));
        if is_canonical { Ok(AddressSet::of(family, ranges)) } else { Err(Torn) }
    }
}

impl<T: Stored + Copy + Eq> Stored for AddressMap<T> {
    fn put(&self, out: &mut Vec<u8>) {
        let line = |family| self.pieces(family).map(|(start, _, value)| (start, value));
        let v4: Vec<(u32, T)> = line(Family::V4).map(|(start, value)| (start as u32, value)).collect();
        let v6: Vec<(u128, T)> = line(Family::V6).collect();
        v4.put(out);
        v6.put(out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<AddressMap<T>, Torn> {
        AddressMap::of_pieces(Vec::take(from)?, Vec::take(from)?).ok_or(Torn)
    }
}

impl Stored for TransportSet {
    fn put(&self, out: &mut Vec<u8>) {
        self.number().put(out);
    }
    fn take(from: &mut Bytes<'_>) -> Result<TransportSet, Torn> {
        u32::take(from).map(TransportSet::numbered)
    }
}

impl Stored for TransportSets {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for number in 0..self.len() as u32 {
            self.intervals(TransportSet::numbered(number)).to_vec().put(out);
        }
    }
    fn take(from: &mut Bytes<'_>) -> Result<TransportSets, Torn> {
        TransportSets::of_lists(&Vec::<Vec<(u32, u32)>>::take(from)?).ok_or(Torn)
    }
}
