//! The section `[lint]` of `netpath.toml`: what is declared and wanted, and waivers.

use std::path::Path;

use ipnet::IpNet;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::failure::Failure;
use super::{settings, today};
use crate::lint::{Pattern, Segment, Settings, TrafficFigure, Waiver, lint_named};

/// The section.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct Section {
    isolated: Option<Vec<String>>,
    private: Option<Vec<String>>,
    public: Option<Vec<String>>,
    on_premises: Vec<String>,
    admin_ports: Option<Vec<u16>>,
    zones: Option<usize>,
    sensitive: Option<Vec<String>>,
    inspected: Vec<String>,
    internet: Option<Vec<String>>,
    trusted_accounts: Vec<String>,
    traffic: Vec<TrafficWire>,
    tags: Vec<String>,
    /// Lints that are left out, as with `--skip`.
    pub skip: Vec<String>,
    segment: Vec<SegmentWire>,
    waiver: Vec<Spanned<WaiverWire>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct SegmentWire {
    name: String,
    members: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct TrafficWire {
    resource: String,
    gigabytes_per_month: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct WaiverWire {
    lint: String,
    resource: String,
    reason: String,
    owner: String,
    expires: Datetime,
}

/// What the nearest file says, and the lints that it leaves out.
pub(super) fn of_folder(folder: &Path) -> Result<(Settings, Vec<String>), Failure> {
    let plain = Settings { today: today::today(), ..Settings::default() };
    let Some((path, text, contents)) = settings::nearest(folder)? else { return Ok((plain, Vec::new())) };
    let Some(section) = contents.lint else { return Ok((plain, Vec::new())) };
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let mut waivers = Vec::new();
    for wire in section.waiver {
        let line = text[..wire.span().start.min(text.len())].matches('\n').count() + 1;
        waivers.push(waiver(wire.into_inner(), format!("{name}:{line}"))?);
    }
    let patterns = |texts: Vec<String>| texts.iter().map(|it| Pattern::of(it)).collect::<Vec<_>>();
    let segments = section
        .segment
        .into_iter()
        .map(|it| Segment { name: it.name, members: patterns(it.members) })
        .collect();
    let figure = |it: TrafficWire| match it.gigabytes_per_month {
        figure if figure.is_finite() && figure >= 0.0 => {
            Ok(TrafficFigure { resource: Pattern::of(&it.resource), gigabytes_per_month: figure })
        }
        figure => Err(Failure::new(format!("{name}: `gigabytes-per-month = {figure}` is no amount"))
            .help("write what was measured, as `gigabytes-per-month = 1200`")),
    };
    let settings = Settings {
        traffic: section.traffic.into_iter().map(figure).collect::<Result<_, Failure>>()?,
        sensitive: section.sensitive.map(patterns),
        inspected: patterns(section.inspected),
        internet: section.internet.map(patterns),
        trusted_accounts: section.trusted_accounts,
        isolated: section.isolated.map(patterns),
        private: section.private.map(patterns),
        public: section.public.map(patterns),
        on_premises: blocks(&section.on_premises, &name)?,
        admin_ports: section.admin_ports.unwrap_or(plain.admin_ports),
        zones: section.zones.unwrap_or(plain.zones),
        segments,
        tags: section.tags,
        waivers,
        today: plain.today,
    };
    Ok((settings, section.skip))
}

fn blocks(texts: &[String], file: &str) -> Result<Vec<IpNet>, Failure> {
    let block = |text: &String| {
        text.trim().parse::<IpNet>().map(|it| it.trunc()).map_err(|_| {
            Failure::new(format!("{file}: `{text}` is no block of addresses"))
                .help("write `on-premises = [\"192.168.0.0/16\"]`")
        })
    };
    texts.iter().map(block).collect()
}

fn waiver(wire: WaiverWire, place: String) -> Result<Waiver, Failure> {
    let bad = |what: String| Failure::new(format!("{place}: {what}"));
    if lint_named(&wire.lint).is_none() {
        return Err(bad(format!("there is no lint `{}`", wire.lint)).help("`netpath lint` names its lints"));
    }
    let Some(date) = wire.expires.date else {
        return Err(bad(format!("`expires = {}` has no date", wire.expires)).help("write `2027-01-31`"));
    };
    for (what, text) in [("reason", &wire.reason), ("owner", &wire.owner)] {
        if text.trim().is_empty() {
            return Err(bad(format!("a waiver without {what}"))
                .help("say why the finding is put up with, and who says so"));
        }
    }
    Ok(Waiver {
        lint: wire.lint,
        resource: wire.resource,
        reason: wire.reason,
        owner: wire.owner,
        expires: date.to_string(),
        place,
    })
}
