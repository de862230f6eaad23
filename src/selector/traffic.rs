//! Traffic and ports as people write them: `tcp/80,443+udp/53`, `icmp/3:4`, `proto/50`, `linux`.
//!
//! Text becomes intervals of the transport line (`packet::transport`) here and nowhere else. A word that is almost
//! right gets the right one as advice: `443`, `tcp:443` and `443/tcp` are what people try first.

use super::error::SelectorError;
use crate::packet::{Interval, Ports, protocol};

/// The client's ports where nobody says otherwise.
const UNPRIVILEGED: (u16, u16) = (1024, 65535);
/// What Linux picks clients' ports from (`net.ipv4.ip_local_port_range`).
const LINUX: (u16, u16) = (32768, 60999);
/// What Windows picks clients' ports from.
const WINDOWS: (u16, u16) = (49152, 65535);
const EVERYTHING: Interval = (0, (1 << 24) - 1);

/// Protocols and destination ports: `tcp/443`, `icmp/8`, `all`, several joined by `+`.
pub fn parse_traffic(text: &str) -> Result<Vec<Interval>, SelectorError> {
    // What nearly every question of a batch asks.
    if let Some(port) = text.strip_prefix("tcp/").and_then(|it| it.parse::<u16>().ok()) {
        let point = (u32::from(protocol::TCP) << 16) | u32::from(port);
        return Ok(vec![(point, point)]);
    }
    let mut intervals = Vec::new();
    for part in text.split('+') {
        term(text, part.trim(), &mut intervals)?;
    }
    Ok(joined(intervals))
}

/// The client's ports: ports, ranges and lists of them, `linux`, `windows`, `any`.
pub fn parse_source_ports(text: Option<&str>) -> Result<Ports, SelectorError> {
    let Some(text) = text else { return Ok(vec![UNPRIVILEGED]) };
    let bad = |cause: String| SelectorError::SourcePorts { text: text.to_owned(), cause };
    let mut ports = Vec::new();
    for part in text.split(',').map(str::trim) {
        ports.push(match part.to_ascii_lowercase().as_str() {
            "any" => (0, u16::MAX),
            "linux" => LINUX,
            "windows" => WINDOWS,
            _ => range(part, "port").map_err(bad)?,
        });
    }
    let wide = ports.into_iter().map(|(from, to)| (u32::from(from), u32::from(to))).collect();
    Ok(joined(wide).into_iter().map(|(from, to)| (from as u16, to as u16)).collect())
}

/// One protocol with what is asked of it.
fn term(whole: &str, part: &str, intervals: &mut Vec<Interval>) -> Result<(), SelectorError> {
    let bad = |cause: String| SelectorError::Traffic { text: whole.to_owned(), cause, advice: advice(part) };
    let (name, rest) = match part.split_once('/') {
        // A space there is a slip of a script: an empty port that was put before or after something.
        Some((name, rest)) if name.ends_with(' ') || rest.starts_with(' ') => {
            return Err(bad("a space stands beside the `/`".to_owned()));
        }
        Some((name, rest)) => (name, Some(rest)),
        None => (part, None),
    };
    let block = |number: u8| {
        let start = u32::from(number) << 16;
        (start, start | 0xffff)
    };
    let mut list = |number: u8, one: fn(&str) -> Result<(u16, u16), String>| {
        let Some(rest) = rest else {
            intervals.push(block(number));
            return Ok(());
        };
        for element in rest.split(',') {
            let (from, to) = one(element.trim()).map_err(bad)?;
            intervals.push((block(number).0 | u32::from(from), block(number).0 | u32::from(to)));
        }
        Ok(())
    };
    match name.to_ascii_lowercase().as_str() {
        "tcp" => list(protocol::TCP, |text| range(text, "port")),
        "udp" => list(protocol::UDP, |text| range(text, "port")),
        "icmp" => list(protocol::ICMP, icmp),
        "icmpv6" => list(protocol::ICMPV6, icmp),
        "all" if rest.is_none() => {
            intervals.push(EVERYTHING);
            Ok(())
        }
        "proto" => {
            let Some(rest) = rest else { return Err(bad("`proto` wants a number".to_owned())) };
            for element in rest.split(',').map(str::trim) {
                let number: u8 = element
                    .parse()
                    .map_err(|_| bad(format!("`{element}` is no protocol: they are 0 to 255")))?;
                intervals.push(block(number));
            }
            Ok(())
        }
        "" => Err(bad("a protocol is missing".to_owned())),
        _ => Err(bad(format!("`{name}` is no protocol"))),
    }
}

/// What the person may have meant.
fn advice(part: &str) -> Option<String> {
    let is_ports = |text: &str| range(text, "port").is_ok();
    if is_ports(part) {
        return Some(format!("tcp/{part}"));
    }
    if let Some((one, other)) = part.split_once(['/']).or_else(|| part.split_once([':', ' ', '-'])) {
        let (one, other) = (one.trim().to_ascii_lowercase(), other.trim().to_ascii_lowercase());
        if other.is_empty() {
            return None;
        }
        let is_protocol = |text: &str| matches!(text, "tcp" | "udp");
        if is_protocol(&one) && is_ports(&other) {
            return Some(format!("{one}/{other}"));
        }
        if is_protocol(&other) && is_ports(&one) {
            return Some(format!("{other}/{one}"));
        }
        let near = |known: &&&str| strsim::damerau_levenshtein(known, &one) == 1;
        if let Some(known) = ["tcp", "udp", "icmp", "icmpv6", "proto"].iter().find(near) {
            return Some(format!("{known}/{other}"));
        }
    }
    match part.to_ascii_lowercase().as_str() {
        "ping" => Some("icmp/8".to_owned()),
        "http" => Some("tcp/80".to_owned()),
        "https" => Some("tcp/443".to_owned()),
        "ssh" => Some("tcp/22".to_owned()),
        "dns" => Some("udp/53+tcp/53".to_owned()),
        "any" | "*" | "-1" => Some("all".to_owned()),
        _ => None,
    }
}

