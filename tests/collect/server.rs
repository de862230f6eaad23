//! A server on loopback that speaks AWS's protocols: every operation of the table, in as many pages as a test wants, with
//! whatever goes wrong that a test wants.
//!
//! It answers from the shapes and the table of calls, so that an operation cannot be forgotten; what it makes up has the
//! ids that other calls ask with, and nothing else.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use netpath::collect::Call;
use serde_json::{Map, Value, json};

/// One question that was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub service: String,
    pub operation: String,
    pub region: String,
    /// Whose keys signed it.
    pub account: String,
    /// What it says in a form, or behind its path.
    pub arguments: BTreeMap<String, String>,
    /// Which page is wanted, from 0.
    pub page: usize,
    /// How many questions there were before it.
    pub number: usize,
}

/// What a test wants to happen.
pub enum Reply {
    /// The page.
    Page,
    /// A status and a body.
    Status(u16, String),
    /// Only so many bytes of the page, and then the connection is cut.
    Cut(usize),
    /// The whole HTTP answer, but a body that ends early.
    Torn,
    /// Nothing, ever.
    Silence,
}

type Wanted = dyn Fn(&Asked) -> Reply + Send + Sync;

pub struct Server {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

struct State {
    shapes: Value,
    pages: usize,
    accounts: usize,
    wanted: Box<Wanted>,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: AtomicUsize,
}

/// The account of the keys that tests use.
pub const ACCOUNT: &str = "111122223333";

pub fn start(pages: usize, wanted: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Server {
    start_with(pages, 1, wanted)
}

pub fn start_with(
    pages: usize,
    accounts: usize,
    wanted: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let shapes = include_str!("../../src/collect/shapes.json");
    let state = Arc::new(State {
        shapes: serde_json::from_str(shapes).expect("the shapes are JSON"),
        pages,
        accounts,
        wanted: Box::new(wanted),
        asked: Arc::clone(&asked),
        count: AtomicUsize::new(0),
    });
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let state = Arc::clone(&state);
            std::thread::spawn(move || state.serve(stream));
        }
    });
    Server { url, asked }
}

struct Request {
    method: String,
    path: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: String,
}

impl State {
    fn serve(&self, mut stream: TcpStream) {
        let _slow = stream.set_nodelay(true);
        let Ok(copy) = stream.try_clone() else { return };
        let mut reader = BufReader::new(copy);
        // Ends: when the client goes, or a test cuts it off.
        while let Some(request) = read_request(&mut reader) {
            let asked = self.asked(&request);
            self.asked.lock().expect("no test panics here").push(asked.clone());
            let reply = (self.wanted)(&asked);
            let cut = if let Reply::Cut(length) = reply { Some(length) } else { None };
            let (status, body) = match reply {
                Reply::Silence => {
                    std::thread::sleep(std::time::Duration::from_secs(600));
                    return;
                }
                Reply::Status(status, body) => (status, body),
                Reply::Page | Reply::Cut(_) => (200, self.page(&asked)),
                Reply::Torn => {
                    let body = self.page(&asked);
                    (200, body[..body.len() / 2].to_owned())
                }
            };
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", body.len());
            let mut bytes = head.into_bytes();
            bytes.extend(body.as_bytes());
            if let Some(length) = cut {
                let _gone = stream.write_all(&bytes[..length.min(bytes.len() - 1)]);
                let _gone = stream.shutdown(std::net::Shutdown::Both);
                return;
            }
            if stream.write_all(&bytes).is_err() {
                return;
            }
        }
    }

    fn asked(&self, request: &Request) -> Asked {
        let credential = request.headers.get("authorization").map(String::as_str).unwrap_or_default();
        let scope = credential.split("Credential=").nth(1).unwrap_or_default();
        let scope: Vec<&str> = scope.split(',').next().unwrap_or_default().split('/').collect();
        let part = |at: usize| scope.get(at).copied().unwrap_or_default().to_owned();
        let form = form(&request.body);
        let (service, operation) = self.operation(request, &form, &part(3));
        let row = &self.shapes["services"][&service]["operations"][&operation];
        let token = row["token"][0].as_str().unwrap_or_default();
        let name = row["in"][token][1].as_str().unwrap_or(token);
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let token = [
            form.get(name).cloned(),
            request.query.get(name).cloned(),
            body[name].as_str().map(str::to_owned),
        ];
        let token = token.into_iter().flatten().next().unwrap_or_default();
        let page = token.strip_prefix("page-").and_then(|it| it.parse().ok()).unwrap_or(0);
        // Keys that a role was given hold the account that it is of.
        let account = part(0).strip_prefix("ASIA").map_or_else(|| ACCOUNT.to_owned(), str::to_owned);
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let arguments = form.into_iter().chain(request.query.clone()).collect();
        Asked { service, operation, region: part(2), account, arguments, page, number }
    }

