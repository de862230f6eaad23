//! The plain picture: boxes in boxes, and nets that join them. What every view makes and every format draws.
//!
//! A label is always inside a box, never beside a line: a layout that keeps boxes apart keeps labels apart.

use super::zones::Zones;
use crate::solver::Verdict;

/// A picture, ready to be laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// The same in a sentence or two, for those who do not see it.
    pub description: String,
    /// Everything that is drawn.
    pub root: Shape,
    /// What joins boxes.
    pub nets: Vec<Net>,
}

/// A box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Its id in the snapshot, or another word that stays the same as long as the thing does.
    pub key: String,
    /// How it is painted.
    pub paint: Paint,
    /// Its label.
    pub lines: Vec<Line>,
    /// What is told when somebody points at it.
    pub hover: Vec<String>,
    /// What is wrong with it.
    pub problem: Option<String>,
    /// What became of it, where two networks are compared.
    pub mark: Option<Mark>,
    /// What it stands for, where that is others than its key says.
    pub members: Vec<Member>,
    /// What to write to ask about it, where it is an end of packets.
    pub ask: Option<String>,
    /// What it holds.
    pub inside: Inside,
    /// The nets that end at it.
    pub ports: Vec<Port>,
}

/// Something that shares a box with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id in the snapshot.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// What became of something from one network to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
    /// It is there, and something about it is another.
    Changed,
}

/// A line of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// How it is written.
    pub hand: Hand,
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The picture's title.
    Title,
    /// A name.
    Name,
    /// What else is said.
    Plain,
    /// The head of a column or band.
    Head,
    /// What is wrong.
    Problem,
}

/// How a box is painted; a class of the style sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Paint {
    /// The paper.
    Canvas,
    /// An account.
    Account,
    /// A Region, or an account with only one.
    Region,
    /// A VPC.
    Vpc,
    /// A subnet, by its tier.
    Subnet(Tier),
    /// Hosts.
    Host,
    /// What lets packets into and out of a VPC.
    Gateway,
    /// What joins VPCs.
    Hub,
    /// The internet, networks on premises.
    Outside,
    /// What the snapshot refers to and does not have.
    Absent,
    /// A box around others that stands for nothing by itself.
    Frame,
    /// A step of a way.
    Step,
    /// A step that packets do not get to.
    Beyond,
    /// What has been gained.
    Gained,
    /// What has been lost.
    Lost,
    /// What goes another way than before.
    Rerouted,
    /// Of which it is open whether it differs.
    Unclear,
    /// What was changed and makes no difference.
    Idle,
    /// What nobody uses.
    Free,
    /// What packets from outside get into.
    Exposed,
    /// What packets do not get into although some rules admit them.
    Shut,
    /// Packets of which the solver says so.
    Verdict(Verdict),
    /// The head of a row or column.
    Head,
}

/// What a subnet's packets for the internet do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// They leave by an internet gateway.
    Public,
    /// They leave through something else, which nothing outside can begin a conversation through.
    Private,
    /// They go nowhere.
    Isolated,
    /// The snapshot does not say.
    Unknown,
}

impl Tier {
    /// Every tier, from the outside in.
    pub const ALL: [Tier; 4] = [Tier::Public, Tier::Private, Tier::Isolated, Tier::Unknown];

    /// Its word.
    pub fn as_text(self) -> &'static str {
        match self {
            Tier::Public => "public",
            Tier::Private => "private",
            Tier::Isolated => "isolated",
            Tier::Unknown => "unknown",
        }
    }
}

/// What a box holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// Nothing: a card.
    Nothing,
    /// Boxes in rows, in order, as wide as looks well.
    Packed(Vec<Shape>),
    /// Boxes below each other, with an arrow from each to the next or without.
    Stacked(Vec<Shape>, bool),
    /// Zones as columns and tiers as bands.
    Zones(Zones),
    /// Boxes in rows and columns.
    Table(Table),
}

/// Rows and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How it is read.
    pub kind: TableKind,
    /// What stands above the columns, those of row heads excepted; none where columns speak for themselves.
    pub heads: Vec<Shape>,
    /// Cells from left to right; in a square the first is the row's head.
    pub rows: Vec<Vec<Option<Shape>>>,
}

/// How a table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// A cell is about what heads its row and what heads its column.
    Square,
    /// A row is read from left to right: an arrow leads from each cell to the next.
    Ways,
    /// A cell is about itself, and stands where it belongs.
    Map,
}

/// Something that joins boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Net {
    /// Its id in the snapshot.
    pub key: String,
    /// What it is.
    pub kind: NetKind,
    /// What is told when somebody points at it.
    pub hover: String,
    /// Whether something is wrong with it.
    pub is_broken: bool,
    /// What became of it, where two networks are compared.
    pub mark: Option<Mark>,
}

/// What joins boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetKind {
    /// The internet.
    Internet,
    /// A transit gateway.
    Transit,
    /// A peering connection.
    Peering,
    /// VPN, Direct Connect.
    OnPremises,
}

/// Where a net ends at a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// Index of the net.
    pub net: usize,
    /// At which edge.
    pub side: Side,
}

/// An edge of a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The upper one.
    Top,
    /// The lower one.
    Bottom,
}

