//! A waiver in `netpath.toml` is over.
//!
//! A waiver says which finding is put up with, why, who says so, and until when. After that day it covers nothing any
//! more: what it hid is shown again, and this finding says why.
//!
//! ## Over
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```settings
//! [[lint.waiver]]
//! lint = "NP005"
//! resource = "vpc-a"
//! reason = "one gateway is enough until the move"
//! owner = "net@example.com"
//! expires = 2026-01-31
//! ```
//!
//! ```findings
//! medium vpc-a: 2026-01-31
//! ```
//!
//! ## In force
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```settings
//! [[lint.waiver]]
//! lint = "NP005"
//! resource = "vpc-a"
//! reason = "one gateway is enough until the move"
//! owner = "net@example.com"
//! expires = 2099-01-31
//! ```
//!
//! ```findings
//! none
//! ```

use super::{Confidence, Context, Findings, Lint, Pillar, Severity};

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP901",
    name: "waiver-expired",
    pillars: &[Pillar::Operations],
    severity: Severity::Medium,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[],
    source: include_str!("waiver_expired.rs"),
    check,
};

/// What is over shows when all other lints have run.
fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(context.settings.waivers.len(), "waiver", "waivers");
}
