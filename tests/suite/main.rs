//! The one test binary: data through the front doors.

mod corpus;
mod reading;
