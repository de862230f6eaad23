//! What a lint is: the record that stands at the head of each lint's file.

use super::{Context, Findings};
use crate::model::ResourceKind;

/// A check, with everything that is said of it besides its page.
#[derive(Debug)]
pub struct Lint {
    /// `NP005`; never given to another lint.
    pub id: &'static str,
    /// `nat-missing-in-az`
    pub name: &'static str,
    /// What it is about; the groups of the command line follow from these.
    pub pillars: &'static [Pillar],
    /// The gravest that it finds.
    pub severity: Severity,
    /// How far a finding is to be trusted.
    pub confidence: Confidence,
    /// Controls that ask for the same thing.
    pub controls: &'static [Control],
    /// The calls without which it says nothing.
    pub needs: &'static [ResourceKind],
    /// The file of the lint, whose doc comment is the page.
    pub source: &'static str,
    /// Finds.
    pub check: fn(&Context<'_>, &mut Findings),
}

impl Lint {
    /// The groups that it is in, without repeats.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = self.pillars.iter().map(|it| it.group()).collect();
        groups.sort_unstable();
        groups.dedup();
        groups
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// To be tidied up.
    Low,
    /// Breaks or costs something some day.
    Medium,
    /// Breaks or exposes something now.
    High,
    /// Exposes something to everybody that nobody should reach.
    Critical,
}

impl Severity {
    /// From the mildest on.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// The word that users read and write.
    pub fn as_text(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }
}

/// How far a finding is to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It follows from the snapshot.
    Certain,
    /// It leans on a name, a tag or a habit.
    Likely,
}

impl Confidence {
    /// The word that users read.
    pub fn as_text(self) -> &'static str {
        match self {
            Confidence::Certain => "certain",
            Confidence::Likely => "likely",
        }
    }
}

/// The pillars of AWS's Well-Architected Framework that networks have a part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pillar {
    /// Security.
    Security,
    /// Reliability.
    Reliability,
    /// Cost Optimization.
    Cost,
    /// Operational Excellence.
    Operations,
    /// Performance Efficiency.
    Performance,
}

impl Pillar {
    /// The pillar's name.
    pub fn as_text(self) -> &'static str {
        match self {
            Pillar::Security => "Security",
            Pillar::Reliability => "Reliability",
            Pillar::Cost => "Cost Optimization",
            Pillar::Operations => "Operational Excellence",
            Pillar::Performance => "Performance Efficiency",
        }
    }

    /// The group of the command line.
    pub fn group(self) -> Group {
        match self {
            Pillar::Security => Group::Security,
            Pillar::Reliability => Group::Reliability,
            Pillar::Cost => Group::Cost,
            Pillar::Operations | Pillar::Performance => Group::Hygiene,
        }
    }
}

/// What lints are chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Who reaches what should not be reached.
    Security,
    /// What breaks when something else does.
    Reliability,
    /// What costs more than it has to.
    Cost,
    /// What is wrong, odd or in the way.
    Hygiene,
}

impl Group {
    /// All of them.
    pub const ALL: [Group; 4] = [Group::Security, Group::Reliability, Group::Cost, Group::Hygiene];

    /// The word that users read and write.
    pub fn as_text(self) -> &'static str {
        match self {
            Group::Security => "security",
            Group::Reliability => "reliability",
            Group::Cost => "cost",
            Group::Hygiene => "hygiene",
        }
    }
}

/// A control that asks for the same thing as a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Control {
    /// Of which catalogue.
    pub framework: Framework,
    /// Its number there.
    pub id: &'static str,
}

/// Catalogues of controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// PCI DSS 4.0
    PciDss,
    /// The HIPAA Security Rule, 45 CFR.
    Hipaa,
    /// The criteria of SOC 2.
    Soc2,
    /// NIST SP 800-53 revision 5.
    Nist,
    /// The CIS AWS Foundations Benchmark 3.0.
    Cis,
    /// AWS Foundational Security Best Practices.
    Fsbp,
}

impl Framework {
    /// Its name.
    pub fn as_text(self) -> &'static str {
        match self {
            Framework::PciDss => "PCI DSS 4.0",
            Framework::Hipaa => "HIPAA",
            Framework::Soc2 => "SOC 2",
            Framework::Nist => "NIST 800-53",
            Framework::Cis => "CIS AWS 3.0",
            Framework::Fsbp => "FSBP",
        }
    }
}

impl Control {
    /// A requirement of PCI DSS.
    pub const fn pci_dss(id: &'static str) -> Control {
        Control { framework: Framework::PciDss, id }
    }

    /// A paragraph of the HIPAA Security Rule.
    pub const fn hipaa(id: &'static str) -> Control {
        Control { framework: Framework::Hipaa, id }
    }

    /// A criterion of SOC 2.
    pub const fn soc2(id: &'static str) -> Control {
        Control { framework: Framework::Soc2, id }
    }

    /// A control of NIST SP 800-53.
    pub const fn nist(id: &'static str) -> Control {
        Control { framework: Framework::Nist, id }
    }

    /// A recommendation of the CIS benchmark.
    pub const fn cis(id: &'static str) -> Control {
        Control { framework: Framework::Cis, id }
    }

    /// A control of AWS's own list.
    pub const fn fsbp(id: &'static str) -> Control {
        Control { framework: Framework::Fsbp, id }
    }
}
