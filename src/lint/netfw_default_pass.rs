//! A firewall passes what no rule speaks of.
//!
//! The stateless engine of a policy that passes by default hands nothing to the stateful one: every rule there is for nothing. The
//! stateful engine passes by default unless the policy names a default that drops. A policy without any rule group looks at
//! nothing at all, nor does a rule group that somebody made and left empty.
//!
//! | severity | when |
//! |---|---|
//! | high | the stateless engine passes by default, so that stateful rules see nothing; or there are no rules |
//! | low | the stateful engine passes by default; or a rule group of the policy is empty |
//!
//! ## Past the rules
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fw   10.0.9.0/28   in vpc-a
//! firewall-policy fp-a stateless pass
//! firewall fw-a fp-a in subnet-fw
//! rule-group rg-a stateful in fp-a
//! ```
//!
//! ```findings
//! high arn:aws:network-firewall:eu-west-1:111111111111:firewall-policy/fp-a: passes
//! ```
//!
//! ## A group without rules
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fw   10.0.9.0/28   in vpc-a
//! firewall-policy fp-a order strict default drop_established
//! firewall fw-a fp-a in subnet-fw
//! rule-group rg-a stateless in fp-a priority 1
//! ```
//!
//! ```findings
//! low arn:aws:network-firewall:eu-west-1:111111111111:stateless-rulegroup/rg-a: has no rules
//! ```
//!
//! ## Dropped by default
//!
//! ```topology
//! vpc     vpc-a       10.0.0.0/16
//! subnet  subnet-fw   10.0.9.0/28   in vpc-a
//! firewall-policy fp-a order strict default drop_established
//! firewall fw-a fp-a in subnet-fw
//! rule-group rg-a tuples in fp-a priority 1
//! fw-rule rg-a pass tcp any any -> 10.0.1.0/24 443 sid:1
//! ```
//!
//! ```findings
//! none
//! ```

use super::sentence::sentence;
use super::{Confidence, Context, Control, Finding, Findings, Lint, Pillar, Severity};
use crate::model::{FirewallRules, ResourceKind, StatefulDefault, StatelessAction};
use crate::network::Component;

/// The lint.
pub const LINT: Lint = Lint {
    id: "NP081",
    name: "netfw-default-pass",
    pillars: &[Pillar::Security],
    severity: Severity::High,
    confidence: Confidence::Certain,
    controls: &[
        Control::fsbp("NetworkFirewall.4"),
        Control::fsbp("NetworkFirewall.3"),
        Control::fsbp("NetworkFirewall.6"),
        Control::nist("SC-7(5)"),
    ],
    needs: &[ResourceKind::Firewall, ResourceKind::FirewallPolicy],
    source: include_str!("netfw_default_pass.rs"),
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    findings.looked_at(model.firewall_policies.len(), "firewall policy", "firewall policies");
    for (row, policy) in model.firewall_policies.iter().enumerate() {
        let firewalls =
            model.firewalls.iter().enumerate().filter(|it| it.1.policy.as_ref() == Some(&policy.id));
        let firewalls: Vec<Component> =
            firewalls.map(|it| Component::Resource(ResourceKind::Firewall, it.0 as u32)).collect();
        let drops = |it: &StatefulDefault| match it {
            StatefulDefault::DropStrict | StatefulDefault::DropEstablished => true,
            StatefulDefault::AlertStrict
            | StatefulDefault::AlertEstablished
            | StatefulDefault::AlertEstablishedAppLayer
            | StatefulDefault::Unknown(_) => false,
        };
        let is_empty = policy.stateless_groups.is_empty() && policy.stateful_groups.is_empty();
        let passes = policy.stateless_default == Some(StatelessAction::Pass);
        let (message, severity) = if passes && !policy.stateful_groups.is_empty() {
            (
                sentence!["passes everything by its stateless default, before any stateful rule"],
                Severity::High,
            )
        } else if is_empty
            && policy.stateless_default != Some(StatelessAction::Drop)
            && !policy.stateful_defaults.iter().any(drops)
        {
            (sentence!["has no rules, and passes everything"], Severity::High)
        } else if !policy.stateful_groups.is_empty() && !policy.stateful_defaults.iter().any(drops) {
            (sentence!["passes what no stateful rule drops"], Severity::Low)
        } else {
            continue;
        };
        let subject = Component::Resource(ResourceKind::FirewallPolicy, row as u32);
        let mut finding = Finding::new(&LINT, subject, message);
        finding.severity = severity;
        finding.related = firewalls;
        finding.remedy = sentence![
            "forward to the stateful engine by default, in strict order, and drop there what no rule passes"
        ];
        findings.found.push(finding);
    }
    empty_groups(context, findings);
}

/// Groups of some policy that somebody made and gave no rules.
fn empty_groups(context: &Context<'_>, findings: &mut Findings) {
    let model = context.model;
    for (row, group) in model.firewall_rule_groups.iter().enumerate() {
        let is_empty = match &group.rules {
            FirewallRules::Stateless(rules) => rules.is_empty(),
            FirewallRules::Stateful(rules, _) => rules.is_empty(),
            FirewallRules::Domains(_) | FirewallRules::Unseen => false,
        };
        let policies = model.firewall_policies.iter().enumerate().filter(|(_, policy)| {
            policy.stateless_groups.iter().chain(&policy.stateful_groups).any(|it| it.id == group.id)
        });
        let policies: Vec<Component> =
            policies.map(|it| Component::Resource(ResourceKind::FirewallPolicy, it.0 as u32)).collect();
        if !is_empty || policies.is_empty() {
            continue;
        }
        let subject = Component::Resource(ResourceKind::FirewallRuleGroup, row as u32);
        let mut finding = Finding::new(&LINT, subject, sentence!["is part of a policy, and has no rules"]);
        finding.severity = Severity::Low;
        finding.related = policies;
        finding.remedy = sentence!["give it the rules that it was made for, or take it out of the policy"];
        findings.found.push(finding);
    }
}
