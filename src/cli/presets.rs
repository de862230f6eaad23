//! Presets: what a thing of some kind needs to reach, as TOML, ours or a person's.

use std::path::Path;

use serde::Deserialize;

use super::failure::Failure;

/// What comes with the program.
const OWN: &[(&str, &str)] = &[
    ("ssm", include_str!("presets/ssm.toml")),
    ("ecs-fargate", include_str!("presets/ecs-fargate.toml")),
    ("ecs-ec2", include_str!("presets/ecs-ec2.toml")),
    ("eks-node", include_str!("presets/eks-node.toml")),
    ("lambda-vpc", include_str!("presets/lambda-vpc.toml")),
];

/// A list of dependencies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preset {
    /// What needs them.
    pub about: String,
    /// The list.
    #[serde(rename = "dependency")]
    pub dependencies: Vec<Dependency>,
}

/// Something that has to be reached, or that has to reach what is asked about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dependency {
    /// What it is called.
    pub name: String,
    /// Where to: a selector with placeholders.
    pub to: Option<String>,
    /// Where from, for what comes the other way.
    pub from: Option<String>,
    /// Which packets.
    #[serde(default = "usual")]
    pub traffic: String,
    /// The last part of the name of the endpoint service that would serve it.
    pub endpoint: Option<String>,
    /// Whether it works without.
    #[serde(default)]
    pub optional: bool,
    /// What it is for.
    #[serde(default)]
    pub why: String,
}

fn usual() -> String {
    "tcp/443".to_owned()
}

/// The preset with a name, else the one in a file.
pub(super) fn read(word: &str) -> Result<Preset, Failure> {
    if let Some((name, text)) = OWN.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)) {
        return parse(name, text);
    }
    let path = Path::new(word);
    if !path.is_file() {
        let names: Vec<String> = OWN.iter().map(|(name, _)| format!("`{name}`")).collect();
        let help = format!("they are {}, or a TOML file of your own", names.join(", "));
        return Err(Failure::new(format!("there is no preset `{word}`")).help(help));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|cause| Failure::new(format!("cannot read `{word}`: {cause}")))?;
    parse(word, &text)
}

fn parse(name: &str, text: &str) -> Result<Preset, Failure> {
    let preset: Preset = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
        let place = line.map(|line| format!(":{line}")).unwrap_or_default();
        let message = error.message().lines().next().unwrap_or_default();
        Failure::new(format!("{name}{place}: {message}"))
            .help("it says `about`, and of each `[[dependency]]` `name`, `to` or `from`, and if wanted `traffic`, `endpoint`, `optional`, `why`")
    })?;
    let is_odd = |it: &&Dependency| it.to.is_some() == it.from.is_some();
    if let Some(odd) = preset.dependencies.iter().find(is_odd) {
        let message = format!("{name}: the dependency `{}` has to say either `to` or `from`", odd.name);
        return Err(Failure::new(message));
    }
    Ok(preset)
}

/// A text with its placeholders filled in; or the one that nobody knows.
pub(super) fn filled(text: &str, values: &[(String, String)]) -> Result<String, String> {
    let mut filled = text.to_owned();
    for (name, value) in values {
        filled = filled.replace(&format!("{{{name}}}"), value);
    }
    match filled.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
        Some((name, _)) => Err(name.to_owned()),
        None => Ok(filled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_of_ours_can_be_read() {
        for (name, _) in OWN {
            let preset = read(name).unwrap_or_else(|_| panic!("{name} is read"));
            assert!(!preset.about.is_empty() && !preset.dependencies.is_empty(), "{name}");
            assert!(preset.dependencies.iter().all(|it| !it.why.is_empty()), "{name} says what each is for");
        }
    }

    #[test]
    fn placeholders_are_filled_or_named() {
        let values = [("region".to_owned(), "eu-west-1".to_owned())];
        assert_eq!(
            filled("ssm.{region}.amazonaws.com", &values).as_deref(),
            Ok("ssm.eu-west-1.amazonaws.com")
        );
        assert_eq!(filled("eks:{cluster}", &values), Err("cluster".to_owned()));
    }
}
