//! Who asks: profiles of the aws-cli's configuration, SSO, roles, credentials that a program has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::server::{Asked, Reply, Server, start};
use super::{json, netpath, run};

/// A home with a configuration of the aws-cli in it.
struct Home {
    folder: tempfile::TempDir,
    server: Server,
}

impl Home {
    fn new(config: &str) -> Home {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("config"), config).expect("it can be written");
        Home { folder, server: start(1, |_| Reply::Page) }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Collects one service, with the configuration and nothing else to ask as.
    fn collect(&self, words: &[&str]) -> (i32, String, String) {
        let mut command = netpath(&self.server.url);
        command
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY")
            .env_remove("AWS_REGION")
            .env("HOME", self.path())
            .env("AWS_CONFIG_FILE", self.path().join("config"))
            .env("AWS_ENDPOINT_URL_STS", &self.server.url)
            .env("AWS_ENDPOINT_URL_SSO", &self.server.url)
            .args(["collect", "--services", "elb", "--attempts", "1", "--out"])
            .arg(self.path().join("out"))
            .args(words);
        run(&mut command)
    }

    fn asked(&self, operation: &str) -> Vec<Asked> {
        let asked = self.server.asked.lock().expect("no test panics here");
        asked.iter().filter(|it| it.operation == operation).cloned().collect()
    }

    /// Whose load balancers were asked for.
    fn accounts(&self) -> BTreeSet<String> {
        self.asked("DescribeLoadBalancers").into_iter().map(|it| it.account).collect()
    }
}

/// The server takes such keys for those of the account that they name.
const TWO: &str = "[profile one]\naws_access_key_id = ASIA111122223334\naws_secret_access_key = s\nregion = eu-west-1\n\
                   [profile two]\naws_access_key_id = ASIA111122223335\naws_secret_access_key = s\nregion = eu-west-2\n";

#[test]
fn each_profile_is_an_account_in_its_own_region() {
    let home = Home::new(TWO);
    let (code, out, err) = home.collect(&["--profile", "one", "--profile", "two"]);
    assert_eq!(code, 0, "{out}{err}");
    let asked = home.asked("DescribeLoadBalancers");
    let places: BTreeSet<(&str, &str)> = asked.iter().map(|it| (&*it.account, &*it.region)).collect();
    assert_eq!(
        places.into_iter().collect::<Vec<_>>(),
        [("111122223334", "eu-west-1"), ("111122223335", "eu-west-2")]
    );
    let manifest = json(&home.path().join("out/manifest.json"));
    let who: Vec<&str> = manifest["identities"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["profile"].as_str())
        .collect();
    assert_eq!(who, ["one", "two"]);
    assert!(
        home.path().join("out/accounts/111122223335/eu-west-2/elb-describe-load-balancers.json").exists()
    );
}

#[test]
fn a_profile_that_cannot_ask_is_said_and_the_other_goes_on() {
    let home = Home::new(TWO);
    let (code, out, _) = home.collect(&["--profile", "one", "--profile", "three"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("profile `three` cannot be asked"), "{out}");
    assert_eq!(home.accounts(), BTreeSet::from(["111122223334".to_owned()]));
}

#[test]
fn a_role_is_taken_on_with_the_id_that_its_owner_asks_for() {
    let home = Home::new(TWO);
    let role = "arn:aws:iam::111122223336:role/audit";
    let (code, out, err) =
        home.collect(&["--profile", "one", "--role-arn", role, "--external-id", "between-us"]);
    assert_eq!(code, 0, "{out}{err}");
    let taken = home.asked("AssumeRole");
    assert_eq!(taken[0].arguments.get("RoleArn").map(String::as_str), Some(role));
    assert_eq!(taken[0].arguments.get("ExternalId").map(String::as_str), Some("between-us"));
    // By the profile, and as the role from then on.
    assert_eq!(taken[0].account, "111122223334");
    assert_eq!(home.accounts(), BTreeSet::from(["111122223336".to_owned()]));
}

#[test]
fn a_role_of_the_configuration_is_taken_on_as_the_aws_cli_does() {
    let config = format!(
        "{TWO}[profile audit]\nrole_arn = arn:aws:iam::111122223337:role/audit\nsource_profile = one\n\
         external_id = between-us\nregion = eu-west-1\n"
    );
    let home = Home::new(&config);
    let (code, out, err) = home.collect(&["--profile", "audit"]);
    assert_eq!(code, 0, "{out}{err}");
    let taken = home.asked("AssumeRole");
    assert_eq!(taken[0].arguments.get("ExternalId").map(String::as_str), Some("between-us"));
    assert_eq!(home.accounts(), BTreeSet::from(["111122223337".to_owned()]));
}

const SSO: &str = "[profile dev]\nsso_session = corp\nsso_account_id = 111122223338\nsso_role_name = audit\nregion = eu-west-1\n\
                   [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n\
                   sso_registration_scopes = sso:account:access\n";

/// What `aws sso login` leaves: named by the SHA-1 of the session's name.
fn session(home: &Home, until: &str) {
    let cache = home.path().join(".aws/sso/cache");
    fs::create_dir_all(&cache).expect("it can be made");
    let token = format!(
        r#"{{"startUrl":"https://corp.example/start","region":"eu-west-1","accessToken":"t","expiresAt":"{until}"}}"#
    );
    fs::write(cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), token).expect("it can be written");
}

#[test]
fn a_session_of_sso_is_used() {
    let home = Home::new(SSO);
    session(&home, "2099-01-01T00:00:00Z");
    let (code, out, err) = home.collect(&["--profile", "dev"]);
    assert_eq!(code, 0, "{out}{err}");
    let given = home.asked("GetRoleCredentials");
    assert_eq!(given[0].arguments.get("role_name").map(String::as_str), Some("audit"));
    assert_eq!(home.accounts(), BTreeSet::from(["111122223338".to_owned()]));
}

#[test]
fn a_session_of_sso_that_is_over_is_one_clear_error() {
    let home = Home::new(SSO);
    session(&home, "2020-01-01T00:00:00Z");
    let (code, _, err) = home.collect(&["--profile", "dev"]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("profile `dev`: ") && err.contains("`aws sso login` renews a session"), "{err}");
    assert_eq!(err.matches("error: ").count(), 1, "{err}");
}

#[cfg(unix)]
#[test]
fn a_program_that_has_credentials_is_asked_for_them() {
    let home = Home::new("");
    let keys = home.path().join("keys");
    fs::write(
        &keys,
        r#"{"Version": 1, "AccessKeyId": "ASIA111122223339", "SecretAccessKey": "s", "SessionToken": "t"}"#,
    )
    .expect("it can be written");
    let config =
        format!("[profile vault]\ncredential_process = cat {}\nregion = eu-west-1\n", keys.display());
    fs::write(home.path().join("config"), config).expect("it can be written");
    let (code, out, err) = home.collect(&["--profile", "vault"]);
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(home.accounts(), BTreeSet::from(["111122223339".to_owned()]));
}
