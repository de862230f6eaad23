//! From an account of AWS to a snapshot: which calls there are, and asking them.
//!
//! `calls.toml` is the table of calls; everything else follows from it: the least policy, the script for the aws-cli, and
//! with the feature `collect` the calls themselves. Nothing here changes anything in an account, and nothing here knows
//! what an answer means: it is kept as the aws-cli would print it.

mod table;
mod policy;
mod script;

#[cfg(feature = "collect")]
mod shapes;
#[cfg(feature = "collect")]
mod xml;
#[cfg(feature = "collect")]
mod request;
#[cfg(feature = "collect")]
mod answer;
#[cfg(feature = "collect")]
mod trouble;
#[cfg(feature = "collect")]
mod endpoint;
#[cfg(feature = "collect")]
mod ask;
#[cfg(feature = "collect")]
mod access;
#[cfg(feature = "collect")]
mod store;
#[cfg(feature = "collect")]
mod run;

#[cfg(feature = "collect")]
pub use access::Access;
pub use policy::policy;
#[cfg(feature = "collect")]
pub use run::{CollectError, NOT_ASKED, Plan, Summary, collect};
pub use script::script;
#[cfg(feature = "collect")]
pub use store::Record;
pub use table::{Call, Selection, calls, services};
#[cfg(feature = "collect")]
pub use trouble::{Trouble, TroubleKind};
