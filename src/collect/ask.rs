//! One question, answered by AWS: every page of it, with the SDK's signatures, retries, rate limits and time-outs.
//!
//! The calls run on the SDK's orchestrator without the SDK's crate for each service: the table of shapes says how a request
//! is written, and the answer is kept as AWS sent it, which the crates' types would not allow.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation as Orchestrated;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};
use aws_smithy_types::retry::RetryConfig;
use aws_types::region::SigningRegion;
use aws_types::{SdkConfig, SigningName};
use serde_json::{Map, Value};

use super::answer::{self, Page};
use super::endpoint::{self, Endpoint};
use super::request::{self, Request};
use super::shapes::{self, Operation, Service};
use super::table::Call;
use super::trouble::Trouble;
use super::xml;
use crate::snapshot::Json;

/// An answer that ends here has a page that repeats itself.
const MOST_PAGES: usize = 20_000;

/// Somebody who asks, in one Region.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    config: SdkConfig,
    region: String,
    partition: RetryPartition,
    identity: SharedRuntimePlugin,
}

/// All of an answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// As it is kept.
    pub json: Json,
    /// How many pages it came in.
    pub pages: usize,
    /// How many things it lists.
    pub items: usize,
    /// How many elements nobody knows.
    pub unknown: usize,
}

/// Who an account's calls are signed as. Made once, so that credentials are had once.
pub(super) fn identity(config: &SdkConfig) -> SharedRuntimePlugin {
    let mut components = RuntimeComponentsBuilder::new("identity")
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
        .with_identity_cache(config.identity_cache());
    if let Some(provider) = config.credentials_provider() {
        components = components.with_identity_resolver(SCHEME_ID, provider);
    }
    SharedRuntimePlugin::new(StaticRuntimePlugin::new().with_runtime_components(components))
}

impl Asker {
    /// Somebody who asks in a Region; each Region of an account has rate limits of its own.
    pub(super) fn new(config: &SdkConfig, identity: &SharedRuntimePlugin, region: &str) -> Asker {
        let now =
            config.time_source().and_then(|it| it.now().duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        // Patience is limited by attempts, not by a quota that one throttled call would use up for the others.
        let partition = RetryPartition::custom(region.to_owned())
            .token_bucket(TokenBucket::unlimited())
            .client_rate_limiter(ClientRateLimiter::new(now.as_secs_f64()))
            .build();
        Asker { config: config.clone(), region: region.to_owned(), partition, identity: identity.clone() }
    }

    /// Asks for all pages.
    pub(super) async fn ask(&self, call: &Call, arguments: &Map<String, Value>) -> Result<Answer, Trouble> {
        let service = shapes::service(&call.service);
        let operation = service.operation(&call.operation);
        let endpoint = endpoint::of(call, service, &self.region, &self.config)?;
        let orchestrated = self.orchestrated(call, service, operation, &endpoint);
        let mut wanted = arguments.clone();
        wanted.extend(call.with.clone());
        if let Some((name, most)) = &operation.limit {
            wanted.insert(name.clone(), Value::from(*most));
        }
        let (mut whole, mut pages, mut unknown): (Option<Json>, usize, usize) = (None, 0, 0);
        let mut is_cut;
        // Ends: with the last page, or at a token that was there before, or at a bound.
        loop {
            let request = request::write(service, &call.operation, &wanted);
            let page = orchestrated.invoke(request).await.map_err(|error| trouble(&error))?;
            pages += 1;
            unknown += page.unknown;
            let next = answer::next(operation, &page.json);
            is_cut = next.is_none() && answer::has_more(operation, &page.json);
            match &mut whole {
                Some(whole) => answer::add(operation, whole, page.json),
                None => whole = Some(page.json),
            }
            let Some(next) = next else { break };
            let repeats = next.iter().all(|(name, token)| wanted.get(name) == Some(token));
            if repeats || pages >= MOST_PAGES {
                return Err(Trouble::failed("RepeatedToken", "the answer's pages do not end"));
            }
            wanted.retain(|name, _| !operation.token.contains(name));
            wanted.extend(next);
        }
        let whole = whole.unwrap_or(Json::Null);
        let items = answer::count(operation, &whole);
        let mut json = answer::kept(call, operation, whole, arguments);
        if is_cut {
            answer::say_cut(operation, &mut json);
        }
        Ok(Answer { json, pages, items, unknown })
    }

    fn orchestrated(
        &self,
        call: &Call,
        service: &'static Service,
        operation: &'static Operation,
        endpoint: &Endpoint,
    ) -> Orchestrated<Request, Page, Refusal> {
        let config = &self.config;
        let mut layer = Layer::new("signing");
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(self.partition.clone());
        layer.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(aws_types::region::Region::new(endpoint.region.clone()))),
            name: Some(SigningName::from(service.signing.clone())),
            ..SigV4OperationSigningConfig::default()
        });
        let mut builder = Orchestrated::builder()
            .service_name(call.service.clone())
            .operation_name(call.operation.clone())
            .endpoint_url(&endpoint.url)
            .standard_retry(config.retry_config().unwrap_or(&RetryConfig::adaptive()))
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .with_connection_poisoning()
            .runtime_plugin(self.identity.clone())
            .runtime_plugin(StaticRuntimePlugin::new().with_config(layer.freeze()));
        if let Some(client) = config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(timeouts) = config.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        if let Some(sleep) = config.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(time) = config.time_source() {
            builder = builder.time_source(time);
        }
        builder
            .serializer(|request: Request| http(request))
            .deserializer(move |response| read(service, operation, response))
            .build()
    }
}