    fn operation(
        &self,
        request: &Request,
        form: &BTreeMap<String, String>,
        signing: &str,
    ) -> (String, String) {
        let services = self.shapes["services"].as_object().expect("an object");
        if request.path == "/federation/credentials" {
            return ("sso".to_owned(), "GetRoleCredentials".to_owned());
        }
        if form.get("Action").is_some_and(|it| it == "AssumeRole") {
            return ("sts".to_owned(), "AssumeRole".to_owned());
        }
        for (name, service) in services.iter().filter(|(_, it)| it["signing"] == signing) {
            let operations = service["operations"].as_object().expect("an object");
            let found = match service["protocol"].as_str() {
                Some("ec2" | "query") => {
                    let version = form.get("Version").map(String::as_str);
                    form.get("Action").filter(|_| service["version"].as_str() == version).cloned()
                }
                Some("json") => {
                    let target = request.headers.get("x-amz-target");
                    target.and_then(|it| it.rsplit('.').next()).map(str::to_owned)
                }
                _ => operations
                    .iter()
                    .find(|(_, it)| {
                        it["method"] == *request.method
                            && fits(it["uri"].as_str().unwrap_or_default(), &request.path)
                    })
                    .map(|(name, _)| name.clone()),
            };
            if let Some(found) = found.filter(|it| operations.contains_key(it)) {
                return (name.clone(), found);
            }
        }
        panic!("no operation for {} {} {}", request.method, request.path, request.body);
    }

    /// A page with one thing in each list, and the token of the next.
    fn page(&self, asked: &Asked) -> String {
        let service = &self.shapes["services"][&asked.service];
        if let Some(answer) = who(asked) {
            return answer;
        }
        let row = &service["operations"][&asked.operation];
        let mut answer = json!({});
        let lists: Vec<String> = match row["lists"].as_array() {
            Some(lists) => lists.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            None => whole_lists(asked),
        };
        for list in lists {
            let items = items(asked, &list, self.accounts);
            *at(&mut answer, &list) = Value::Array(items);
        }
        for path in beside(asked) {
            *at(&mut answer, &path) = Value::from("thing-00000000000000000");
        }
        let nexts: Vec<&str> =
            row["next"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let has_next = asked.page + 1 < self.pages && asked.operation != "ListAccounts";
        if has_next {
            for next in nexts {
                *at(&mut answer, next) = Value::from(format!("page-{}", asked.page + 1));
            }
        }
        // What the aws-cli prints beside the lists, `null` where AWS does not say it.
        for beside in row["rest"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            *at(&mut answer, beside) = json!(100);
        }
        if let Some(more) = row["more"].as_str() {
            *at(&mut answer, more) = Value::Bool(has_next);
        }
        let out = row["out"].as_str().unwrap_or_default();
        let protocol = service["protocol"].as_str().unwrap_or_default();
        if matches!(protocol, "json" | "rest-json") {
            return on_wire(service, out, &answer).to_string();
        }
        let inner = xml(service, out, &answer);
        if row["payload"].is_string() {
            return inner;
        }
        let inner = match row["wrapper"].as_str() {
            Some(wrapper) => format!("<{wrapper}>{inner}</{wrapper}>"),
            None => inner,
        };
        format!("<{0}Response>{inner}</{0}Response>", asked.operation)
    }
}

/// Who asks, and keys of roles, which name the account that they are of.
fn who(asked: &Asked) -> Option<String> {
    let said = |name: &str| asked.arguments.get(name).cloned().unwrap_or_default();
    Some(match asked.operation.as_str() {
        "GetCallerIdentity" => format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::{0}:assumed-role/r/s</Arn>\
             <UserId>U</UserId><Account>{0}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
            asked.account
        ),
        "GetRoleCredentials" => {
            let key = format!("ASIA{}", said("account_id"));
            let keys = json!({ "accessKeyId": key, "secretAccessKey": "s", "sessionToken": "t",
                               "expiration": 4_070_908_800_000_u64 });
            json!({ "roleCredentials": keys }).to_string()
        }
        "AssumeRole" => {
            let role = said("RoleArn");
            let account = role.split(':').nth(4).unwrap_or_default();
            format!(
                "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>R:s</AssumedRoleId>\
                 <Arn>arn:aws:sts::{account}:assumed-role/r/s</Arn></AssumedRoleUser><Credentials>\
                 <AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
                 <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
            )
        }
        _ => return None,
    })
}

/// Lists of answers that have no pages, where other calls ask with what is in them.
fn whole_lists(asked: &Asked) -> Vec<String> {
    let children = netpath::collect::calls()
        .filter(|it| it.service == asked.service && it.each.as_deref() == Some(asked.operation.as_str()));
    let lists = children.filter_map(|it| it.ids.split('[').next()).map(str::to_owned);
    let own = (asked.operation == "DescribeRegions").then(|| "Regions".to_owned());
    lists.chain(own).collect()
}

