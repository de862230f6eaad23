//! Diagrams: pictures of a network that people read, in every format.
//!
//! A view makes a [`Picture`], which is boxes in boxes and nets between them; a format draws any picture. Nothing is decided
//! here: tiers are what the compiled routes say, verdicts what the solver has said.

mod picture;
mod zones;
mod font;
mod place;
mod wires;
mod grid;
mod table;
mod legend;
pub mod svg;
pub mod json;
pub mod dot;
pub mod mermaid;
pub mod html;
#[cfg(feature = "png")]
pub mod png;
pub mod topology;
mod path;
mod tgw;
mod cidr;
mod exposure;
mod matrix;
mod diff;
mod findings;

pub use cidr::cidr;
pub use diff::diff;
pub use exposure::exposure;
pub use findings::mark;
pub use matrix::{MOST_GROUPS, matrix};
pub use path::path;
pub use picture::{
    Hand, Inside, Line, Mark, Member, Net, NetKind, Paint, Picture, Port, Shape, Side, Table, TableKind, Tier,
};
pub use tgw::tgw;
pub use topology::{Depth, Options, topology};
pub use zones::{Band, Flow, Tip, Zones};
