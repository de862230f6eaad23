//! A made-up company's AWS estate of any size, written as the snapshot that the aws-cli would have left behind.
//!
//! The same interface count and seed give the same bytes on every machine. Each VPC is planned from its own stream
//! of random numbers, so any of them can be planned alone: the writer holds one VPC at a time, and references across
//! VPCs (peering, groups, routes) need no table of what was written before.
//!
//! Shape: about 100 interfaces a VPC; 200 VPCs a mesh, joined by one transit gateway in one Region; 20 VPCs an
//! account. Meshes reuse the same private address space, as merged companies do. Load balancers, VPN, Direct
//! Connect and firewalls are absent, so the estate says nothing about their cost.

// Benchmarks, the example and the tests each use a part of this.
#![allow(dead_code)]

#[path = "estate/random.rs"]
pub mod random;
#[path = "estate/json.rs"]
pub mod json;
#[path = "estate/plan.rs"]
pub mod plan;
#[path = "estate/interfaces.rs"]
pub mod interfaces;
#[path = "estate/controls.rs"]
pub mod controls;
#[path = "estate/routes.rs"]
pub mod routes;
#[path = "estate/answers.rs"]
pub mod answers;
#[path = "estate/filters.rs"]
pub mod filters;
#[path = "estate/hosts.rs"]
pub mod hosts;
#[path = "estate/transit.rs"]
pub mod transit;
#[path = "estate/folder.rs"]
pub mod folder;
#[path = "estate/questions.rs"]
pub mod questions;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use random::{Id, mix};

/// How many VPCs one transit gateway joins.
pub const VPCS_PER_MESH: usize = 200;
/// Below this there is no room for the gateways of one VPC.
pub const LEAST_INTERFACES: usize = 20;
/// Above this the made-up address space is used up.
pub const MOST_INTERFACES: usize = 3_000_000;

/// What to generate; every other fact of the estate follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Estate {
    pub interfaces: usize,
    pub seed: u64,
    pub layout: Layout,
    /// How many of a thousand security groups say something else than they would: the estate a day later.
    pub edited: u64,
}

/// How an estate is spread over files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A folder for each account, 20 VPCs each.
    Accounts,
    /// One account and Region that holds everything: one large file for each call.
    OneFile,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    pub files: usize,
    pub bytes: u64,
}

/// The number of an account of the estate; prints as its twelve digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    pub number: usize,
    offset: u64,
}

/// What differs between Regions in the answers of AWS.
#[derive(Debug)]
pub struct Region {
    pub name: &'static str,
    pub zone_prefix: &'static str,
    pub private_domain: &'static str,
    pub public_domain: &'static str,
    pub ipv6_prefix: &'static str,
    pub s3_prefix_list: &'static str,
    pub dynamodb_prefix_list: &'static str,
}

const REGIONS: [Region; 4] = [
    Region {
        name: "us-east-1",
        zone_prefix: "use1",
        private_domain: "ec2.internal",
        public_domain: "compute-1.amazonaws.com",
        ipv6_prefix: "2600:1f18",
        s3_prefix_list: "pl-63a5400a",
        dynamodb_prefix_list: "pl-02cd2c6b",
    },
    Region {
        name: "eu-west-1",
        zone_prefix: "euw1",
        private_domain: "eu-west-1.compute.internal",
        public_domain: "eu-west-1.compute.amazonaws.com",
        ipv6_prefix: "2a05:d018",
        s3_prefix_list: "pl-6da54004",
        dynamodb_prefix_list: "pl-6fa54006",
    },
    Region {
        name: "us-west-2",
        zone_prefix: "usw2",
        private_domain: "us-west-2.compute.internal",
        public_domain: "us-west-2.compute.amazonaws.com",
        ipv6_prefix: "2600:1f14",
        s3_prefix_list: "pl-68a54001",
        dynamodb_prefix_list: "pl-00a54069",
    },
    Region {
        name: "eu-central-1",
        zone_prefix: "euc1",
        private_domain: "eu-central-1.compute.internal",
        public_domain: "eu-central-1.compute.amazonaws.com",
        ipv6_prefix: "2a05:d014",
        s3_prefix_list: "pl-6ea54007",
        dynamodb_prefix_list: "pl-66a5400f",
    },
];