fn range(text: &str, what: &str) -> Result<(u16, u16), String> {
    let one = |text: &str| {
        text.trim().parse::<u16>().map_err(|_| format!("`{text}` is no {what}: they are 0 to 65535"))
    };
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (one(from)?, one(to)?),
        None => (one(text)?, one(text)?),
    };
    if from > to { Err(format!("the range `{text}` ends before it begins")) } else { Ok((from, to)) }
}

/// `8`, or type and code as `3:4`; on the line of ports, type and code are its two bytes.
fn icmp(text: &str) -> Result<(u16, u16), String> {
    let byte = |text: &str, what: &str| {
        text.trim().parse::<u8>().map_err(|_| format!("`{text}` is no ICMP {what}: they are 0 to 255"))
    };
    match text.split_once(':') {
        Some((kind, code)) => {
            let point = (u16::from(byte(kind, "type")?) << 8) | u16::from(byte(code, "code")?);
            Ok((point, point))
        }
        None => {
            let kind = byte(text, "type")?;
            let point = u16::from(kind) << 8;
            // Echo, timestamp and address mask have code 0 and no other: `icmp/8` is a ping.
            let has_one_code = matches!(kind, 0 | 8 | 13 | 14 | 17 | 18 | 128 | 129);
            Ok((point, if has_one_code { point } else { point | 0xff }))
        }
    }
}

/// Sorted, and what touches or overlaps in one.
fn joined(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_unstable();
    let mut canonical: Vec<Interval> = Vec::with_capacity(intervals.len());
    for (low, high) in intervals {
        match canonical.last_mut() {
            Some(last) if low <= last.1 + 1 => last.1 = last.1.max(high),
            Some(_) | None => canonical.push((low, high)),
        }
    }
    canonical
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: u32 = 6 << 16;

    #[test]
    fn traffic_is_intervals() {
        let read = |text| parse_traffic(text).expect(text);
        assert_eq!(read("tcp/443"), [(TCP | 443, TCP | 443)]);
        assert_eq!(read("TCP/80, 443"), [(TCP | 80, TCP | 80), (TCP | 443, TCP | 443)]);
        assert_eq!(read("tcp/8000-8010,8005-8100"), [(TCP | 8000, TCP | 8100)]);
        assert_eq!(read("udp/53+tcp/53"), [(TCP | 53, TCP | 53), (17 << 16 | 53, 17 << 16 | 53)]);
        assert_eq!(read("icmp"), [(1 << 16, (1 << 16) | 0xffff)]);
        assert_eq!(read("icmp/8"), [(1 << 16 | 0x800, 1 << 16 | 0x800)]);
        assert_eq!(read("icmp/3"), [(1 << 16 | 0x300, 1 << 16 | 0x3ff)]);
        assert_eq!(read("icmp/3:4"), [(1 << 16 | 0x304, 1 << 16 | 0x304)]);
        assert_eq!(read("icmpv6/128"), [(58 << 16 | 0x8000, 58 << 16 | 0x8000)]);
        assert_eq!(read("proto/50,51"), [(50 << 16, (51 << 16) | 0xffff)]);
        assert_eq!(read("all"), [EVERYTHING]);
        assert_eq!(read("all+tcp/1"), [EVERYTHING]);
    }

    #[test]
    fn bad_traffic_says_what_was_expected() {
        let advice = |text: &str| match parse_traffic(text) {
            Err(SelectorError::Traffic { advice, .. }) => advice,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(advice("443").as_deref(), Some("tcp/443"));
        assert_eq!(advice("tcp:443").as_deref(), Some("tcp/443"));
        assert_eq!(advice("443/udp").as_deref(), Some("udp/443"));
        assert_eq!(advice("tpc/443").as_deref(), Some("tcp/443"));
        assert_eq!(advice("tcp/ 443").as_deref(), Some("tcp/443"));
        assert_eq!(advice("udp /53").as_deref(), Some("udp/53"));
        assert_eq!(advice("ping").as_deref(), Some("icmp/8"));
        for text in
            ["", "tcp/", "tcp/70000", "tcp/5-1", "icmp/300", "icmp/3:400", "proto", "proto/x", "all/3", "+"]
        {
            assert!(parse_traffic(text).is_err(), "{text}");
        }
    }

    #[test]
    fn client_ports_have_names() {
        let read = |text| parse_source_ports(Some(text)).expect(text);
        assert_eq!(parse_source_ports(None).expect("the default"), [(1024, 65535)]);
        assert_eq!(read("any"), [(0, 65535)]);
        assert_eq!(read("linux"), [(32768, 60999)]);
        assert_eq!(read("windows,linux"), [(32768, 65535)]);
        assert_eq!(read("500,4500-4600"), [(500, 500), (4500, 4600)]);
        assert!(parse_source_ports(Some("mac")).is_err());
    }
}
