//! netpath knows every packet that can get from A to B in an AWS network, offline, from the JSON that
//! `aws ec2 describe-*` prints.

pub mod packet;
pub mod model;
pub mod snapshot;
pub mod network;
pub mod solver;
pub mod selector;
pub mod lint;
pub mod diff;
pub mod store;
pub mod report;
pub mod collect;
pub mod cli;
