//! Findings of other scanners, sorted by what packets can do: reachable, unreachable because of something, or unknown.
//!
//! A scanner reads configuration: a rule that is open to the world, a public address, an ACL that admits all. Whether packets
//! of the internet get there, the solver says: for each finding the interfaces that it is about are asked for, on the ports
//! that the check is about, and the answer is the packet that gets through or what stops it. A finding that is not about
//! groups, ACLs, addresses or interfaces is left alone and counted.

mod read;
mod wanted;
mod judge;

pub use judge::{Reason, Sorted, State, triage};
pub use read::{Import, ImportError, Unreadable, import};

/// A finding of another scanner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foreign {
    /// Where it stands in its file: `line 12`, `finding 3`.
    pub place: String,
    /// The scanner's own name of the check.
    pub check: String,
    /// What it says, in the scanner's words.
    pub title: String,
    /// How bad the scanner thinks it is, in its own word.
    pub severity: String,
    /// Whether the scanner found something wrong: checks that pass are reported as well.
    pub has_failed: bool,
    /// What it is about: ids and ARNs, as they stand there.
    pub resources: Vec<String>,
    /// All the rest of its text, where ids may stand that are not among the resources.
    pub text: String,
}
