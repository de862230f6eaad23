//! What a person can get wrong when naming ends and traffic, each with what to do about it.

use std::fmt::Write;

use crate::packet::Family;

/// Why a name, address or traffic stands for nothing that can be asked about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectorError {
    /// Nothing in the snapshot has the name.
    #[error("nothing in the snapshot is called `{text}`{}", lacking(.lacks))]
    Unknown {
        /// The person's word.
        text: String,
        /// The calls that would name such a thing and whose whole answers the snapshot lacks.
        lacks: Vec<&'static str>,
    },
    /// Several things have the name.
    #[error("`{text}` is ambiguous: {}", listed(.candidates))]
    Ambiguous {
        /// The person's word.
        text: String,
        /// What it may mean.
        candidates: Vec<Candidate>,
    },
    /// It is there, and no packet begins or ends at it.
    #[error("`{text}` is {what}, which packets pass and none begins or ends at")]
    NotAnEnd {
        /// The person's word.
        text: String,
        /// `a transit gateway`
        what: &'static str,
    },
    /// It is there or recognised, and nothing can be said about its packets.
    #[error("`{text}` is {what}, which is not modelled yet")]
    NotModelled {
        /// The person's word.
        text: String,
        /// `a load balancer`
        what: String,
    },
    /// `onprem` without a block, where nothing in the snapshot says what is on premises.
    #[error("`{text}` stands for nothing: no route in the snapshot names a network on premises")]
    NothingOnPremises {
        /// The person's word.
        text: String,
    },
    /// It is there, and no interface belongs to it.
    #[error("`{text}` stands for no network interface: {cause}")]
    Empty {
        /// The person's word.
        text: String,
        /// `the security group has no members`
        cause: String,
    },
    /// A service whose addresses the snapshot lacks.
    #[error("the addresses of `{text}` are not in the snapshot")]
    NoServiceAddresses {
        /// The person's word.
        text: String,
        /// The aws-cli calls that would supply them.
        needs: String,
    },
    /// A service named as a source.
    #[error("`{text}` is a service, which begins no conversation")]
    ServiceAsSource {
        /// The person's word.
        text: String,
    },
    /// A name that DNS does not say anything of from there, or not with what the snapshot has.
    #[error("{cause}")]
    Unresolved {
        /// Why.
        cause: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// Neither address nor block, though it looks like one.
    #[error("`{text}` is no address and no CIDR: {cause}")]
    Malformed {
        /// The person's word.
        text: String,
        /// Why not.
        cause: &'static str,
    },
    /// Both ends are there, and they speak different families.
    #[error("`{source_text}` and `{destination_text}` have no {family} in common")]
    NoFamily {
        /// The source's word.
        source_text: String,
        /// The destination's word.
        destination_text: String,
        /// `address family`, or `IPv6 addresses` when one was asked for.
        family: &'static str,
    },
    /// Traffic of one family, between ends that are asked about in the other.
    #[error(
        "traffic `{text}` is {}, and between `{source_text}` and `{destination_text}` only {} is asked about",
        family_name(*.family), other_name(*.family)
    )]
    OtherFamily {
        /// The source's word.
        source_text: String,
        /// The destination's word.
        destination_text: String,
        /// The person's word for the traffic.
        text: String,
        /// The family that it is of.
        family: Family,
    },
    /// Traffic that is none.
    #[error("traffic `{text}`: {cause}")]
    Traffic {
        /// The person's word.
        text: String,
        /// What is wrong.
        cause: String,
        /// What was probably meant.
        advice: Option<String>,
    },
    /// Client ports that are none.
    #[error("source ports `{text}`: {cause}")]
    SourcePorts {
        /// The person's word.
        text: String,
        /// What is wrong.
        cause: String,
    },
}

/// One thing that an ambiguous name may mean.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// `instance`, `security group`
    pub kind: &'static str,
    /// What stands before a name to mean that kind: `instance`, `sg`.
    pub prefix: Option<&'static str>,
    /// Its `Name` tag.
    pub name: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its owner.
    pub account: Option<String>,
}

impl std::fmt::Display for Candidate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({}", self.id, self.kind)?;
        if let Some(name) = &self.name {
            write!(formatter, " `{name}`")?;
        }
        if let Some(vpc) = &self.vpc {
            write!(formatter, " in {vpc}")?;
        }
        if let Some(account) = &self.account {
            write!(formatter, " of account {account}")?;
        }
        formatter.write_str(")")
    }
}

/// How many candidates are listed.
const MOST_LISTED: usize = 8;

fn family_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
    }
}

fn other_name(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv6",
        Family::V6 => "IPv4",
    }
}

