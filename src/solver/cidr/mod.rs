//! Address plans: which blocks overlap and whether that can ever matter, what is free, and where the next block fits.
//!
//! Not about packets: two VPCs with the same block are fine until something connects them, and then it depends on what.
//! [`overlaps`] grades by that, [`spaces`] counts what is free, [`next_free`] looks for room that nobody claims.

mod grade;
mod overlap;
mod space;
mod next;

pub use grade::{Grade, Grader};
pub use next::{Obstacle, Search, Taken, next_free};
pub use overlap::{Holder, Overlap, overlaps};
pub use space::{Room, Space, spaces};
