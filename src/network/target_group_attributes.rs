//! Attributes of target groups: `load_balancer.rs` asks them, for clients' addresses and zones.

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
