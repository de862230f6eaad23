//! Address plans for people: overlaps by what they mean, then room by VPC, the fullest subnets first.

use std::io::{self, Write};

use super::{HolderView, NextView, OverlapView, Plan, RoomView, SpaceView};
use crate::report::sentence::with_name;
use crate::report::text::Style;
use crate::report::text::page::{Page, Tone};
use crate::solver::cidr::Grade;

/// Rows of a list that text shows unless asked for more.
const MOST_ROWS: usize = 20;
/// Holders of an overlap that text shows unless asked for more.
const MOST_HOLDERS: usize = 6;

/// What is printed.
#[derive(Debug)]
pub enum Shown<'v, 'a> {
    /// The whole plan.
    Plan(&'v Plan<'a>),
    /// The next free block.
    Next(&'v NextView<'a>),
}

/// Prints a plan, or the next free block, for people.
pub fn write_text(shown: &Shown<'_, '_>, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let mut page = Page::new(style);
    match shown {
        Shown::Plan(plan) => {
            overlaps(plan, &mut page);
            spaces(plan, &mut page);
        }
        Shown::Next(next) => next_block(next, &mut page),
    }
    out.write_all(page.text().as_bytes())
}

/// What a grade means for those who overlap.
fn meaning(grade: Grade) -> &'static str {
    match grade {
        Grade::Peered => "a peering connection joins them, and cannot carry what both have",
        Grade::SharedPeer => {
            "both are peered with one VPC, which reaches only one of them by these addresses"
        }
        Grade::TransitGateway => {
            "one transit gateway joins them: it sends to one of them, and neither reaches the other"
        }
        Grade::OnPremises => "hosts of the VPC do not reach these addresses beyond the link",
        Grade::CouldBePeered => "nothing joins them yet, and they can never be peered",
        Grade::Unrelated => "nothing joins them",
    }
}

fn tone(grade: Grade) -> Tone {
    match grade {
        Grade::Peered | Grade::SharedPeer | Grade::TransitGateway | Grade::OnPremises => Tone::Bad,
        Grade::CouldBePeered => Tone::Unsure,
        Grade::Unrelated => Tone::Faint,
    }
}

fn overlaps(plan: &Plan<'_>, page: &mut Page) {
    let meeting = plan.overlaps.iter().filter(|it| it.can_meet).count();
    let words = match (plan.overlaps.len(), meeting) {
        (0, _) => "no block is anybody's twice".to_owned(),
        (all, 0) => format!("{} between VPCs and networks that nothing joins", counted(all, "overlap")),
        (all, meeting) if all == meeting => {
            format!("{}, between networks that can meet", counted(all, "overlap"))
        }
        (all, meeting) => {
            format!("{}, {meeting} of them between networks that can meet", counted(all, "overlap"))
        }
    };
    page.line(0, &[(Tone::Strong, &words)]);
    let most = if page.style.verbose { usize::MAX } else { MOST_ROWS };
    for grade in Grade::ALL {
        let rows: Vec<&OverlapView<'_>> = plan.overlaps.iter().filter(|it| it.judged == grade).collect();
        if rows.is_empty() {
            continue;
        }
        page.gap();
        let title = format!("{}:", grade.as_text());
        page.line(0, &[(tone(grade), &title), (Tone::Plain, meaning(grade))]);
        for row in rows.iter().take(most) {
            overlap(row, page);
        }
        more(rows.len(), most, page);
    }
}

fn overlap(row: &OverlapView<'_>, page: &mut Page) {
    let by = row.by.as_ref().map(|by| format!("by {by}")).unwrap_or_default();
    page.line(2, &[(Tone::Strong, &row.block), (Tone::Faint, &by)]);
    let most = if page.style.verbose { usize::MAX } else { MOST_HOLDERS };
    for holder in row.holders.iter().take(most) {
        holder_line(holder, page);
    }
    if row.holders.len() > most {
        let rest = format!("… and {} more, listed by `-v`", row.holders.len() - most);
        page.line(4, &[(Tone::Faint, &rest)]);
    }
}

fn holder_line(holder: &HolderView<'_>, page: &mut Page) {
    let id = match holder.kind {
        "on-premises" => format!("on premises, {}", holder.id),
        _ => with_name(&holder.id, holder.name),
    };
    let mut notes: Vec<String> = Vec::new();
    notes.extend(holder.words.clone());
    notes.extend(holder.place.clone().filter(|_| page.style.verbose));
    notes.extend(holder.account.map(|it| format!("account {it}")));
    page.row(
        4,
        &[((Tone::Plain, &holder.block), 18)],
        &[(Tone::Plain, &id), (Tone::Faint, &notes.join(", "))],
    );
}

