//! Numbers that look random and never change, and the ids, dates and names made from them.
//!
//! Not for statistics and not for secrets: splitmix64, chosen because its last step is a bijection, so that
//! different numbers give different ids.

use std::fmt;
use std::net::Ipv4Addr;

/// The last step of splitmix64: a bijection of 64 bits.
pub fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |it, byte| (it ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// One stream of random numbers.
pub struct Random(u64);

impl Random {
    /// The stream called `name` of thing number `number`.
    pub fn new(seed: u64, name: &str, number: usize) -> Random {
        Random(mix(mix(seed ^ hash(name)) ^ number as u64))
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// A resource id as AWS prints it: `vpc-0` and sixteen hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    prefix: &'static str,
    value: u64,
}

impl Id {
    pub fn new(seed: u64, prefix: &'static str, owner: usize, index: usize) -> Id {
        let number = ((owner as u64) << 24) | index as u64;
        Id { prefix, value: mix(mix(seed ^ hash(prefix)) ^ number) }
    }

    /// Bits to make other members of the same resource from.
    pub fn bits(&self) -> u64 {
        mix(self.value)
    }

    /// When the resource was made: a moment of 2024.
    pub fn made(&self) -> Moment {
        Moment(self.bits())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-0{:016x}", self.prefix, self.value)
    }
}

/// A moment of 2024, printed as the aws-cli does.
#[derive(Clone, Copy)]
pub struct Moment(u64);

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |shift: u32, bound: u64| (self.0 >> shift) % bound;
        let (month, day) = (1 + part(0, 12), 1 + part(8, 28));
        let (hour, minute, second) = (part(16, 24), part(24, 60), part(32, 60));
        write!(formatter, "2024-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
    }
}

/// A hardware address made from an interface's bits.
pub struct Mac(pub u64);

impl fmt::Display for Mac {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [.., a, b, c, d, e] = self.0.to_be_bytes();
        write!(formatter, "0e:{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}")
    }
}

/// A UUID made from 64 bits.
pub struct Uuid(pub u64);

impl fmt::Display for Uuid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = (self.0, mix(self.0));
        let (time, middle, version) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
        write!(
            formatter,
            "{time:08x}-{middle:04x}-4{version:03x}-a{:03x}-{:012x}",
            low >> 52,
            low & 0xffff_ffff_ffff
        )
    }
}

/// An address with dashes for dots, as in the names AWS gives to hosts.
pub struct Dashed(pub Ipv4Addr);

impl fmt::Display for Dashed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.0.octets();
        write!(formatter, "{a}-{b}-{c}-{d}")
    }
}
