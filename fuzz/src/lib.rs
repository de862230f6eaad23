//! What the targets share: networks to begin with, damage, and everything that can be asked of a snapshot.
//!
//! `topologies`, `damage` and `answers` are also part of the test suite, which runs them with a fixed seed.

pub mod topologies;
pub mod damage;
pub mod answers;
pub mod seeds;

use std::sync::Once;

/// Called by each target before its first input.
pub fn begin() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // A pool that is already there is as good.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
    });
}
