//! Questions about an estate, as the lines that `netpath query --batch` reads.
//!
//! Ends are interfaces by id, so that no question is ambiguous although meshes share their addresses.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use super::interfaces::{Interface, interfaces};
use super::plan::Vpc;
use super::random::Random;
use super::{Estate, VPCS_PER_MESH};

/// One question; prints as its line.
#[derive(Clone, Debug)]
pub struct Question {
    pub number: usize,
    pub kind: Kind,
    pub source: String,
    pub destination: String,
    pub traffic: &'static str,
}

/// How the two ends lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    SameSubnet,
    SameVpc,
    SameMesh,
    Peered,
    OtherMesh,
    FromInternet,
    ToInternet,
}

const TRAFFIC: [&str; 10] = [
    "tcp/443",
    "tcp/443",
    "tcp/22",
    "tcp/5432",
    "tcp/8080",
    "tcp/8000-8100",
    "udp/53",
    "icmp/8",
    "all",
    "all",
];

/// A VPC with its interfaces, planned once and kept.
type Plans<'a> = RefCell<BTreeMap<usize, Rc<(Vpc<'a>, Vec<Interface>)>>>;

/// The first `count` questions of the estate; more of them begin with the same ones.
pub fn questions(estate: &Estate, count: usize) -> Vec<Question> {
    let plans = Plans::default();
    (0..count).map(|it| question(estate, &plans, it)).collect()
}

fn question<'a>(estate: &'a Estate, plans: &Plans<'a>, number: usize) -> Question {
    let mut random = Random::new(estate.seed, "question", number);
    let traffic = random.pick(&TRAFFIC);
    // Ends because a kind that the estate has no room for gives way to one VPC, which is always there.
    loop {
        let kind = match random.below(100) {
            0..15 => Kind::SameSubnet,
            15..40 => Kind::SameVpc,
            40..70 => Kind::SameMesh,
            70..78 => Kind::Peered,
            78..85 => Kind::OtherMesh,
            85..93 => Kind::FromInternet,
            _ => Kind::ToInternet,
        };
        if let Some((source, destination)) = ends(estate, plans, kind, &mut random) {
            return Question { number, kind, source, destination, traffic };
        }
    }
}

fn ends<'a>(
    estate: &'a Estate,
    plans: &Plans<'a>,
    kind: Kind,
    random: &mut Random,
) -> Option<(String, String)> {
    let mut number = random.below(estate.vpcs());
    if kind == Kind::Peered {
        // One VPC in six asked for a peering connection; look where they are.
        number = number - number % 12 + random.pick(&[5, 8]);
    }
    if number >= estate.vpcs() {
        return None;
    }
    let here = plan(estate, plans, number);
    let (vpc, interfaces) = &*here;
    let source = workload(interfaces, random, |_| true)?;
    let elsewhere = match kind {
        Kind::SameSubnet => {
            let other =
                workload(interfaces, random, |it| it.subnet == source.subnet && it.number != source.number)?;
            return Some((source.id(vpc).to_string(), other.id(vpc).to_string()));
        }
        Kind::FromInternet => {
            let public = workload(interfaces, random, |it| it.public.is_some())?;
            return Some(("internet".to_owned(), public.id(vpc).to_string()));
        }
        Kind::ToInternet => {
            let private = workload(interfaces, random, |it| it.public.is_none())?;
            return Some((private.id(vpc).to_string(), "198.51.100.10".to_owned()));
        }
        Kind::SameVpc => number,
        Kind::SameMesh => {
            let mesh = estate.vpcs_in(vpc.mesh());
            mesh.start + random.below(mesh.len())
        }
        Kind::Peered if vpc.peerings.is_empty() => return None,
        Kind::Peered => random.pick(&vpc.peerings).other,
        Kind::OtherMesh => random.below(estate.vpcs()),
    };
    let wanted = match kind {
        Kind::SameMesh => elsewhere != number,
        Kind::OtherMesh => elsewhere / VPCS_PER_MESH != vpc.mesh(),
        Kind::SameSubnet | Kind::SameVpc | Kind::Peered | Kind::FromInternet | Kind::ToInternet => true,
    };
    let there = plan(estate, plans, elsewhere);
    let destination = workload(&there.1, random, |it| elsewhere != number || it.number != source.number)?;
    wanted.then(|| (source.id(vpc).to_string(), destination.id(&there.0).to_string()))
}

fn plan<'a>(estate: &'a Estate, plans: &Plans<'a>, number: usize) -> Rc<(Vpc<'a>, Vec<Interface>)> {
    let make = || {
        let vpc = Vpc::plan(estate, number);
        let interfaces = interfaces(&vpc);
        Rc::new((vpc, interfaces))
    };
    Rc::clone(plans.borrow_mut().entry(number).or_insert_with(make))
}

/// A random interface that sends or receives packets of its own; `None` if few satisfy the condition.
fn workload<'v>(
    interfaces: &'v [Interface],
    random: &mut Random,
    condition: impl Fn(&Interface) -> bool,
) -> Option<&'v Interface> {
    let fitting = |it: &&&Interface| it.is_workload() && condition(it);
    let count = interfaces.iter().filter(|it| fitting(&it)).count();
    if count == 0 {
        return None;
    }
    let chosen = random.below(count);
    interfaces.iter().filter(|it| fitting(&it)).nth(chosen)
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Question { number, kind: _, source, destination, traffic } = self;
        write!(
            formatter,
            r#"{{"id": {number}, "source": "{source}", "destination": "{destination}", "traffic": "{traffic}"}}"#
        )
    }
}