fn http(request: Request) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
    let mut http = http::Request::builder()
        .method(request.method.as_str())
        .uri(request.path)
        .header("accept", "*/*")
        .header("user-agent", concat!("netpath/", env!("CARGO_PKG_VERSION")));
    if !request.body.is_empty() {
        http = http.header("content-length", request.body.len());
    }
    for (name, value) in request.headers {
        http = http.header(name, value);
    }
    Ok(HttpRequest::try_from(http.body(SdkBody::from(request.body))?)?)
}

/// What AWS said no with.
#[derive(Debug)]
struct Refusal {
    meta: ErrorMetadata,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.meta.fmt(formatter)
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// A page that is cut off or no page at all counts as a broken connection, and is asked for again.
fn read(
    service: &Service,
    operation: &Operation,
    response: &HttpResponse,
) -> Result<Page, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return answer::page(service, operation, body)
            .map_err(|cause| OrchestratorError::response(cause.into()));
    }
    let (code, message) = refusal(response, body);
    Err(OrchestratorError::operation(Refusal {
        meta: ErrorMetadata::builder().code(code).message(message).build(),
    }))
}

/// Code and message, in XML or JSON, or in a header; else the status.
fn refusal(response: &HttpResponse, body: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    if let Some(found) = xml::error(&text) {
        return found;
    }
    let json = Json::parse(body).unwrap_or(Json::Null);
    let named = |names: [&str; 2]| names.into_iter().find_map(|it| json.member(it)).and_then(Json::as_text);
    let header = response.headers().get("x-amzn-errortype").map(str::to_owned);
    let code = header.or_else(|| named(["__type", "code"]));
    let code = code.map(|code| {
        let code = code.rsplit('#').next().unwrap_or_default();
        code.split(':').next().unwrap_or_default().to_owned()
    });
    let status = format!("HTTP {}", response.status().as_u16());
    (code.filter(|it| !it.is_empty()).unwrap_or(status), named(["message", "Message"]).unwrap_or_default())
}

fn trouble(error: &SdkError<Refusal, HttpResponse>) -> Trouble {
    match error {
        SdkError::ServiceError(error) => {
            let meta = error.err().meta();
            Trouble::of_code(meta.code().unwrap_or("Unknown"), meta.message().unwrap_or_default())
        }
        SdkError::TimeoutError(_) => Trouble::failed("TimedOut", "no answer in time"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            Trouble::failed("TimedOut", "no answer in time")
        }
        SdkError::DispatchFailure(failure) if failure.is_io() => {
            Trouble::failed("Unreachable", &causes(error))
        }
        SdkError::ResponseError(_) => Trouble::failed("BrokenAnswer", &causes(error)),
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            Trouble::of_sending(&causes(error))
        }
        _ => Trouble::failed("Unknown", &causes(error)),
    }
}

/// The innermost cause, which says what happened.
fn causes(error: &SdkError<Refusal, HttpResponse>) -> String {
    let mut cause: &dyn std::error::Error = error;
    // Ends: chains of causes do.
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let text = cause.to_string();
    if text.is_empty() { DisplayErrorContext(error).to_string() } else { text }
}

/// How long a connection and an answer may take.
pub(super) fn timeouts(seconds: u64) -> aws_smithy_types::timeout::TimeoutConfig {
    aws_smithy_types::timeout::TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .read_timeout(Duration::from_secs(seconds))
        .build()
}