/// What other calls ask with beside what is in lists: the holes of their arguments.
fn beside(asked: &Asked) -> Vec<String> {
    let children = netpath::collect::calls()
        .filter(|it| it.service == asked.service && it.each.as_deref() == Some(asked.operation.as_str()));
    let filled = children.map(|it| Value::Object(it.fill.clone()).to_string()).collect::<String>();
    let holes = filled.split("\"<").skip(1).filter_map(|it| it.split_once(">\""));
    holes.map(|(hole, _)| hole.to_owned()).filter(|it| it.contains('.')).collect()
}

/// One thing, with every id that another call asks with; all accounts or Regions, where it is about those.
fn items(asked: &Asked, list: &str, accounts: usize) -> Vec<Value> {
    match asked.operation.as_str() {
        "ListAccounts" => {
            let account =
                |at: usize| json!({ "Id": format!("{:012}", 111_122_223_333 + at), "Status": "ACTIVE" });
            return (0..accounts).map(account).collect();
        }
        "DescribeRegions" => {
            let region = |at: usize| json!({ "RegionName": format!("eu-west-{}", at + 1) });
            return (0..17).map(region).collect();
        }
        _ => {}
    }
    let paths = netpath::collect::calls().filter(|it: &&Call| {
        it.service == asked.service && it.each.as_deref() == Some(asked.operation.as_str())
    });
    let mut thing = Map::new();
    for call in paths {
        let (path, id) = (call.ids.as_str(), format!("thing-{:017x}", asked.page));
        if let Some([name, other]) = call.pairs.as_ref().filter(|_| path == format!("{list}[]")) {
            thing.insert(name.clone(), Value::from(id.clone()));
            thing.insert(other.trim_end_matches("[]").to_owned(), json!([id]));
            continue;
        }
        let Some((_, member)) = path.split_once(']').filter(|(of, _)| of.split('[').next() == Some(list))
        else {
            continue;
        };
        // `Attachments[?AttachmentType=='VPC']`.
        if let Some((key, wanted)) = path.split_once("[?").and_then(|(_, it)| it.split_once("==")) {
            let wanted = wanted.split('\'').nth(1).unwrap_or_default();
            thing.insert(key.to_owned(), Value::from(wanted));
        }
        match member.trim_start_matches('.') {
            "" => return vec![Value::from(id)],
            member => {
                thing.insert(member.to_owned(), Value::from(id));
            }
        }
    }
    vec![Value::Object(thing)]
}

fn at<'v>(value: &'v mut Value, path: &str) -> &'v mut Value {
    path.split('.').fold(value, |value, name| &mut value[name])
}

/// An answer under the names that it has on the wire.
fn on_wire(service: &Value, shape: &str, answer: &Value) -> Value {
    let members = service["shapes"][shape].as_array().cloned().unwrap_or_default();
    let named =
        |name: &str| members.iter().find(|it| it[0] == name).map(|it| it[1].as_str().unwrap_or_default());
    let object = answer.as_object().expect("an object");
    object.iter().map(|(key, value)| (named(key).unwrap_or(key).to_owned(), value.clone())).collect()
}

/// An answer as elements. Ends: each level is one further into the answer.
fn xml(service: &Value, shape: &str, answer: &Value) -> String {
    let mut text = String::new();
    for member in service["shapes"][shape].as_array().into_iter().flatten() {
        let value = &answer[member[0].as_str().unwrap_or_default()];
        let (wire, kind) = (member[1].as_str().unwrap_or_default(), member[2].as_str().unwrap_or_default());
        if value.is_null() {
            continue;
        }
        let of_list = kind.strip_prefix('[').and_then(|it| it.split_once(']'));
        match (of_list, value) {
            (Some((item, of)), Value::Array(items)) => {
                let items: String =
                    items.iter().map(|it| format!("<{item}>{}</{item}>", element(service, of, it))).collect();
                text.push_str(&format!("<{wire}>{items}</{wire}>"));
            }
            _ => text.push_str(&format!("<{wire}>{}</{wire}>", element(service, kind, value))),
        }
    }
    text
}

fn element(service: &Value, kind: &str, value: &Value) -> String {
    match value {
        Value::Object(_) => xml(service, kind, value),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    wanted.len() == given.len()
        && wanted.iter().zip(given).all(|(it, part)| it.starts_with('{') || *it == part)
}

fn form(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.replace("%3A", ":").replace("%2F", "/"))).collect()
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    // Ends: with the head.
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    Some(Request {
        method,
        path: path.to_owned(),
        query: form(query),
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
