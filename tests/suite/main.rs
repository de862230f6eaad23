//! The one test binary: data through the front doors.

mod bad_input;
mod balancers;
mod cidr;
mod shown;
mod cli;
mod compiled;
mod corpus;
mod damage;
mod deps;
mod diagram;
mod diff;
mod reading;
mod differential;
mod estate;
mod interpreter;
mod lints;
mod lacking;
mod names;
mod redact;
mod report;
mod semantics;
mod shorthand;
mod tidy;
mod topologies;
mod verify;
mod whole;
