//! The one test binary: data through the front doors.

mod cli;
mod corpus;
mod reading;
mod differential;
mod interpreter;
mod names;
mod report;
mod semantics;
mod shorthand;
mod tidy;
mod topologies;
