//! Attributes of load balancers: `load_balancer.rs` asks them, for zones.

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
