//! Text as findings of another scanner, read and asked about.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use netpath::lint::triage::{import, triage};
use netpath::model::Model;
use netpath::network::{self, Network};
use netpath_fuzz::seeds;

/// A network without anything: what findings name is not there.
fn nothing() -> &'static (Model, Network) {
    static NOTHING: OnceLock<(Model, Network)> = OnceLock::new();
    NOTHING.get_or_init(|| {
        let model = Model::default();
        let network = network::compile(&model);
        (model, network)
    })
}

fuzz_target!(
    init: {
        let texts = [
            "CHECK_ID;STATUS;RESOURCE_UID\nec2_port_22;FAIL;arn:aws:ec2:eu-west-1:1:security-group/sg-1\n",
            "[{\"class_uid\":2004,\"status_code\":\"FAIL\",\"resources\":[{\"uid\":\"sg-1\"}]}]",
            "{\"Findings\":[{\"ProductArn\":\"a\",\"GeneratorId\":\"EC2.13\",\"Resources\":[{\"Id\":\"i-1\"}]}]}",
            "{\"runs\":[{\"results\":[{\"ruleId\":\"x\",\"message\":{\"text\":\"198.51.100.1\"}}]}]}",
        ];
        seeds::write("triage", texts.map(|it| it.as_bytes().to_vec()));
    },
    |text: &str| {
        if let Ok(found) = import(text) {
            let (model, network) = nothing();
            let count = found.findings.len();
            assert_eq!(triage(model, network, found.findings).len(), count);
        }
    }
);
