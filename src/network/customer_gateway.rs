//! Customer gateways: devices outside of AWS, named where their connection does not work (VPN-11).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
