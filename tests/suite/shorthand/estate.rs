//! The elements of a snapshot while lines are expanded, and the files that they make in the end.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::calls::{self, CALLS, Call, Shape};
use super::parse::{Home, Line, ShorthandError};
use super::transit;

/// One element of an answer. Both ends of a peering connection see it: it may stand in several homes.
struct Element {
    call: &'static Call,
    id: String,
    homes: Vec<Home>,
    value: Value,
}

/// All elements, in the order in which they came to be.
#[derive(Default)]
pub struct Estate {
    elements: Vec<Element>,
    /// Calls that were never made.
    missing: BTreeSet<&'static str>,
    /// Calls whose answer goes on elsewhere.
    truncated: BTreeSet<&'static str>,
    /// Groups that still have nothing but AWS's own outbound rule.
    pub open_egress: BTreeSet<String>,
}

impl Estate {
    /// Adds an element; its id must be new.
    pub fn add(
        &mut self,
        line: &Line,
        call: &str,
        id: &str,
        homes: &[&Home],
        value: Value,
    ) -> Result<(), ShorthandError> {
        if self.get(call, id).is_some() {
            return Err(line.error(format!("`{id}` is there already")));
        }
        let call = calls::find(call).expect("the expander names calls of the table");
        let homes = homes.iter().copied().cloned().collect::<BTreeSet<Home>>().into_iter().collect();
        self.elements.push(Element { call, id: id.to_owned(), homes, value });
        Ok(())
    }

    fn position(&self, call: &str, id: &str) -> Option<usize> {
        self.elements.iter().position(|element| element.call.name == call && element.id == id)
    }

    /// An element that may not be there.
    pub fn get(&self, call: &str, id: &str) -> Option<&Value> {
        self.position(call, id).map(|position| &self.elements[position].value)
    }

    /// An element that the line relies on.
    pub fn need(&self, line: &Line, call: &str, id: &str) -> Result<&Value, ShorthandError> {
        self.get(call, id).ok_or_else(|| absent(line, call, id))
    }

    /// The same, to change it.
    pub fn change(&mut self, line: &Line, call: &str, id: &str) -> Result<&mut Value, ShorthandError> {
        let position = self.position(call, id).ok_or_else(|| absent(line, call, id))?;
        Ok(&mut self.elements[position].value)
    }

    /// Where an element was seen first.
    pub fn home(&self, line: &Line, call: &str, id: &str) -> Result<Home, ShorthandError> {
        let position = self.position(call, id).ok_or_else(|| absent(line, call, id))?;
        Ok(self.elements[position].homes[0].clone())
    }

    /// Lets another account see an element too.
    pub fn share(&mut self, line: &Line, call: &str, id: &str, home: Home) -> Result<(), ShorthandError> {
        let position = self.position(call, id).ok_or_else(|| absent(line, call, id))?;
        self.elements[position].homes.push(home);
        Ok(())
    }

    /// The elements of a call.
    pub fn all<'estate>(
        &'estate self,
        call: &'static str,
    ) -> impl Iterator<Item = (&'estate str, &'estate Value)> {
        let elements = self.elements.iter().filter(move |element| element.call.name == call);
        elements.map(|element| (element.id.as_str(), &element.value))
    }

    /// The routes of a transit gateway's table.
    pub fn routes_of(&mut self, table: &str) -> &mut Vec<Value> {
        let position = self.position("transit-gateway-routes", table).expect("each table has its routes");
        self.elements[position].value["Routes"].as_array_mut().expect("the expander writes its lists")
    }

    /// The files of the snapshot.
    pub fn files(mut self) -> Vec<(String, Value)> {
        transit::derive_routes(&mut self);
        let homes: BTreeSet<&Home> = self.elements.iter().flat_map(|element| &element.homes).collect();
        let mut files = Vec::new();
        for home in homes {
            for call in CALLS.iter().filter(|call| !self.missing.contains(call.name)) {
                let elements: Vec<&Element> = self
                    .elements
                    .iter()
                    .filter(|it| it.call.name == call.name && it.homes.contains(home))
                    .collect();
                let truncated = self.truncated.contains(call.name);
                for (suffix, document) in documents(call, home, &elements, truncated) {
                    let name =
                        format!("{}/{}/{}-{}{suffix}.json", home.account, home.region, call.verb, call.name);
                    files.push((name, document));
                }
            }
        }
        files
    }
}

fn absent(line: &Line, call: &str, id: &str) -> ShorthandError {
    line.error(format!("`{id}` is not among the {}", call.replace('-', " ")))
}

