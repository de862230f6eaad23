//! Lints: what is wrong with a network although nobody asked.
//!
//! A lint is a file here: its doc comment is the manual page (`docs/lints/` is printed from it), the examples in it are
//! run by a test, its [`Lint`] says what it is, and its `check` finds. A finding is a fact about packets wherever packets
//! are what it is about: it carries a question for the solver whose answer shows it. Lints work by route table, group,
//! ACL and class of interface, never by pairs of interfaces.
//!
//! What a lint needs and the snapshot lacks is said: a lint without its data is skipped, never clean. The words of a
//! finding are made of fixed text and of things that the report names; they stand beside the check that knows what they
//! mean.

mod definition;
mod sentence;
mod finding;
mod settings;
mod context;
mod trace;
mod tiers;
mod nat_use;
mod overlaps;
mod world;
mod world_open;
mod covered;
mod endpoints;
mod peerings;
mod segments;
mod references;
mod balancers;
mod data_stores;
mod prices;
mod inspection_zones;
mod run;
mod waivers;
mod manual;
pub mod triage;
mod sg_world_open;
mod sg_admin_world;
mod nacl_return_blocked;
mod acl_rule_shadowed;
mod nat_missing_in_az;
mod nat_cross_az;
mod isolated_leak;
mod tier_mismatch;
mod default_vpc_used;
mod cidr_overlap;
mod cidr_headroom;
mod az_spread;
mod gw_endpoint_missing;
mod gw_endpoint_rt_gap;
mod if_endpoint_az_gap;
mod if_endpoint_sg;
mod private_dns_off;
mod endpoint_set_incomplete;
mod peering_one_sided;
mod peering_transitive;
mod tgw_unassociated;
mod tgw_az_gap;
mod tgw_segment_leak;
mod tgw_asymmetry;
mod segmentation_bypass;
mod blackhole;
mod lb_target_gap;
mod lb_az_mismatch;
mod lambda_public_subnet;
mod db_exposure_ha;
mod sg_cidr_instead_of_ref;
mod sg_unused;
mod idle_network_resource;
mod flow_logs_missing;
mod sg_ref_ineffective;
mod v6_parity;
mod mtu_step_down;
mod eigw_missing;
mod vgw_propagation_off;
mod dns_attributes;
mod egress_unrestricted;
mod untagged;
mod inspection_bypass;
mod az_affinity;
mod unpaired_egress;
mod shared_rt_across_tiers;
mod phz_unassociated;
mod origin_open;
mod pending_connection;
mod single_control;
mod sg_plaintext_world;
mod public_ip_direct;
mod subnet_auto_public_ip;
mod launch_public_ip;
mod sg_lb_port_gap;
mod bpa_state;
mod public_ip_literal;
mod peering_broad_route;
mod peering_foreign;
mod tgw_auto_accept;
mod igw_unexpected;
mod client_vpn_all;
mod nacl_world;
mod nacl_splits_subnet;
mod rule_peer_ghost;
mod sg_default_in_use;
mod sg_wizard;
mod sg_too_many_rules;
mod sg_port_range;
mod sg_self_all;
mod sg_rfc1918;
mod route_shadowed;
mod nat_in_private_subnet;
mod nat_instance_default;
mod vpn_tunnel_down;
mod forwarding_loop;
mod firewall_az_gap;
mod gwlb_az_gap;
mod dx_redundancy;
mod in_vpc;
mod netfw_default_pass;
mod eni_multi_homed;
mod waiver_expired;
mod waiver_useless;

pub use context::Context;
pub use definition::{Confidence, Control, Framework, Group, Lint, Pillar, Severity};
pub use finding::{Claim, Finding, Findings, Subject, Witness};
pub use manual::{Page, lint_named, page};
pub use run::{Baseline, Known, Missing, Outcome, Ran, Selection, State, run};
pub use sentence::{Part, Sentence};
pub use settings::{Pattern, Segment, Settings, TrafficFigure, Waiver};
pub use tiers::Tier;

/// Every lint, by id.
pub const LINTS: &[&Lint] = &[
    &sg_world_open::LINT,
    &sg_admin_world::LINT,
    &nacl_return_blocked::LINT,
    &acl_rule_shadowed::LINT,
    &nat_missing_in_az::LINT,
    &nat_cross_az::LINT,
    &isolated_leak::LINT,
    &tier_mismatch::LINT,
    &default_vpc_used::LINT,
    &cidr_overlap::LINT,
    &cidr_headroom::LINT,
    &az_spread::LINT,
    &gw_endpoint_missing::LINT,
    &gw_endpoint_rt_gap::LINT,
    &if_endpoint_az_gap::LINT,
    &if_endpoint_sg::LINT,
    &private_dns_off::LINT,
    &endpoint_set_incomplete::LINT,
    &peering_one_sided::LINT,
    &peering_transitive::LINT,
    &tgw_unassociated::LINT,
    &tgw_az_gap::LINT,
    &tgw_segment_leak::LINT,
    &tgw_asymmetry::LINT,
    &segmentation_bypass::LINT,
    &blackhole::LINT,
    &lb_target_gap::LINT,
    &lb_az_mismatch::LINT,
    &lambda_public_subnet::LINT,
    &db_exposure_ha::LINT,
    &sg_cidr_instead_of_ref::LINT,
    &sg_unused::LINT,
    &idle_network_resource::LINT,
    &flow_logs_missing::LINT,
    &sg_ref_ineffective::LINT,
    &v6_parity::LINT,
    &mtu_step_down::LINT,
    &eigw_missing::LINT,
    &vgw_propagation_off::LINT,
    &dns_attributes::LINT,
    &egress_unrestricted::LINT,
    &untagged::LINT,
    &inspection_bypass::LINT,
    &az_affinity::LINT,
    &unpaired_egress::LINT,
    &shared_rt_across_tiers::LINT,
    &phz_unassociated::LINT,
    &origin_open::LINT,
    &pending_connection::LINT,
    &single_control::LINT,
    &sg_plaintext_world::LINT,
    &public_ip_direct::LINT,
    &subnet_auto_public_ip::LINT,
    &launch_public_ip::LINT,
    &sg_lb_port_gap::LINT,
    &bpa_state::LINT,
    &public_ip_literal::LINT,
    &peering_broad_route::LINT,
    &peering_foreign::LINT,
    &tgw_auto_accept::LINT,
    &igw_unexpected::LINT,
    &client_vpn_all::LINT,
    &nacl_world::LINT,
    &nacl_splits_subnet::LINT,
    &rule_peer_ghost::LINT,
    &sg_default_in_use::LINT,
    &sg_wizard::LINT,
    &sg_too_many_rules::LINT,
    &sg_port_range::LINT,
    &sg_self_all::LINT,
    &sg_rfc1918::LINT,
    &route_shadowed::LINT,
    &nat_in_private_subnet::LINT,
    &nat_instance_default::LINT,
    &vpn_tunnel_down::LINT,
    &forwarding_loop::LINT,
    &firewall_az_gap::LINT,
    &gwlb_az_gap::LINT,
    &dx_redundancy::LINT,
    &in_vpc::LINT,
    &netfw_default_pass::LINT,
    &eni_multi_homed::LINT,
    &waiver_expired::LINT,
    &waiver_useless::LINT,
];