impl Estate {
    /// An estate spread over account folders.
    pub fn new(interfaces: usize, seed: u64) -> Estate {
        Estate {
            interfaces: interfaces.clamp(LEAST_INTERFACES, MOST_INTERFACES),
            seed,
            layout: Layout::Accounts,
            edited: 0,
        }
    }

    /// Writes the snapshot under `folder`, accounts in parallel.
    pub fn write(&self, folder: &Path) -> io::Result<Written> {
        let next = AtomicUsize::new(0);
        let total = Mutex::new(Written::default());
        let workers = thread::available_parallelism()?.get().min(self.accounts());
        thread::scope(|scope| {
            let worker = || -> io::Result<()> {
                // Ends because each turn takes one of finitely many accounts.
                loop {
                    let account = next.fetch_add(1, Ordering::Relaxed);
                    if account >= self.accounts() {
                        return Ok(());
                    }
                    let written = folder::write_account(self, self.account(account), folder)?;
                    let mut total = total.lock().expect("no worker panics while it adds two numbers");
                    total.files += written.files;
                    total.bytes += written.bytes;
                }
            };
            let handles: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
            handles.into_iter().try_for_each(|it| it.join().expect("the generator does not panic"))
        })?;
        Ok(total.into_inner().expect("no worker panics while it adds two numbers"))
    }

    pub fn vpcs(&self) -> usize {
        ((self.interfaces + 50) / 100).max(1)
    }

    pub fn meshes(&self) -> usize {
        self.vpcs().div_ceil(VPCS_PER_MESH)
    }

    pub fn accounts(&self) -> usize {
        self.vpcs().div_ceil(self.vpcs_per_account())
    }

    fn vpcs_per_account(&self) -> usize {
        match self.layout {
            Layout::Accounts => 20,
            Layout::OneFile => usize::MAX,
        }
    }

    /// The VPCs of an account.
    pub fn vpcs_of(&self, account: Account) -> Range<usize> {
        let first = account.number.saturating_mul(self.vpcs_per_account());
        first..first.saturating_add(self.vpcs_per_account()).min(self.vpcs())
    }

    /// The VPCs that share a transit gateway.
    pub fn vpcs_in(&self, mesh: usize) -> Range<usize> {
        mesh * VPCS_PER_MESH..((mesh + 1) * VPCS_PER_MESH).min(self.vpcs())
    }

    /// Interfaces in a VPC, gateways' own included: 100 on average, neighbours vary in opposite directions.
    pub fn size_of(&self, vpc: usize) -> usize {
        let vpcs = self.vpcs();
        let even_share = self.interfaces / vpcs + usize::from(vpc < self.interfaces % vpcs);
        let pair = vpc / 2;
        if pair * 2 + 1 >= vpcs {
            return even_share;
        }
        let shift = (mix(self.seed ^ mix(pair as u64)) % 61) as usize;
        if vpc.is_multiple_of(2) { even_share + shift } else { even_share - shift }
    }

    pub fn account(&self, number: usize) -> Account {
        Account { number, offset: mix(self.seed) }
    }

    pub fn account_of(&self, vpc: usize) -> Account {
        self.account(vpc / self.vpcs_per_account())
    }

    /// The account that owns the transit gateway and the shared prefix lists of a mesh.
    pub fn network_account(&self, mesh: usize) -> Account {
        self.account_of(mesh * VPCS_PER_MESH)
    }

    pub fn region(&self, mesh: usize) -> &'static Region {
        match self.layout {
            Layout::Accounts => &REGIONS[mesh % REGIONS.len()],
            Layout::OneFile => &REGIONS[0],
        }
    }

    /// Whether a group says something else than it would.
    pub fn is_edited(&self, vpc: usize, group: usize) -> bool {
        mix(self.seed ^ mix(0xed17 ^ mix(((vpc as u64) << 16) | group as u64))) % 1000 < self.edited
    }

    /// An id that no other `index` of the same prefix and owner has.
    pub fn id(&self, prefix: &'static str, owner: usize, index: usize) -> Id {
        Id::new(self.seed, prefix, owner, index)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SPAN: u64 = 900_000_000_000;
        // The stride shares no factor with the span, so no two accounts meet.
        let place = (self.offset % SPAN + self.number as u64 * 1_618_033_991) % SPAN;
        write!(formatter, "{}", 100_000_000_000 + place)
    }
}
