//! Rules of the resolver say who is asked for names, and packets carry addresses: the selector asks for them (DNS-5).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {}
