//! Hosted zones say what names stand for, and packets carry addresses: the selector asks for them (DNS-5).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
