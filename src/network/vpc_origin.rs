//! VPC origins of CloudFront: a way in that questions about the internet do not follow, and are told of (BD-3).

use super::compiler::{Compiler, Stage};

pub(super) fn compile(_compiler: &mut Compiler<'_>, _stage: Stage) {
    // Answers say that there is one.
}