/// What follows the call in a file's name, and the file.
fn documents(call: &Call, home: &Home, elements: &[&Element], truncated: bool) -> Vec<(String, Value)> {
    let values: Vec<Value> = elements.iter().map(|element| element.value.clone()).collect();
    let mut document = match call.shape {
        Shape::Elements => json!({ call.key: values }),
        Shape::Sometimes if values.is_empty() => return Vec::new(),
        Shape::Sometimes => json!({ call.key: values }),
        Shape::Instances => {
            let reservation =
                |value: Value| json!({ "OwnerId": home.account, "Groups": [], "Instances": [value] });
            json!({ call.key: values.into_iter().map(reservation).collect::<Vec<Value>>() })
        }
        Shape::Options => {
            let off = json!({ "AwsAccountId": home.account, "AwsRegion": home.region,
                "State": "default-state", "InternetGatewayBlockMode": "off" });
            json!({ call.key: values.into_iter().next().unwrap_or(off) })
        }
        Shape::Parents => {
            return elements
                .iter()
                .map(|element| {
                    let mut document = element.value.clone();
                    if truncated {
                        document["AdditionalRoutesAvailable"] = json!(true);
                    }
                    (format!("-{}", element.id), document)
                })
                .collect();
        }
    };
    if truncated {
        document["NextToken"] = json!("more");
    }
    vec![(String::new(), document)]
}

/// `missing route-tables`
pub fn missing(estate: &mut Estate, line: &Line) -> Result<(), ShorthandError> {
    let call = calls::find(line.id()).ok_or_else(|| line.unknown(line.id()))?;
    estate.missing.insert(call.name);
    Ok(())
}

/// `truncated transit-gateway-routes`
pub fn truncated(estate: &mut Estate, line: &Line) -> Result<(), ShorthandError> {
    let call = calls::find(line.id()).ok_or_else(|| line.unknown(line.id()))?;
    estate.truncated.insert(call.name);
    Ok(())
}

/// `element db-instances orders {"DBInstanceIdentifier":"orders"}`: an element of a call that has no line of its own.
pub fn element(estate: &mut Estate, line: &Line) -> Result<(), ShorthandError> {
    let call = calls::find(line.id()).ok_or_else(|| line.unknown(line.id()))?;
    let value = serde_json::from_str(&line.words[2..].join(" "));
    let value = value.map_err(|error| line.error(format!("no JSON: {error}")))?;
    estate.add(line, call.name, line.words[1], &[&line.home], value)
}

/// `set eni-web DenyAllIgwTraffic true`
pub fn set(estate: &mut Estate, line: &Line) -> Result<(), ShorthandError> {
    let id = line.id();
    let position = CALLS.iter().find_map(|call| estate.position(call.name, id));
    let position = position.ok_or_else(|| line.error(format!("nothing is called `{id}`")))?;
    let mut place = &mut estate.elements[position].value;
    let steps: Vec<&str> = line.words[1].split('.').collect();
    let text = line.words[2..].join(" ");
    let (last, way) = steps.split_last().expect("a word has at least one step");
    for step in way {
        place = enter(place, step).ok_or_else(|| line.error(format!("there is no `{step}` to enter")))?;
    }
    if text == "absent" {
        place.as_object_mut().and_then(|members| members.remove(*last));
        return Ok(());
    }
    let place = enter(place, last).ok_or_else(|| line.error(format!("there is no `{last}` to set")))?;
    *place = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(())
}

/// A member by name, made if need be, or an element by number, where the next free one is made too.
fn enter<'value>(value: &'value mut Value, step: &str) -> Option<&'value mut Value> {
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    if let Value::Array(elements) = value {
        let index: usize = step.parse().ok()?;
        if index == elements.len() {
            elements.push(Value::Null);
        }
        return elements.get_mut(index);
    }
    Some(value.as_object_mut()?.entry(step).or_insert(Value::Null))
}

/// A text member that the expander itself has written.
pub fn text<'value>(value: &'value Value, member: &str) -> &'value str {
    value[member].as_str().unwrap_or_default()
}

/// Adds to a list member that the expander itself has written.
pub fn push(value: &mut Value, member: &str, element: Value) {
    value[member].as_array_mut().expect("the expander writes its lists").push(element);
}

/// The elements of a list member that the expander itself has written.
pub fn list<'value>(value: &'value Value, member: &str) -> &'value [Value] {
    value[member].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// What follows the first dash of an id: `web` of `subnet-web`, for the names of what AWS makes by itself.
pub fn stem(id: &str) -> &str {
    id.split_once('-').map_or(id, |(_, stem)| stem)
}