fn spaces(plan: &Plan<'_>, page: &mut Page) {
    let ipv4: Vec<&SpaceView> = plan.vpcs.iter().filter(|it| it.family == "ipv4").collect();
    page.title("room:", "");
    let most = if page.style.verbose { usize::MAX } else { MOST_ROWS };
    for space in ipv4.iter().take(most) {
        vpc(space, page);
    }
    more(ipv4.len(), most, page);
    let ipv6: Vec<&SpaceView> = plan.vpcs.iter().filter(|it| it.family == "ipv6").collect();
    for space in ipv6.iter().take(most) {
        vpc_ipv6(space, page);
    }
    more(ipv6.len(), most, page);
}

fn vpc(space: &SpaceView, page: &mut Page) {
    let title = with_name(&space.id, space.name.as_deref());
    let unused = number(space.unused_addresses.unwrap_or_default());
    let all = number(space.addresses.unwrap_or_default());
    let blocks = first(&space.unused_blocks, 4);
    let words = match space.unused_blocks.is_empty() {
        true => format!("{}: all {all} addresses are in subnets", space.blocks.join(", ")),
        false => format!("{}: {unused} of {all} addresses in no subnet: {blocks}", space.blocks.join(", ")),
    };
    page.line(2, &[(Tone::Strong, &title), (Tone::Plain, &words)]);
    let most = if page.style.verbose { usize::MAX } else { MOST_HOLDERS };
    let mut rooms: Vec<&RoomView> = space.subnets.iter().collect();
    rooms.sort_by_key(|it| it.free);
    for room in rooms.iter().take(most) {
        let (free, used) = (room.free.unwrap_or_default(), room.used.unwrap_or_default());
        let usable = free.saturating_add(used);
        let tone = if free * 10 < usable || usable == 0 { Tone::Bad } else { Tone::Plain };
        let at_most = if room.is_at_most { "at most " } else { "" };
        let words = format!("{at_most}{} of {} free", number(free), number(usable));
        let name = with_name(&room.id, room.name.as_deref());
        page.row(4, &[((Tone::Plain, &room.block), 18), ((tone, &words), 22)], &[(Tone::Plain, &name)]);
    }
    if rooms.len() > most {
        let rest = format!("… and {} with more room, listed by `-v`", counted(rooms.len() - most, "subnet"));
        page.line(4, &[(Tone::Faint, &rest)]);
    }
}

fn vpc_ipv6(space: &SpaceView, page: &mut Page) {
    let title = with_name(&space.id, space.name.as_deref());
    let words = match space.unused_blocks.is_empty() {
        true => format!("{}: all in subnets", space.blocks.join(", ")),
        false => format!("{}: in no subnet: {}", space.blocks.join(", "), first(&space.unused_blocks, 4)),
    };
    page.line(2, &[(Tone::Strong, &title), (Tone::Plain, &words)]);
}

fn next_block(next: &NextView<'_>, page: &mut Page) {
    let within = match &next.vpc {
        Some(vpc) => format!("{} of {vpc}", next.within.join(", ")),
        None => next.within.join(", "),
    };
    let Some(block) = &next.block else {
        let words = format!("no {} is free in {within}", next.size);
        page.line(0, &[(Tone::Bad, &words)]);
        taken(next, page);
        return;
    };
    let more = if next.count == "1" { "the only one".to_owned() } else { format!("one of {}", next.count) };
    let words = format!("is free in {within}, {more} of that size");
    page.line(0, &[(Tone::Good, block), (Tone::Plain, &words)]);
    for summary in &next.summaries {
        let route = summary.words.as_deref().unwrap_or(&summary.block);
        let words = format!("it lies in {}, which {} leads to: {route}", summary.block, summary.id);
        page.line(2, &[(Tone::Unsure, "note:"), (Tone::Plain, &words)]);
    }
    if page.style.verbose {
        taken(next, page);
    }
}

fn taken(next: &NextView<'_>, page: &mut Page) {
    page.title("taken:", "");
    let most = if page.style.verbose { usize::MAX } else { MOST_ROWS };
    for holder in next.taken.iter().take(most) {
        holder_line(holder, page);
    }
    more(next.taken.len(), most, page);
}

fn more(count: usize, most: usize, page: &mut Page) {
    if count > most {
        page.line(2, &[(Tone::Faint, &format!("… and {} more, listed by `-v`", count - most))]);
    }
}

fn first(blocks: &[String], most: usize) -> String {
    let shown = blocks.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if blocks.len() > most { format!("{shown}, …") } else { shown }
}

fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// A number with its thousands apart.
fn number(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