fn lacking(calls: &[&'static str]) -> String {
    match calls {
        [] => String::new(),
        calls => format!(", which lacks the whole answer of {}", joined(calls)),
    }
}

/// Calls as a person runs them.
pub(super) fn joined(calls: &[&'static str]) -> String {
    let calls: Vec<String> = calls.iter().map(|call| format!("`aws {call}`")).collect();
    match calls.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        several => several.join(", "),
    }
}

/// Words that mean one candidate, or all of them, and are not what the person wrote.
fn narrower(text: &str, candidates: &[Candidate]) -> String {
    let Some(first) = candidates.first() else { return "name it by its id".to_owned() };
    let mut help = format!("name one by its id, such as `{}`", first.id);
    // A name that stands behind a kind or a VPC already, or the beginning of an id, gets no clearer by either.
    if first.name.as_deref() != Some(text) {
        return help;
    }
    let is_alone = |same: &dyn Fn(&Candidate) -> bool| candidates.iter().filter(|it| same(it)).count() == 1;
    if let Some(prefix) = first.prefix.filter(|_| is_alone(&|it| it.kind == first.kind)) {
        let _ = write!(help, " or `{prefix}:{text}`");
    } else if let Some(vpc) = first.vpc.as_deref().filter(|_| is_alone(&|it| it.vpc == first.vpc)) {
        let _ = write!(help, " or `{vpc}/{text}`");
    }
    if candidates.iter().all(|it| matches!(it.prefix, Some("instance" | "eni")) && it.name == first.name) {
        let _ = write!(help, "; all of them are `tag:Name={text}`");
    }
    help
}

fn listed(candidates: &[Candidate]) -> String {
    let mut text = String::new();
    for (index, candidate) in candidates.iter().take(MOST_LISTED).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{candidate}");
    }
    if candidates.len() > MOST_LISTED {
        let _ = write!(text, " and {} more", candidates.len() - MOST_LISTED);
    }
    text
}

impl SelectorError {
    /// What to do about it. For a name that nothing has, [`super::Index::similar`] knows better.
    pub fn help(&self) -> Option<String> {
        match self {
            SelectorError::Unknown { lacks, .. } if !lacks.is_empty() => {
                Some(format!("add {}", joined(lacks)))
            }
            SelectorError::Unknown { .. } => Some(
                "name things by id, by `Name` tag, by `vpc-name/name`, `kind:name` or `tag:Key=Value`, by address or CIDR, or as `internet`"
                    .to_owned(),
            ),
            SelectorError::Ambiguous { text, candidates } => Some(narrower(text, candidates)),
            SelectorError::NotAnEnd { .. } => {
                Some("ask from and to interfaces, instances, groups or addresses; `--via` and `--avoid` take what lies between".to_owned())
            }
            SelectorError::NotModelled { .. } => {
                Some("ask about the addresses of its network interfaces instead".to_owned())
            }
            SelectorError::Empty { .. } => None,
            SelectorError::Unresolved { help, .. } => help.clone(),
            SelectorError::NothingOnPremises { .. } => {
                Some("say which addresses are there, as in `onprem:192.168.0.0/16`".to_owned())
            }
            SelectorError::NoServiceAddresses { needs, .. } => Some(format!("add {needs}")),
            SelectorError::ServiceAsSource { .. } => {
                Some("ask the other way round: the reply is judged with it".to_owned())
            }
            SelectorError::Malformed { .. } => {
                Some("write an address as `10.0.1.5` or `2001:db8::1`, a block as `10.0.0.0/16`".to_owned())
            }
            SelectorError::NoFamily { .. } => None,
            SelectorError::OtherFamily { family: Family::V4, .. } => {
                Some("IPv6 has `icmpv6`; its ping is `icmpv6/128`".to_owned())
            }
            SelectorError::OtherFamily { family: Family::V6, .. } => {
                Some("IPv4 has `icmp`; its ping is `icmp/8`".to_owned())
            }
            SelectorError::Traffic { advice: Some(advice), text, .. } if advice != text => Some(format!("did you mean `{advice}`?")),
            SelectorError::Traffic { .. } => Some(
                "write `tcp/443`, `tcp/80,443`, `tcp/8000-8100`, `udp/53`, `icmp/8`, `icmp/3:4`, `icmpv6/128`, `proto/50` or `all`; join several with `+`"
                    .to_owned(),
            ),
            SelectorError::SourcePorts { .. } => Some(
                "write ports, ranges or lists as `32768-60999` or `500,4500`, or `linux`, `windows`, `any`"
                    .to_owned(),
            ),
        }
    }
}
