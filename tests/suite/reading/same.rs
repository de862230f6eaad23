//! What does not matter: names, order, packing, threads. The same content is the same snapshot.

use std::io::Write;
use std::path::Path;

use netpath::snapshot::{ReadOptions, Snapshot, read, read_documents};

use crate::corpus::corpus;

type Files = Vec<(String, Vec<u8>)>;

/// The files of a folder of the corpus.
fn files(path: &str) -> Option<Files> {
    let root = corpus()?.join(path);
    let mut files = Files::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the corpus can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                files.push((name, std::fs::read(&path).expect("the corpus can be read")));
            }
        }
    }
    files.sort();
    Some(files)
}

fn in_memory(files: Files) -> Snapshot {
    read_documents(files, &ReadOptions::default()).expect("the corpus is readable")
}

/// Everything but the names of the files.
fn content(snapshot: &Snapshot) -> String {
    let Snapshot {
        model,
        counts,
        sha256,
        identity: _,
        accounts,
        regions,
        sources,
        warnings: _,
        not_answered: _,
    } = snapshot;
    let sizes: Vec<u64> = sources.iter().map(|source| source.bytes).collect();
    format!("{sha256} {accounts:?} {regions:?} {counts:?} {sizes:?} {model:?}")
}

const FOLDERS: [&str; 3] =
    ["batfish/test-transit-gateway", "lab-validation/aws_multi_account_vpc_peering", "cloudmapper/demo"];

#[test]
fn shuffled_and_renamed_files_are_the_same_snapshot() {
    for folder in FOLDERS {
        let Some(original) = files(folder) else { return };
        let expected = content(&in_memory(original.clone()));
        let mut shuffled = original.clone();
        shuffled.reverse();
        shuffled.rotate_left(5);
        assert_eq!(content(&in_memory(shuffled)), expected, "{folder}: order");
        let renamed = original.iter().enumerate().map(|(number, (name, bytes))| {
            let folder = Path::new(name).parent().expect("a relative path").to_string_lossy().into_owned();
            (format!("{folder}/{}.json", original.len() - number), bytes.clone())
        });
        assert_eq!(content(&in_memory(renamed.collect())), expected, "{folder}: names");
    }
}

#[test]
fn a_file_given_twice_counts_once() {
    let Some(original) = files(FOLDERS[0]) else { return };
    let expected = in_memory(original.clone());
    let mut twice = original.clone();
    twice.extend(original.into_iter().map(|(name, bytes)| (format!("copy/{name}"), bytes)));
    let twice = in_memory(twice);
    assert_eq!(twice.sha256, expected.sha256);
    assert_eq!(twice.counts.resources, expected.counts.resources);
}

fn group(port: u16, more: &str) -> Vec<u8> {
    let rule = |port: u16| {
        format!(
            r#"{{"IpProtocol": "tcp", "FromPort": {port}, "ToPort": {port}, "IpRanges": [{{"CidrIp": "10.0.0.0/8"}}]}}"#
        )
    };
    format!(
        r#"{{"SecurityGroups": [{more}{{"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [{}, {}]}}]}}"#,
        rule(port),
        rule(22)
    )
    .into_bytes()
}

#[test]
fn two_copies_that_contradict_each_other_are_said() {
    let other = r#"{"GroupId": "sg-0", "VpcId": "vpc-1"}, "#;
    let files = |names: [&str; 2]| -> Files {
        vec![(names[0].to_owned(), group(443, "")), (names[1].to_owned(), group(80, other))]
    };
    let snapshot = in_memory(files(["a.json", "b.json"]));
    let said: Vec<String> = snapshot.warnings.iter().map(ToString::to_string).collect();
    let (one, two) = ("a.json: SecurityGroups[0]", "b.json: SecurityGroups[1]");
    let is_said = |loser: &str, kept: &str| {
        said == [format!("{loser}: says something else of `sg-1` than {kept}, which counts")]
    };
    assert!(is_said(one, two) || is_said(two, one), "{said:?}");
    let strict = ReadOptions { strict: true, ..ReadOptions::default() };
    assert!(read_documents(files(["a.json", "b.json"]), &strict).is_err());
    // Neither names nor order decide which counts.
    let port = |snapshot: &Snapshot| format!("{:?}", snapshot.model.security_groups[1].inbound);
    let mut turned = files(["z.json", "b.json"]);
    turned.reverse();
    assert_eq!(port(&in_memory(turned)), port(&snapshot));
    let apart = vec![("a.json".to_owned(), group(80, "")), ("c.json".to_owned(), group(443, other))];
    assert_eq!(port(&in_memory(apart)), port(&snapshot));
}

