//! What a check is about: the ports that it names, and the ids that stand in its text.

use super::Foreign;
use crate::lint::world::{tcp, united};
use crate::packet::Interval;

/// Services that checks name in place of ports.
const SERVICES: &[(&str, &[u16])] = &[
    ("ssh", &[22]),
    ("rdp", &[3389]),
    ("ftp", &[20, 21]),
    ("telnet", &[23]),
    ("smtp", &[25]),
    ("cifs", &[445]),
    ("kerberos", &[88]),
    ("ldap", &[389]),
    ("mysql", &[3306]),
    ("mariadb", &[3306]),
    ("postgres", &[5432]),
    ("postgresql", &[5432]),
    ("sqlserver", &[1433]),
    ("oracle", &[1521]),
    ("mongodb", &[27017, 27018]),
    ("redis", &[6379]),
    ("memcached", &[11211]),
    ("cassandra", &[7000, 7199, 8888, 9160]),
    ("elasticsearch", &[9200, 9300]),
    ("kibana", &[5601]),
    ("kafka", &[9092]),
    ("etcd", &[2379, 2380]),
];

/// Checks of AWS's own list that are about certain ports, by the end of their generator's name.
const NUMBERED: &[(&str, &[u16])] = &[("EC2.13", &[22]), ("EC2.14", &[3389]), ("EC2.21", &[22, 3389])];

/// The traffic that a check is about; nothing where it is about any.
pub fn traffic(foreign: &Foreign) -> Vec<Interval> {
    let mut ports: Vec<u16> = Vec::new();
    let lower = foreign.check.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|it: char| !it.is_ascii_alphanumeric()).collect();
    let after = words.iter().position(|it| matches!(*it, "port" | "ports"));
    if let Some(at) = after {
        ports.extend(words[at + 1..].iter().filter_map(|it| it.parse::<u16>().ok()).filter(|it| *it > 0));
    }
    if ports.is_empty() {
        ports.extend(
            SERVICES.iter().filter(|(name, _)| words.contains(name)).flat_map(|it| it.1.iter().copied()),
        );
    }
    let is_of = |id: &&(&str, &[u16])| foreign.check.rsplit(['/', ' ']).next() == Some(id.0);
    ports.extend(NUMBERED.iter().filter(is_of).flat_map(|it| it.1.iter().copied()));
    let is_udp = words.contains(&"udp");
    let intervals = tcp(&ports);
    match is_udp {
        true => {
            united(intervals.into_iter().map(|(low, high)| (low + (11 << 16), high + (11 << 16))).collect())
        }
        false => intervals,
    }
}

/// How ids of what can be triaged begin.
const PREFIXES: &[&str] = &["sg-", "acl-", "eni-", "i-", "subnet-", "vpc-", "nat-", "vpce-"];

/// The ids, ARNs and IPv4 addresses in some text, in their order, without repeats.
pub fn names(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | ':' | '/' | '.' | '_');
    for word in text.split(|it: char| !is_part(it)) {
        let word = word.trim_end_matches(['.', ':', '-', '/']);
        let mut parts = vec![word];
        if word.starts_with("arn:") {
            parts.extend(word.rsplit(['/', ':']).next());
        }
        for part in parts {
            let is_id = PREFIXES.iter().any(|it| part.len() > it.len() && part.starts_with(it));
            let is_arn = part.starts_with("arn:");
            let is_address = part.parse::<std::net::Ipv4Addr>().is_ok();
            if (is_id || is_arn || is_address) && !found.iter().any(|it| it == part) {
                found.push(part.to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(check: &str) -> Vec<u32> {
        let foreign = Foreign { check: check.to_owned(), ..Foreign::default() };
        traffic(&foreign).into_iter().flat_map(|(low, high)| (low..=high).map(|it| it & 0xffff)).collect()
    }

    #[test]
    fn a_check_names_its_ports() {
        assert_eq!(ports("ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22"), [22]);
        assert_eq!(ports("ec2_instance_port_mongodb_exposed_to_internet"), [27017, 27018]);
        assert_eq!(ports("ec2_securitygroup_allow_ingress_from_internet_to_all_ports"), [0; 0]);
        assert_eq!(ports("ec2_securitygroup_allow_ingress_from_internet_to_tcp_ftp_port_20_21"), [20, 21]);
        assert_eq!(ports("aws-foundational-security-best-practices/v/1.0.0/EC2.13"), [22]);
    }

    #[test]
    fn ids_stand_in_any_text() {
        let text =
            "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0abc (198.51.100.7), see i-1 and sg-0abc.";
        let all = names(text);
        assert_eq!(
            all,
            ["arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0abc", "sg-0abc", "198.51.100.7", "i-1"]
        );
    }
}
