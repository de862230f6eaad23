//! A question as a request: a form, a JSON object, or a path.

use serde_json::{Map, Value};

use super::shapes::{Operation, Protocol, Service};

/// What goes over the wire, but for where to and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// The method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// What kind of body it is, and for JSON which operation it asks for.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// Writes a question.
pub(super) fn write(service: &Service, name: &str, arguments: &Map<String, Value>) -> Request {
    let operation = service.operation(name);
    match service.protocol {
        Protocol::Ec2 | Protocol::Query => form(service, operation, name, arguments),
        Protocol::Json => Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: vec![
                ("content-type", format!("application/x-amz-json-{}", service.json)),
                ("x-amz-target", format!("{}.{name}", service.target)),
            ],
            body: Value::Object(arguments.clone()).to_string(),
        },
        Protocol::RestJson | Protocol::RestXml => rest(operation, arguments),
    }
}

fn form(service: &Service, operation: &Operation, name: &str, arguments: &Map<String, Value>) -> Request {
    let mut pairs =
        vec![("Action".to_owned(), name.to_owned()), ("Version".to_owned(), service.version.clone())];
    for (key, value) in arguments {
        let argument = operation.arguments.get(key);
        let wire = argument.map_or(key.as_str(), |it| it.1.as_str());
        let item = argument.and_then(|it| it.2.as_deref()).unwrap_or_default();
        flatten(&mut pairs, wire.to_owned(), value, item);
    }
    Request {
        method: operation.method.clone(),
        path: "/".to_owned(),
        headers: vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8".to_owned())],
        body: joined(&pairs),
    }
}

/// Lists are numbered, objects dotted. Ends: each level is one further into the value.
fn flatten(pairs: &mut Vec<(String, String)>, name: String, value: &Value, item: &str) {
    match value {
        Value::Array(items) => {
            let between = if item.is_empty() { String::new() } else { format!(".{item}") };
            for (at, value) in items.iter().enumerate() {
                flatten(pairs, format!("{name}{between}.{}", at + 1), value, item);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                flatten(pairs, format!("{name}.{key}"), value, item);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => pairs.push((name, text(value))),
    }
}

fn rest(operation: &Operation, arguments: &Map<String, Value>) -> Request {
    let (mut path, mut query, mut body) = (operation.uri.clone(), Vec::new(), Map::new());
    for (key, value) in arguments {
        let Some(argument) = operation.arguments.get(key) else { continue };
        match argument.0.as_str() {
            "uri" => {
                // Zones are named by path in one answer and by their last word in the next question.
                let text = text(value);
                let last =
                    if text.starts_with('/') { text.rsplit('/').next().unwrap_or_default() } else { &text };
                path = path.replace(&format!("{{{}}}", argument.1), &encoded(last));
            }
            "querystring" => query.push((argument.1.clone(), text(value))),
            _ => {
                body.insert(argument.1.clone(), value.clone());
            }
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", joined(&query));
    }
    let has_body = operation.method != "GET";
    Request {
        method: operation.method.clone(),
        path,
        headers: if has_body { vec![("content-type", "application/json".to_owned())] } else { Vec::new() },
        body: if has_body { Value::Object(body).to_string() } else { String::new() },
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn joined(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    pairs.join("&")
}

/// Percent-encoded, but for what needs no encoding anywhere in an address.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::collect::shapes::service;

    fn check(name: &str, operation: &str, arguments: &Value, path: &str, body: &str) {
        let arguments = arguments.as_object().expect("an object");
        let request = write(service(name), operation, arguments);
        assert_eq!((request.path.as_str(), request.body.as_str()), (path, body));
    }

    #[test]
    fn each_protocol_has_its_way() {
        check(
            "ec2",
            "SearchTransitGatewayRoutes",
            &json!({ "Filters": [{ "Name": "state", "Value": ["active"] }], "MaxResults": 5 }),
            "/",
            "Action=SearchTransitGatewayRoutes&Version=2016-11-15&Filter.1.Name=state&Filter.1.Value.1=active&MaxResults=5",
        );
        check(
            "elbv2",
            "DescribeListeners",
            &json!({ "LoadBalancerArn": "arn:a/b" }),
            "/",
            "Action=DescribeListeners&Version=2015-12-01&LoadBalancerArn=arn%3Aa%2Fb",
        );
        check("ecs", "ListTasks", &json!({ "cluster": "c" }), "/", r#"{"cluster":"c"}"#);
        check(
            "lambda",
            "ListFunctions",
            &json!({ "Marker": "a b" }),
            "/2015-03-31/functions?Marker=a%20b",
            "",
        );
        check(
            "route53",
            "GetHostedZone",
            &json!({ "Id": "/hostedzone/Z1" }),
            "/2013-04-01/hostedzone/Z1",
            "",
        );
        check(
            "opensearch",
            "DescribeDomains",
            &json!({ "DomainNames": ["a"] }),
            "/2021-01-01/opensearch/domain-info",
            r#"{"DomainNames":["a"]}"#,
        );
    }
}
