//! XML to the JSON that the aws-cli makes of it, by a shape.
//!
//! Members come in the order of the shape. What the shape does not know is kept all the same, under the name that AWS's
//! naming would give it, and counted: an API grows faster than this table.

use roxmltree::{Document, Node};

use super::shapes::{Operation, Service, Type};
use crate::snapshot::Json;

/// What an answer said.
#[derive(Debug)]
pub(super) struct Read {
    /// As the aws-cli prints it.
    pub json: Json,
    /// How many elements the shape did not know.
    pub unknown: usize,
}

/// Reads an answer. Its root has to be the operation's: a proxy's page is none.
pub(super) fn read(text: &str, service: &Service, operation: &Operation) -> Result<Read, String> {
    let document = Document::parse(text).map_err(|cause| cause.to_string())?;
    let root = document.root_element();
    if !root.tag_name().name().ends_with("Response") && !service.protocol_is_rest() {
        return Err(format!("the answer is `<{}>`", root.tag_name().name()));
    }
    let answer = match operation.wrapper.as_str() {
        "" => Some(root),
        wrapper => root.children().find(|it| it.has_tag_name_local(wrapper)),
    };
    let answer = answer.ok_or_else(|| format!("the answer has no `<{}>`", operation.wrapper))?;
    let mut reader = Reader { service, unknown: 0 };
    let json = match &operation.payload {
        None => reader.structure(answer, &operation.out, true),
        Some(member) => {
            let found = service.members(&operation.out).iter().find(|it| it.0 == *member);
            let of = found.filter(|it| it.1 == root.tag_name().name());
            let of = of.ok_or_else(|| format!("the answer is `<{}>`", root.tag_name().name()))?;
            Json::Object(vec![(member.clone(), reader.value(root, &of.2))])
        }
    };
    Ok(Read { json, unknown: reader.unknown })
}

/// The code and message of an error: `<Error>` at whatever depth the protocol puts it.
pub(super) fn error(text: &str) -> Option<(String, String)> {
    let document = Document::parse(text).ok()?;
    let named = |node: Node<'_, '_>, name: &str| {
        let inner = node.children().find(|it| it.has_tag_name_local(name));
        inner.and_then(|it| it.text()).map(str::to_owned)
    };
    let error = document.descendants().find(|it| it.has_tag_name_local("Error"))?;
    Some((named(error, "Code")?, named(error, "Message").unwrap_or_default()))
}

/// Names without their namespace.
trait Local {
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl Local for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

impl Service {
    fn protocol_is_rest(&self) -> bool {
        self.protocol == super::shapes::Protocol::RestXml
    }
}

struct Reader<'s> {
    service: &'s Service,
    unknown: usize,
}

impl Reader<'_> {
    fn structure(&mut self, node: Node<'_, '_>, name: &str, is_top: bool) -> Json {
        let service = self.service;
        let members = service.members(name);
        let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
        let mut object = Vec::new();
        for member in members {
            let mut found = children.iter().copied().filter(|it| it.tag_name().name() == member.1).peekable();
            if found.peek().is_none() {
                continue;
            }
            let value = if let Type::Flat(of) = &member.2 {
                Json::List(found.map(|it| self.value(it, of)).collect())
            } else {
                found.next().map_or(Json::Null, |it| self.value(it, &member.2))
            };
            object.push((member.0.clone(), value));
        }
        for child in children {
            let name = child.tag_name().name();
            // What is about the request is not of the answer.
            let is_aside = is_top && matches!(name, "requestId" | "ResponseMetadata");
            if !is_aside && !members.iter().any(|it| it.1 == name) {
                self.unknown += 1;
                object.push((capitalised(name), generic(child)));
            }
        }
        Json::Object(object)
    }

    fn value(&mut self, node: Node<'_, '_>, kind: &Type) -> Json {
        let text = || node.text().unwrap_or_default();
        match kind {
            Type::Text => Json::Text(text().to_owned()),
            Type::Bool => match text() {
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                other => Json::Text(other.to_owned()),
            },
            Type::Integer | Type::Float => match text().parse::<serde_json::Number>() {
                Ok(number) => Json::Number(number),
                Err(_) => Json::Text(text().to_owned()),
            },
            Type::List(item, of) => {
                let items = node.children().filter(|it| it.has_tag_name_local(item));
                Json::List(items.map(|it| self.value(it, of)).collect())
            }
            Type::Flat(of) => Json::List(vec![self.value(node, of)]),
            Type::Map(key, value, entry, of) => {
                let entries = node.children().filter(|it| it.has_tag_name_local(entry));
                let pairs = entries.filter_map(|it| {
                    let named = |name: &str| it.children().find(|inner| inner.has_tag_name_local(name));
                    let key = named(key)?.text().unwrap_or_default().to_owned();
                    Some((key, self.value(named(value)?, of)))
                });
                Json::Object(pairs.collect())
            }
            Type::Structure(name) => self.structure(node, name, false),
            Type::Any => generic(node),
        }
    }
}

