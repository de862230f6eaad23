//! Where a service is asked, and which Region its signatures name.

use aws_types::SdkConfig;

use super::shapes::Service;
use super::table::Call;
use super::trouble::Trouble;

/// Where to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The address.
    pub url: String,
    /// The Region of signatures.
    pub region: String,
}

/// The service's address in a Region; of a global service the one that its partition has.
pub(super) fn of(
    call: &Call,
    service: &Service,
    region: &str,
    config: &SdkConfig,
) -> Result<Endpoint, Trouble> {
    let partition = Partition::of(region);
    let home = match (&call.home, partition) {
        (None, _) => region,
        (Some(home), Partition::Commercial) => home,
        (Some(_), Partition::China) => "cn-northwest-1",
        (Some(_), Partition::Government) => "us-gov-west-1",
        (Some(_), Partition::Other) => region,
    };
    let is_missing =
        matches!(call.service.as_str(), "globalaccelerator") && partition != Partition::Commercial;
    if is_missing {
        return Err(Trouble::of_code("UnsupportedOperation", "the partition has no such service"));
    }
    let region = home.to_owned();
    if let Some(url) = config.endpoint_url() {
        return Ok(Endpoint { url: url.to_owned(), region });
    }
    let fips = if config.use_fips().unwrap_or(false) { "-fips" } else { "" };
    let host = &service.endpoint;
    let suffix = partition.suffix(home);
    let url = match (call.service.as_str(), partition) {
        ("route53", Partition::Government) => format!("https://{host}.us-gov.{suffix}"),
        ("route53", _) | ("cloudfront", Partition::Commercial) => format!("https://{host}{fips}.{suffix}"),
        _ => format!("https://{host}{fips}.{home}.{suffix}"),
    };
    Ok(Endpoint { url, region })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Partition {
    Commercial,
    China,
    Government,
    Other,
}

impl Partition {
    fn of(region: &str) -> Partition {
        let begins = |prefix: &str| region.starts_with(prefix);
        if begins("cn-") {
            Partition::China
        } else if begins("us-gov-") {
            Partition::Government
        } else if begins("us-iso") || begins("eu-iso") || begins("eusc-") {
            Partition::Other
        } else {
            Partition::Commercial
        }
    }

    fn suffix(self, region: &str) -> &'static str {
        match self {
            Partition::Commercial | Partition::Government => "amazonaws.com",
            Partition::China => "amazonaws.com.cn",
            Partition::Other if region.starts_with("us-isob-") => "sc2s.sgov.gov",
            Partition::Other if region.starts_with("us-isof-") => "csp.hci.ic.gov",
            Partition::Other if region.starts_with("eu-isoe-") => "cloud.adc-e.uk",
            Partition::Other if region.starts_with("eusc-") => "amazonaws.eu",
            Partition::Other => "c2s.ic.gov",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::{shapes, table};

    fn check(service: &str, region: &str, url: &str, signed: &str) {
        let call = table::calls().find(|it| it.service == service).expect("the service is in the table");
        let found = of(call, shapes::service(service), region, &SdkConfig::builder().build());
        assert_eq!(found.ok(), Some(Endpoint { url: url.to_owned(), region: signed.to_owned() }));
    }

    #[test]
    fn services_have_their_hosts() {
        check("ec2", "eu-west-1", "https://ec2.eu-west-1.amazonaws.com", "eu-west-1");
        check(
            "elbv2",
            "cn-north-1",
            "https://elasticloadbalancing.cn-north-1.amazonaws.com.cn",
            "cn-north-1",
        );
        check("route53", "eu-west-1", "https://route53.amazonaws.com", "us-east-1");
        check("route53", "us-gov-east-1", "https://route53.us-gov.amazonaws.com", "us-gov-west-1");
        check("networkmanager", "eu-west-1", "https://networkmanager.us-west-2.amazonaws.com", "us-west-2");
        check("opensearch", "eu-west-1", "https://es.eu-west-1.amazonaws.com", "eu-west-1");
    }
}
