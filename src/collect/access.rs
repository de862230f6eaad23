//! Who asks: profiles, roles, every account of an organization.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::BehaviorVersion;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_plugin::SharedRuntimePlugin;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use serde_json::Map;

use super::ask::{self, Asker};
use super::table::Call;
use super::trouble::{Trouble, TroubleKind};
use crate::snapshot::Json;

/// Whom to be, and where to ask.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Profiles of the aws-cli's configuration; without any, as the aws-cli without one.
    pub profiles: Vec<String>,
    /// A role to take on with each.
    pub role_arn: Option<String>,
    /// What the role's owner asks for beside.
    pub external_id: Option<String>,
    /// The name of a role that every account of the organization has.
    pub organization_role: Option<String>,
    /// Regions, or `all`; without any, the profile's.
    pub regions: Vec<String>,
    /// Where to ask instead of AWS.
    pub endpoint_url: Option<String>,
    /// How many seconds an answer may take.
    pub timeout_seconds: u64,
    /// How often a call is tried.
    pub attempts: u32,
}

/// An account that can be asked.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Its number.
    pub id: String,
    /// Who asks.
    pub arn: String,
    /// By which profile.
    pub profile: Option<String>,
    /// The Regions to ask in.
    pub regions: Vec<String>,
    config: SdkConfig,
    identity: Arc<SharedRuntimePlugin>,
}

/// An account that cannot be asked, and why.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    /// The account, or the profile.
    pub who: String,
    /// Why.
    pub trouble: Trouble,
}

impl Account {
    /// Somebody who asks in a Region.
    pub(super) fn asker(&self, region: &str) -> Asker {
        Asker::new(&self.config, &self.identity, region)
    }
}

/// Every account that is wanted, by its number, and those that cannot be had.
pub(super) async fn accounts(access: &Access) -> (Vec<Account>, Vec<Refused>) {
    let (mut found, mut refused) = (BTreeMap::new(), Vec::new());
    let profiles: Vec<Option<String>> = match access.profiles.as_slice() {
        [] => vec![None],
        profiles => profiles.iter().cloned().map(Some).collect(),
    };
    for profile in profiles {
        let base = load(access, profile.as_deref()).await;
        let config = match &access.role_arn {
            Some(role) => assume(&base, role, access.external_id.as_deref()).await,
            None => base,
        };
        let who = profile
            .clone()
            .map_or_else(|| "the default credentials".to_owned(), |it| format!("profile `{it}`"));
        match account(access, config.clone(), profile.clone()).await {
            Ok(account) if access.organization_role.is_some() => {
                members(access, &account, &mut found, &mut refused).await;
            }
            Ok(account) => {
                found.entry(account.id.clone()).or_insert(account);
            }
            Err(trouble) => refused.push(Refused { who, trouble }),
        }
    }
    (found.into_values().collect(), refused)
}

/// Every active account of the organization that an account manages, itself as it is.
async fn members(
    access: &Access,
    manager: &Account,
    found: &mut BTreeMap<String, Account>,
    refused: &mut Vec<Refused>,
) {
    let role = access.organization_role.as_deref().unwrap_or_default();
    let asker = manager.asker(manager.regions.first().map_or("us-east-1", String::as_str));
    let listed = match asker.ask(Call::aside("ListAccounts"), &Map::new()).await {
        Ok(listed) => listed,
        Err(trouble) => {
            refused.push(Refused { who: format!("the organization of {}", manager.id), trouble });
            return;
        }
    };
    let partition = manager.arn.split(':').nth(1).unwrap_or("aws");
    for member in listed.json.member("Accounts").map_or(&[][..], Json::items) {
        let text = |name: &str| member.member(name).and_then(Json::as_text).unwrap_or_default();
        let id = text("Id");
        if text("Status") != "ACTIVE" || found.contains_key(&id) {
            continue;
        }
        if id == manager.id {
            found.insert(id, manager.clone());
            continue;
        }
        let arn = format!("arn:{partition}:iam::{id}:role/{role}");
        let config = assume(&manager.config, &arn, access.external_id.as_deref()).await;
        match account(access, config, manager.profile.clone()).await {
            Ok(account) => {
                found.insert(id, account);
            }
            Err(trouble) => refused.push(Refused { who: format!("account {id}"), trouble }),
        }
    }
}

async fn load(access: &Access, profile: Option<&str>) -> SdkConfig {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http_client())
        .retry_config(RetryConfig::adaptive().with_max_attempts(access.attempts))
        .timeout_config(ask::timeouts(access.timeout_seconds));
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &access.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    // Who asks can be had from anywhere.
    let asked = access.regions.iter().find(|it| *it != "all");
    let config = loader.load().await;
    match (config.region(), asked) {
        (Some(_), None) => config,
        (_, region) => {
            let region = region.map_or("us-east-1", String::as_str);
            config.into_builder().region(Region::new(region.to_owned())).build()
        }
    }
}

/// The client of all connections: ring for TLS, and the proxy that the environment names.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(|it| it.sleep_impl()));
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

async fn assume(config: &SdkConfig, role: &str, external_id: Option<&str>) -> SdkConfig {
    let mut builder = AssumeRoleProvider::builder(role).session_name("netpath").configure(config);
    if let Some(id) = external_id {
        builder = builder.external_id(id);
    }
    let provider = SharedCredentialsProvider::new(builder.build().await);
    config.to_builder().credentials_provider(provider).build()
}

async fn account(access: &Access, config: SdkConfig, profile: Option<String>) -> Result<Account, Trouble> {
    let identity = Arc::new(ask::identity(&config));
    let region = config.region().map_or("us-east-1", |it| it.as_ref()).to_owned();
    let asker = Asker::new(&config, &identity, &region);
    let caller = asker.ask(Call::aside("GetCallerIdentity"), &Map::new()).await?.json;
    let text = |name: &str| caller.member(name).and_then(Json::as_text).unwrap_or_default();
    let (id, arn) = (text("Account"), text("Arn"));
    if id.len() != 12 || !id.bytes().all(|it| it.is_ascii_digit()) {
        return Err(Trouble { kind: TroubleKind::Failed, code: "NoAccount".to_owned(), message: id });
    }
    let regions = if access.regions.iter().any(|it| it == "all") {
        let listed = asker.ask(Call::aside("DescribeRegions"), &Map::new()).await?;
        listed.json.all("Regions[].RegionName")
    } else if access.regions.is_empty() {
        vec![region]
    } else {
        access.regions.clone()
    };
    Ok(Account { id, arn, profile, regions, config, identity })
}