/// EC2 names elements as members with a small first letter.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// What no shape tells of: text, a list of items, or an object. Ends: each level is one further into the document.
fn generic(node: Node<'_, '_>) -> Json {
    let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    let Some(first) = children.first() else {
        return Json::Text(node.text().unwrap_or_default().to_owned());
    };
    if matches!(first.tag_name().name(), "item" | "member") {
        return Json::List(children.into_iter().map(generic).collect());
    }
    Json::Object(children.into_iter().map(|it| (capitalised(it.tag_name().name()), generic(it))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::shapes::service;

    fn check(name: &str, operation: &str, text: &str, expected: &str, unknown: usize) {
        let service = service(name);
        let read = read(text, service, service.operation(operation)).expect("it is an answer");
        let expected = Json::parse(expected.as_bytes()).expect("it is JSON");
        assert_eq!(read.json, expected);
        assert_eq!(read.unknown, unknown);
    }

    #[test]
    fn members_have_the_names_types_and_order_of_the_aws_cli() {
        check(
            "ec2",
            "DescribeVpcs",
            r#"<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><vpcSet><item>
               <vpcId>vpc-1</vpcId><isDefault>false</isDefault><tagSet/><cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet>
               </DescribeVpcsResponse>"#,
            r#"{"Vpcs": [{"IsDefault": false, "Tags": [], "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#
                .replace(
                    r#""IsDefault": false, "Tags": [], "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16""#,
                    &in_order(&[
                        ("IsDefault", "false"),
                        ("Tags", "[]"),
                        ("VpcId", "\"vpc-1\""),
                        ("CidrBlock", "\"10.0.0.0/16\""),
                    ]),
                )
                .as_str(),
            0,
        );
    }

    /// Members in the order of the table, which a new table may change.
    fn in_order(members: &[(&str, &str)]) -> String {
        let shape = service("ec2").members("Vpc");
        let known = shape.iter().filter_map(|it| members.iter().find(|(name, _)| *name == it.0));
        known.map(|(name, value)| format!("\"{name}\": {value}")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_the_table_does_not_know_is_kept_and_counted() {
        check(
            "ec2",
            "DescribeAddresses",
            "<DescribeAddressesResponse><addressesSet><item><publicIp>192.0.2.1</publicIp><newSet><item>a&amp;b</item>\
             </newSet></item></addressesSet></DescribeAddressesResponse>",
            r#"{"Addresses": [{"PublicIp": "192.0.2.1", "NewSet": ["a&b"]}]}"#,
            1,
        );
    }

    #[test]
    fn a_page_of_a_proxy_is_no_answer() {
        let ec2 = service("ec2");
        assert!(read("<html><body/></html>", ec2, ec2.operation("DescribeVpcs")).is_err());
        assert!(read("<DescribeVpcsResponse><vpcSet>", ec2, ec2.operation("DescribeVpcs")).is_err());
    }
}