impl Shape {
    /// A card with a name.
    pub fn new(key: impl Into<String>, paint: Paint, name: impl Into<String>) -> Shape {
        Shape {
            key: key.into(),
            paint,
            lines: vec![Line { text: name.into(), hand: Hand::Name }],
            hover: Vec::new(),
            problem: None,
            mark: None,
            members: Vec::new(),
            ask: None,
            inside: Inside::Nothing,
            ports: Vec::new(),
        }
    }

    /// Says something more; nothing where there is nothing to say.
    pub fn says(mut self, text: impl Into<String>) -> Shape {
        let text = text.into();
        if !text.is_empty() {
            self.lines.push(Line { text, hand: Hand::Plain });
        }
        self
    }

    /// Tells something to those who point at it.
    pub fn tells(mut self, text: impl Into<String>) -> Shape {
        let text = text.into();
        if !text.is_empty() {
            self.hover.push(text);
        }
        self
    }

    /// Holds something.
    pub fn holding(mut self, inside: Inside) -> Shape {
        self.inside = inside;
        self
    }

    /// The boxes in it that may be changed, those on its edges included.
    pub fn children_mut(&mut self) -> Vec<&mut Shape> {
        match &mut self.inside {
            Inside::Nothing => Vec::new(),
            Inside::Packed(shapes) | Inside::Stacked(shapes, _) => shapes.iter_mut().collect(),
            Inside::Zones(zones) => {
                let cells = zones.bands.iter_mut().flat_map(|band| &mut band.rows).flatten().flatten();
                zones.above.iter_mut().chain(cells).chain(&mut zones.below).collect()
            }
            Inside::Table(table) => {
                table.heads.iter_mut().chain(table.rows.iter_mut().flatten().flatten()).collect()
            }
        }
    }

    /// The boxes in it, those on its edges included.
    pub fn children(&self) -> Vec<&Shape> {
        match &self.inside {
            Inside::Nothing => Vec::new(),
            Inside::Packed(shapes) | Inside::Stacked(shapes, _) => shapes.iter().collect(),
            Inside::Zones(zones) => {
                let cells = zones.bands.iter().flat_map(|band| &band.rows).flatten().flatten();
                zones.above.iter().chain(cells).chain(&zones.below).collect()
            }
            Inside::Table(table) => table.heads.iter().chain(table.rows.iter().flatten().flatten()).collect(),
        }
    }
}

impl Mark {
    /// The name of its class in style sheets.
    pub fn class(self) -> &'static str {
        match self {
            Mark::Added => "added",
            Mark::Removed => "removed",
            Mark::Changed => "changed",
        }
    }

    /// What tells it from others without colour.
    pub fn sign(self) -> &'static str {
        match self {
            Mark::Added => "+",
            Mark::Removed => "−",
            Mark::Changed => "Δ",
        }
    }
}

impl Table {
    /// The cells of a row with their columns; those of a square that say that nothing passes left out.
    pub fn telling(row: &[Option<Shape>]) -> impl Iterator<Item = (usize, &Shape)> {
        let cells = row.iter().enumerate().filter_map(|(column, it)| Some((column, it.as_ref()?)));
        cells.filter(|(_, it)| it.paint != Paint::Verdict(Verdict::Blocked))
    }
}

impl Paint {
    /// The name of its class in style sheets.
    pub fn class(self) -> &'static str {
        match self {
            Paint::Canvas => "canvas",
            Paint::Account => "account",
            Paint::Region => "region",
            Paint::Vpc => "vpc",
            Paint::Subnet(Tier::Public) => "subnet public",
            Paint::Subnet(Tier::Private) => "subnet private",
            Paint::Subnet(Tier::Isolated) => "subnet isolated",
            Paint::Subnet(Tier::Unknown) => "subnet unknown",
            Paint::Host => "host",
            Paint::Gateway => "gateway",
            Paint::Hub => "hub",
            Paint::Outside => "outside",
            Paint::Absent => "absent",
            Paint::Frame => "frame",
            Paint::Step => "step",
            Paint::Beyond => "beyond",
            Paint::Gained => "gained",
            Paint::Lost => "lost",
            Paint::Rerouted => "rerouted",
            Paint::Unclear => "unclear",
            Paint::Idle => "idle",
            Paint::Free => "free",
            Paint::Exposed => "exposed",
            Paint::Shut => "shut",
            Paint::Verdict(Verdict::Reachable) => "reachable",
            Paint::Verdict(Verdict::Partial) => "partial",
            Paint::Verdict(Verdict::ForwardOnly) => "forward-only",
            Paint::Verdict(Verdict::Blocked) => "blocked",
            Paint::Verdict(Verdict::Unknown) => "open-question",
            Paint::Head => "head-cell",
        }
    }
}

impl NetKind {
    /// The name of its class in style sheets.
    pub fn class(self) -> &'static str {
        match self {
            NetKind::Internet => "internet",
            NetKind::Transit => "transit",
            NetKind::Peering => "peering",
            NetKind::OnPremises => "premises",
        }
    }

    /// The edge by which it leaves boxes that hold some of its ends.
    pub fn side(self) -> Side {
        match self {
            NetKind::Internet => Side::Top,
            NetKind::Transit | NetKind::Peering | NetKind::OnPremises => Side::Bottom,
        }
    }
}

/// Blocks in a line, with the rest counted.
pub(super) fn blocks(cidrs: &[String]) -> String {
    match cidrs {
        [] | [_] | [_, _] | [_, _, _] => cidrs.join(", "),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more blocks", rest.len()),
    }
}
