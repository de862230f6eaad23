//! A waiver in `netpath.toml` covers nothing.
//!
//! What it was about has been mended, or its resource is gone, or it names the resource in another way than netpath
//! does. A waiver that covers nothing today may hide something tomorrow. It is said only when the lint that the waiver
//! names has run.
//!
//! ## Nothing to cover
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! ```
//!
//! ```settings
//! [[lint.waiver]]
//! lint = "cidr-overlap"
//! resource = "vpc-*"
//! reason = "the labs share a plan"
//! owner = "net@example.com"
//! expires = 2099-01-31
//! ```
//!
//! ```findings
//! low vpc-*: cidr-overlap
//! ```
//!
//! ## Something to cover
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! vpc     vpc-b       10.0.0.0/16
//! ```
//!
//! ```settings
//! [[lint.waiver]]
//! lint = "cidr-overlap"
//! resource = "vpc-*"
//! reason = "the labs share a plan"
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
    id: "NP902",
    name: "waiver-useless",
    pillars: &[Pillar::Operations],
    severity: Severity::Low,
    confidence: Confidence::Certain,
    controls: &[],
    needs: &[],
    source: include_str!("waiver_useless.rs"),
    check,
};

/// What covers nothing shows when all other lints have run.
fn check(context: &Context<'_>, findings: &mut Findings) {
    findings.looked_at(context.settings.waivers.len(), "waiver", "waivers");
}
