//! Endpoints of Verified Access: a way in that questions about the internet do not follow, and are told of (BD-4).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Answers say that there is one.
}