#[test]
fn two_copies_that_say_the_same_are_one() {
    let swapped = String::from_utf8(group(443, "")).expect("text");
    let (head, tail) = swapped.split_once("[{\"IpProtocol").expect("a rule");
    let rules = format!("{{\"IpProtocol{}", tail.trim_end_matches("]}]}"));
    let (first, second) = rules.split_once("]}, ").expect("two rules");
    let swapped = format!("{head}[{second}, {first}]}}]}}]}}");
    let files = vec![("a.json".to_owned(), group(443, "")), ("b.json".to_owned(), swapped.into_bytes())];
    let snapshot = in_memory(files);
    assert!(snapshot.warnings.is_empty(), "{:?}", snapshot.warnings);
    assert_eq!(snapshot.model.security_groups.len(), 1);
}

#[test]
fn one_thread_or_many_are_the_same() {
    let Some(original) = files(FOLDERS[1]) else { return };
    let expected = content(&in_memory(original.clone()));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        assert_eq!(pool.install(|| content(&in_memory(original.clone()))), expected, "{threads}");
    }
}

#[test]
fn another_account_in_the_path_is_another_snapshot() {
    let Some(original) = files(FOLDERS[1]) else { return };
    let expected = in_memory(original.clone()).sha256;
    let moved =
        original.into_iter().map(|(name, bytes)| (name.replace("028403472736", "111111111111"), bytes));
    assert_ne!(in_memory(moved.collect()).sha256, expected);
}

fn tar(files: &Files) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("./{name}"), bytes.as_slice()).expect("in memory");
    }
    archive.into_inner().expect("in memory")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("in memory");
    writer.finish().expect("in memory")
}

fn zip(files: &Files) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("in memory");
        archive.write_all(bytes).expect("in memory");
    }
    archive.finish().expect("in memory").into_inner()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).expect("in memory")
}

/// Files in every kind of archive.
pub(super) fn archives(files: &Files) -> Vec<(&'static str, Vec<u8>)> {
    let tar = tar(files);
    vec![
        ("a.tar.gz", gzip(&tar)),
        ("a.tgz", gzip(&tar)),
        ("a.tar.zst", zstandard(&tar)),
        ("a.zip", zip(files)),
        ("a.tar", tar),
    ]
}

#[test]
fn packed_files_and_archives_are_the_same_as_folders() {
    let Some(original) = files(FOLDERS[0]) else { return };
    let expected = content(&in_memory(original.clone()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let check = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("writable");
        let snapshot =
            read(&[path], &ReadOptions::default()).unwrap_or_else(|cause| panic!("{name}: {cause}"));
        assert_eq!(content(&snapshot), expected, "{name}");
    };
    for (name, bytes) in archives(&original) {
        check(name, &bytes);
        let snapshot = read_documents(vec![(name.to_owned(), bytes)], &ReadOptions::default());
        assert_eq!(content(&snapshot.expect("readable")), expected, "{name}");
    }
    let single = |pack: fn(&[u8]) -> Vec<u8>| -> Files {
        original.iter().map(|(name, bytes)| (format!("{name}.x"), pack(bytes))).collect()
    };
    assert_eq!(content(&in_memory(single(gzip))), expected);
    assert_eq!(content(&in_memory(single(zstandard))), expected);
}

#[test]
fn folders_and_files_join_and_keep_their_names_apart() {
    let Some(corpus) = corpus() else { return };
    let paths =
        [corpus.join("batfish/test-vpc-peering"), corpus.join("batfish/test-transit-gateway/Vpcs.json")];
    let snapshot = read(&paths, &ReadOptions::default()).expect("readable");
    let names: Vec<&str> = snapshot.sources.iter().map(|source| source.path.as_str()).collect();
    assert!(names.contains(&"test-vpc-peering/Vpcs.json"), "{names:?}");
    assert!(names.contains(&"Vpcs.json"), "{names:?}");
    // Two of the three VPCs stand in both.
    assert_eq!(snapshot.model.vpcs.len(), 3);
    assert!(netpath::snapshot::looks_like_snapshot(&paths[0]));
    assert!(!netpath::snapshot::looks_like_snapshot(&corpus.join("LICENSES")));
}
