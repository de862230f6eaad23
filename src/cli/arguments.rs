//! Arguments: what can be written after `netpath`. The doc comments are the help.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::expectation::Expectation;

/// Knows every packet that can get from A to B in an AWS network, offline, from describe-* JSON
#[derive(Debug, Parser)]
#[command(
    name = "netpath",
    version,
    max_term_width = 100,
    disable_help_flag = true,
    arg_required_else_help = true,
    propagate_version = true,
    after_help = "Examples:\n  \
        netpath --snapshot prod/ query internet web tcp/443\n  \
        netpath explain ENI_SG_RULES_MISMATCH",
    after_long_help = LONG
)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Command,
}

const LONG: &str = "\
Examples:
  netpath --snapshot prod/ query internet web tcp/443
  netpath explain ENI_SG_RULES_MISMATCH

A snapshot is what `aws ec2 describe-*` printed: a folder of JSON files, one file, or an archive. netpath reads it and
nothing else: it asks nobody, sends nothing, and answers the same for the same files.

Names of things: an id or the beginning of one, an ARN, a `Name` tag, `vpc-name/name`, `kind:name` (`vpc:`, `subnet:`,
`sg:`, `eni:`, `instance:`, `nat:`, `vpce:`, `rds:`, `lambda:`, `ecs:cluster/service`, …), `svc:s3`, `tag:Key=Value`, an
address, a CIDR, `internet`.

Exit codes:
  0  answered; with an expectation, it holds
  1  an expectation is violated
  2  usage or input error: nothing was answered
  3  the answer is `unknown` and an expectation needed it";

/// Options of every command; they stand before or after it.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of all commands")]
pub(super) struct Options {
    /// A folder, a JSON file or an archive of what `aws ec2 describe-*` printed; several are merged
    ///
    /// A folder, a JSON file, or a `.tar.gz`, `.tar.zst` or `.zip` of them. Several are merged. Without it,
    /// `NETPATH_SNAPSHOT` counts (several paths as in `PATH`), then `snapshot = "…"` in `netpath.toml` of this folder
    /// or one above it, then this folder if it holds a snapshot.
    #[arg(short, long, value_name = "PATH", global = true, action = ArgAction::Append)]
    pub snapshot: Vec<PathBuf>,
    /// How answers are written
    #[arg(short, long, value_name = "FORMAT", global = true, default_value = "text", env = "NETPATH_FORMAT")]
    pub format: Format,
    /// Write there instead of standard output, whole or not at all
    #[arg(short, long, value_name = "FILE", global = true)]
    pub output: Option<PathBuf>,
    /// Whether text is coloured: `auto`, `always` or `never`
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_possible_values = true)]
    pub color: Color,
    /// The account of files that do not say theirs
    #[arg(long, value_name = "ID", global = true, env = "NETPATH_ACCOUNT")]
    pub account: Option<String>,
    /// The Region of files that do not say theirs
    #[arg(long, value_name = "NAME", global = true, env = "NETPATH_REGION")]
    pub region: Option<String>,
    /// Anything unread, dangling, contradictory or truncated in the snapshot is an error
    #[arg(long, global = true)]
    pub strict: bool,
    /// Take AWS's defaults for calls that the snapshot lacks, and say so
    #[arg(long, global = true)]
    pub assume_defaults: bool,
    /// Read big snapshots anew, and keep nothing of them for the next time
    ///
    /// What `netpath compile` keeps of a big snapshot is in `$XDG_CACHE_HOME/netpath`, or `~/.cache/netpath` without it, and
    /// is found again by the content of every file. Where `NETPATH_CACHE` names a folder, everything big is kept there;
    /// `NETPATH_CACHE=off` is this option.
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// Ask AWS instead of reading a snapshot: collect, then answer
    ///
    /// What is needed is collected into a temporary folder, with the profile, role and Regions of the options below, and
    /// the folder goes when the answer is there. Without `--regions` it is the profile's Region. Needs a netpath that was
    /// built with the feature `collect`.
    #[arg(long, global = true, conflicts_with = "snapshot", hide_short_help = true)]
    pub live: bool,
    #[command(flatten)]
    pub access: Access,
    /// Say nothing but results and errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more; twice says most
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Print help; `netpath help COMMAND` prints more
    #[arg(short, long, global = true, action = ArgAction::HelpShort)]
    pub help: Option<bool>,
}

/// The heading of options about AWS.
const ACCESS: &str = "Options of `collect` and `--live`";

/// Whom AWS is asked as, and where: for `collect` and `--live`.
#[derive(Debug, Clone, Args)]
pub(super) struct Access {
    /// The profile of the aws-cli's configuration; several are several accounts [default: as the aws-cli]
    #[arg(long, help_heading = ACCESS, value_name = "NAME", global = true, hide_short_help = true, action = ArgAction::Append)]
    pub profile: Vec<String>,
    /// A role to take on with each profile
    #[arg(long, help_heading = ACCESS, value_name = "ARN", global = true, hide_short_help = true)]
    pub role_arn: Option<String>,
    /// What the role's owner asks for beside: `sts:ExternalId`
    #[arg(long, help_heading = ACCESS, value_name = "ID", global = true, hide_short_help = true)]
    pub external_id: Option<String>,
    /// Regions, or `all` that an account has [default: the profile's]
    #[arg(long, help_heading = ACCESS, value_name = "NAMES", global = true, hide_short_help = true, value_delimiter = ',')]
    pub regions: Vec<String>,
    /// Ask there instead of AWS: a proxy, a test server
    #[arg(long, help_heading = ACCESS, value_name = "URL", global = true, hide_short_help = true)]
    pub endpoint_url: Option<String>,
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// As AWS's Reachability Analyzer writes them
    Aws,
    /// A picture for browsers and documents
    Svg,
    /// Of `lint`: for code scanning
    Sarif,
    /// Of `lint`: annotations of GitHub Actions
    Github,
    /// Of `lint`: for test reports
    Junit,
    /// Of `lint`, `diff` and tables: for comments and wikis
    Markdown,
    /// A page to look around in, one file
    Html,
    /// Tables: for spreadsheets
    Csv,
    /// A picture for Graphviz
    Dot,
    /// A picture for Markdown
    Mermaid,
    /// A picture in pixels, where the program was built with the feature `png`
    Png,
}

/// Whether text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Query(Query),
    Compile(Compile),
    Show(Show),
    Deps(Deps),
    Matrix(Matrix),
    Exposure(Exposure),
    Into(Into),
    Blast(Blast),
    Cidr(Cidr),
    Diagram(Diagram),
    Diff(Diff),
    Lint(Lint),
    Triage(Triage),
    Collect(Collect),
    Redact(Redact),
    Verify(Verify),
    Explain(Explain),
    Completions(Completions),
    Man(Man),
}

/// Write the snapshot as one file from which questions are answered at once, or keep a big one for the next time
///
/// A compiled file holds all that the snapshot says and the network that it makes. `--snapshot FILE` reads it like any
/// snapshot, and a question reads of it what it is about: a million interfaces take no longer than a thousand. Answers
/// are the same. The file needs none of its inputs, and follows none of their changes. It belongs to the build of netpath
/// that wrote it: another one refuses it.
///
/// Without `--output`, a big snapshot is kept in the cache, where the next question about the same files finds it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath --snapshot prod/ compile\n  \
    netpath --snapshot prod/ compile --output prod.netpath\n  \
    netpath --snapshot prod.netpath query internet web tcp/443")]
pub(super) struct Compile {}

/// Which packets get from SOURCE to DESTINATION, which replies get back, and why the others do not
///
/// The answer is a verdict, the way there and back with the rule, entry or route that decided at each step, every
/// blocker when packets do not get on, and the exact set of packets that pass. `reachable` means every asked packet
/// and its reply; `partial` and `forward-only` say which do; `unknown` names what the snapshot lacks.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath query internet web tcp/443\n  \
    netpath query i-0abc 10.0.2.20 tcp/5432 --expect reachable")]
pub(super) struct Query {
    /// Where packets begin: an id, a name, an address, a CIDR, `internet`
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    pub source: Option<String>,
    /// Where they are for
    #[arg(required_unless_present = "batch")]
    pub destination: Option<String>,
    /// Which packets: `tcp/443`, `tcp/80,443`, `udp/53`, `icmp/8`, `proto/50`, `all`; joined by `+`
    #[arg(default_value = "all")]
    pub traffic: String,
    /// What the verdict must be; `not-reachable` is `blocked` or `forward-only`
    #[arg(long, value_name = "VERDICT", ignore_case = true)]
    pub expect: Option<Expectation>,
    /// Explain each pair of several ends, not only some of each verdict
    #[arg(long)]
    pub all_paths: bool,
    /// Ask for no reply
    #[arg(long)]
    pub one_way: bool,
    /// Count only ways through this; with several, through one of them
    #[arg(long, value_name = "SELECTOR")]
    pub via: Vec<String>,
    /// Count no way through this
    #[arg(long, value_name = "SELECTOR")]
    pub avoid: Vec<String>,
    /// The client's ports, for TCP and UDP: `32768-60999`, `linux`, `windows`, `any` [default: 1024-65535]
    #[arg(long, value_name = "PORTS")]
    pub source_ports: Option<String>,
    /// Ask about IPv4 only
    #[arg(long, conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Ask about IPv6 only
    #[arg(long)]
    pub ipv6: bool,
    /// Ask about all addresses of interfaces, not only the primary ones
    #[arg(long)]
    pub all_addresses: bool,
    /// Draw the way into this file as well: `.svg`, `.png`, `.html`, `.dot`, `.mmd` or `.json`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["batch", "brief"])]
    pub diagram: Option<PathBuf>,
    /// Answer a file of questions, one JSON object a line; `-` is standard input
    ///
    /// Each line is an object with `source` and `destination`, and if wanted `id`, `traffic`, `source_ports`,
    /// `expect`, `ipv4`, `ipv6`, `all_addresses` and `one_way`. Answers are JSON lines in the same order, each with its
    /// `id`. A line that cannot be answered gets `{"id","error"}` and the rest goes on.
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,
    /// Write only verdict and codes, in a batch with the id
    #[arg(long)]
    pub brief: bool,
}

/// One resource as netpath understands it: effective routes and rules, members, addresses
///
/// An interface with its addresses, the rules of all its groups together, its route table and why it is that one; a
/// subnet with its table, network ACL and tier; a VPC, security group, route table, network ACL, gateway, endpoint or
/// transit gateway likewise.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath show eni-0abc\n  \
    netpath show sg:web --format json")]
pub(super) struct Show {
    /// What to show: an id, a name, an address
    pub selector: String,
}

/// Whether a thing reaches what it needs to start, and by which way
///
/// A preset lists what things of a kind need: `ssm`, `ecs-fargate`, `ecs-ec2`, `eks-node`, `lambda-vpc`, or a TOML file
/// of your own. Each dependency is looked up and asked about from X: an endpoint of the VPC, a way over the internet, or
/// what stops it and what would help. The verdict is about those that X cannot do without.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath deps ssm --from i-0abc\n  \
    netpath deps ecs-fargate --from ecs:shop/web --expect reachable")]
pub(super) struct Deps {
    /// The preset, or a TOML file
    pub preset: String,
    /// What starts: an interface, an instance, a managed service
    #[arg(long, value_name = "SELECTOR")]
    pub from: String,
    /// What stands for a placeholder: `cluster=prod`
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// What the verdict must be; `not-reachable` is `blocked` or `forward-only`
    #[arg(long, value_name = "VERDICT", ignore_case = true)]
    pub expect: Option<Expectation>,
}

/// Which packets a question about a whole estate is about.
#[derive(Debug, Clone, Args)]
pub(super) struct Part {
    /// Which packets: `tcp/443`, `tcp/80,443`, `udp/53`, `icmp/8`, `proto/50`, `all`; joined by `+`
    #[arg(long, value_name = "TRAFFIC", default_value = "all")]
    pub traffic: String,
    /// The client's ports, for TCP and UDP: `32768-60999`, `linux`, `windows`, `any` [default: 1024-65535]
    #[arg(long, value_name = "PORTS")]
    pub source_ports: Option<String>,
    /// Ask about IPv4 only
    #[arg(long, conflicts_with = "ipv6")]
    pub ipv4: bool,
    /// Ask about IPv6 only
    #[arg(long)]
    pub ipv6: bool,
}

/// Who reaches whom, on what, over the whole estate
///
/// Interfaces are put together, and each pair of groups between which something passes is a cell: the verdict over all
/// of their interfaces, the exact ports, and how many pairs have which verdict. What is not in the table is blocked.
/// Without `--by`, interfaces are put together that answer alike: who reach the same and are reached by the same, on the
/// same ports.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath -s prod/ matrix --by tag:Env --traffic tcp/22\n  \
    netpath -s prod/ matrix --by sg --from vpc:web --format csv -o web.csv")]
pub(super) struct Matrix {
    /// Put interfaces together by `alike`, `tag:KEY`, `vpc`, `subnet`, `sg` or `account`
    #[arg(long, value_name = "BY", default_value = "alike")]
    pub by: String,
    /// Only what these send
    #[arg(long, value_name = "SELECTOR")]
    pub from: Option<String>,
    /// Only what is for these
    #[arg(long, value_name = "SELECTOR")]
    pub to: Option<String>,
    /// Only cells with these verdicts: `reachable`, `partial`, `forward-only`, `unknown`
    #[arg(long, value_name = "VERDICT", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Draw it as well: `.svg`, `.png`, `.html`, `.dot`, `.mmd`, `.json`
    #[arg(long, value_name = "FILE")]
    pub diagram: Option<PathBuf>,
    #[command(flatten)]
    pub part: Part,
}

/// What the internet really gets into, by which way and rule
///
/// Every interface and load balancer that packets from outside reach and answer, grouped, with the exact ports, the
/// gateway and the rules. Beside it: where the rules look open and nothing gets in, by what stops it. `--from` asks the
/// same for another origin.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath -s prod/ exposure\n  \
    netpath -s prod/ exposure --from onprem:10.0.0.0/8 --traffic tcp/22 --one-change")]
pub(super) struct Exposure {
    /// Where packets begin: `internet`, `onprem`, `onprem:CIDR`, `account:ID`, a VPC or anything else
    #[arg(long, value_name = "SELECTOR", default_value = "internet")]
    pub from: String,
    /// Only what is for these
    #[arg(long, value_name = "SELECTOR")]
    pub to: Option<String>,
    /// Also list what a single edit would expose
    #[arg(long)]
    pub one_change: bool,
    /// Draw it as well: `.svg`, `.png`, `.html`, `.dot`, `.mmd`, `.json`
    #[arg(long, value_name = "FILE")]
    pub diagram: Option<PathBuf>,
    #[command(flatten)]
    pub part: Part,
}

/// Everything that reaches X
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath -s prod/ into rds:orders --traffic tcp/5432\n  \
    netpath -s prod/ into tag:Tier=data --by sg")]
pub(super) struct Into {
    /// What is reached: an id, a name, an address, a tag
    pub selector: String,
    /// Put interfaces together by `alike`, `tag:KEY`, `vpc`, `subnet`, `sg` or `account`
    #[arg(long, value_name = "BY", default_value = "alike")]
    pub by: String,
    #[command(flatten)]
    pub part: Part,
}

/// Everything that X reaches, hop by hop, and what all ways there lead through
///
/// A hop is a conversation that may begin where the one before ended. Chokepoints are interfaces that something is
/// reached through and by no way without.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath -s prod/ blast i-0abc --hops 3 --traffic tcp/22\n  \
    netpath -s prod/ blast web --crown tag:Tier=data")]
pub(super) struct Blast {
    /// Where it begins: an id, a name, an address, a tag
    pub selector: String,
    /// How many hops
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub hops: u32,
    /// What matters most: say how it is reached
    #[arg(long, value_name = "SELECTOR")]
    pub crown: Vec<String>,
    /// Put what is reached together by `tag:KEY`, `vpc`, `subnet`, `sg` or `account`
    #[arg(long, value_name = "BY", default_value = "sg")]
    pub by: String,
    #[command(flatten)]
    pub part: Part,
}

/// Blocks that several have, graded by whether they could ever meet; what is free; where the next block fits
///
/// Overlaps of VPCs with one another, with networks on premises and with clients of a VPN, the serious ones first; what is
/// free in each VPC and subnet, the addresses left out that AWS keeps. With `--next`, the first aligned block that no VPC,
/// subnet, network on premises, client or route has; the exit code is 1 when there is none.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath cidr\n  \
    netpath cidr --next /24 --in 10.20.0.0/14")]
pub(super) struct Cidr {
    /// The next free block of this size: `/24`
    #[arg(long, value_name = "SIZE")]
    pub next: Option<String>,
    /// Look for it here; in a VPC's own block, beside its subnets [default: private IPv4 addresses]
    #[arg(long = "in", value_name = "BLOCK", requires = "next")]
    pub within: Option<String>,
}

/// A picture of the network: accounts, Regions, VPCs, zones, tiers, subnets, who is in them, what joins them
///
/// Without `--format` the ending of the output file decides: `.svg`, `.png`, `.html`, `.dot`, `.mmd`, `.json`; else it is SVG, drawn
/// by netpath itself, which any browser shows. Subnets stand in the band of their tier, by the routes in force; red is only
/// for what is wrong. What is too much for a page is rolled up, which `--depth` and `--vpc` undo: groups of hosts first, then
/// subnets, then VPCs that are alike. With two ends it is the way between them, hop by hop.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath diagram -o network.html\n  \
    netpath diagram --vpc shop --depth host -o shop.svg\n  \
    netpath diagram web db tcp/5432 -o way.svg\n  \
    netpath diagram --view matrix --collapse tag:team -o matrix.svg")]
pub(super) struct Diagram {
    /// For the way between two ends: where packets begin; for `--view diff` the old snapshot
    #[arg(requires = "destination")]
    pub source: Option<String>,
    /// Where they are for; for `--view diff` the new snapshot
    pub destination: Option<String>,
    /// Which packets
    #[arg(default_value = "all")]
    pub traffic: String,
    /// What is shown [default: topology; path with two ends]
    #[arg(long, value_name = "VIEW")]
    pub view: Option<PictureView>,
    /// How deep boxes are opened [default: as deep as stays readable]
    #[arg(long, value_name = "DEPTH")]
    pub depth: Option<PictureDepth>,
    /// Only this VPC; several are several
    #[arg(long, value_name = "SELECTOR")]
    pub vpc: Vec<String>,
    /// Only what has this tag: `KEY` or `KEY=VALUE`
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
    /// Draw what has the same value of a tag as one: `tag:KEY`
    #[arg(long, value_name = "tag:KEY")]
    pub collapse: Option<String>,
    /// Only what something is wrong with
    #[arg(long)]
    pub only_violations: bool,
    /// Who says where boxes stand in SVG: netpath, or Graphviz's `dot`, which has to be installed
    #[arg(long, value_name = "LAYOUT", default_value = "own")]
    pub layout: PictureLayout,
}

/// What a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PictureView {
    /// Accounts, Regions, VPCs, subnets and what joins them
    Topology,
    /// The way between two ends
    Path,
    /// Transit gateways: attachments, the table that each uses, where that leads
    Tgw,
    /// Addresses: who has which, what is free, who overlaps
    Cidr,
    /// What the internet gets into, by which gateway and ports; what looks open and is not
    Exposure,
    /// Who reaches whom: groups in rows and columns
    Matrix,
    /// What two snapshots answer differently, which stand for the two ends
    Diff,
}

/// Who lays a picture out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PictureLayout {
    /// netpath
    Own,
    /// Graphviz
    Dot,
}

/// How deep boxes are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PictureDepth {
    /// Accounts
    Account,
    /// Regions
    Region,
    /// VPCs, those that are alike as one
    Kind,
    /// VPCs
    Vpc,
    /// Zones, tiers and subnets
    Subnet,
    /// Groups of hosts
    Group,
    /// Each host
    Host,
}

/// What two snapshots answer differently: flows gained, lost, led another way, and the change behind each
///
/// Both snapshots are read, what changed is found by what resources say, and every end that it could concern is asked about
/// again. One changed rule is one row, with its place in both files. Resources that were made anew count as the ones before
/// when their role is the same: their address, their name, their place.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath diff before/ after/\n  \
    netpath diff prod/ --live --profile prod\n  \
    netpath diff main.tar.zst branch.tar.zst --format markdown --fail-on gained")]
pub(super) struct Diff {
    /// The snapshot to compare: a folder, a JSON file or an archive
    pub old: PathBuf,
    /// The snapshot to compare it with; with `--live` what AWS says now
    pub new: Option<PathBuf>,
    /// Only flows that begin there
    #[arg(long, value_name = "SELECTOR")]
    pub from: Option<String>,
    /// Only flows that are for there
    #[arg(long, value_name = "SELECTOR")]
    pub to: Option<String>,
    /// Only these packets: `tcp/443`
    #[arg(long, value_name = "TRAFFIC", default_value = "all")]
    pub traffic: String,
    /// What makes the exit code 1: flows `gained`, `lost`, or `any` difference
    #[arg(long, value_name = "WHAT")]
    pub fail_on: Option<super::diff::FailOn>,
    /// Draw it as well: `.svg`, `.png`, `.html`, `.dot`, `.mmd`, `.json`
    #[arg(long, value_name = "FILE")]
    pub diagram: Option<PathBuf>,
}

/// What is wrong with the network, without being asked
///
/// Each finding is a fact about packets: it names the rule or route that makes it so, shows a packet that proves it, and
/// says what to do. A lint whose data is not in the snapshot says so and is not taken for clean. `netpath.toml` declares
/// what netpath cannot know (subnets that are meant to be isolated, blocks on premises, segments) and holds waivers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath -s prod/ lint --only security --fail-on high\n  \
    netpath -s prod/ lint --format sarif -o netpath.sarif")]
pub(super) struct Lint {
    /// Run these only: an id, a name with `*`, or `security`, `reliability`, `cost`, `hygiene`
    #[arg(long, value_name = "LINT", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Leave these out
    #[arg(long, value_name = "LINT", value_delimiter = ',')]
    pub skip: Vec<String>,
    /// Show findings at least this grave: `info`, `low`, `medium`, `high`, `critical`
    #[arg(long, value_name = "SEVERITY", default_value = "info", hide_possible_values = true)]
    pub severity: Gravity,
    /// Exit with 1 if a finding is at least this grave; `never` for none
    #[arg(long, value_name = "SEVERITY", default_value = "never", hide_possible_values = true)]
    pub fail_on: FailOn,
    /// Findings that were there before: they are counted, not shown
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write what is found there, as a baseline for later
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Draw the network into this file as well, with what is wrong in red: `.svg`, `.png`, `.html`, `.dot`, `.mmd` or `.json`
    #[arg(long, value_name = "FILE")]
    pub diagram: Option<PathBuf>,
}

/// Which findings of another scanner packets of the internet can use
///
/// Reads what Prowler writes (CSV, OCSF or ASFF), findings of Security Hub, or SARIF of any scanner. Findings about security
/// groups, ACLs, public addresses, load balancers and instances are sorted: `reachable`, with a packet that gets there;
/// `unreachable`, with what stops it; `unknown`, with the call that the snapshot lacks. Others are counted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath -s prod/ triage prowler-output.csv\n  \
    netpath -s prod/ triage findings.ocsf.json --fail-on reachable")]
pub(super) struct Triage {
    /// The findings; `-` for standard input
    pub file: PathBuf,
    /// Exit with 1 if a finding is `reachable`, or `unknown` at least
    #[arg(long, value_name = "STATE", default_value = "never", hide_possible_values = true)]
    pub fail_on: TriageFailOn,
}

/// What fails a triage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TriageFailOn {
    /// Nothing
    Never,
    /// What packets can use; what nobody can tell exits with 3
    Reachable,
    /// What packets can use, and what nobody can tell
    Unknown,
}

/// How grave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Gravity {
    /// Worth knowing
    Info,
    /// To be tidied up
    Low,
    /// Breaks or costs something some day
    Medium,
    /// Breaks or exposes something now
    High,
    /// Exposes something to everybody
    Critical,
}

/// What fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Nothing
    Never,
    /// Any finding
    Info,
    /// Low and graver
    Low,
    /// Medium and graver
    Medium,
    /// High and graver
    High,
    /// Critical
    Critical,
}

/// Save what netpath reads of an account, of several, or of an organization
///
/// Every call is a describe, get, list or search. Answers are kept as the aws-cli prints them, one file a call, in
/// `accounts/ACCOUNT/REGION`, with a manifest of calls, counts, errors and hashes. A call that is denied or fails is
/// recorded and the rest goes on: what it would have said is `unknown` later, never empty. The same command after an
/// interruption goes on where it was, and tries again what failed. Exit code 3 says that something is missing.
///
/// `--script` prints the same calls as a script for the aws-cli, `--print-policy` the least IAM policy that they take.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath collect --out prod --profile prod --regions eu-west-1,us-east-1\n  \
    netpath collect --out company.tar.zst --organization --role-name audit --regions all\n\n\
    `netpath help collect` lists the options for profiles, roles and Regions")]
pub(super) struct Collect {
    /// The folder to save to, or a file that ends in `.tar.zst`
    #[arg(long, value_name = "PATH", required_unless_present_any = ["script", "print_policy"])]
    pub out: Option<PathBuf>,
    /// Every account of the organization, by a role that each of them has
    #[arg(long, requires = "role_name", conflicts_with = "role_arn")]
    pub organization: bool,
    /// The name of that role
    #[arg(long, value_name = "NAME", requires = "organization")]
    pub role_name: Option<String>,
    /// Only these services, as the aws-cli names them: `ec2,elbv2`
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub services: Vec<String>,
    /// Ask again for what an earlier run kept
    #[arg(long)]
    pub fresh: bool,
    /// How many calls are under way at once
    #[arg(long, value_name = "COUNT", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub concurrency: u16,
    /// How many seconds an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// How often a call is tried that AWS puts off or a network breaks
    #[arg(long, value_name = "COUNT", env = "AWS_MAX_ATTEMPTS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub attempts: u32,
    /// Print a script for the aws-cli instead
    #[arg(long, conflicts_with_all = ["out", "print_policy"])]
    pub script: bool,
    /// Print the least IAM policy instead
    #[arg(long, conflicts_with = "out")]
    pub print_policy: bool,
}

/// Write the snapshot under other names, with the same answers, so that somebody else may have it
///
/// Ids, names, tags, account numbers and addresses become others, each the same everywhere; descriptions too, and secrets
/// go. Two addresses that share a prefix share one as long as before, and private, link-local and AWS's own addresses stay
/// that. So every question has the verdict and the codes that it had.
///
/// Without `--key-file` nobody can tell what something was called, not even whoever made it, but for `--map`. With one, two
/// snapshots get the same names, and can be compared. What stays: Regions, kinds of things, ports, times, how many there are of
/// what, and what shares a prefix with what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath redact prod --out shown\n  \
    netpath redact prod --out shown --questions odd.jsonl --map names.json")]
pub(super) struct Redact {
    /// The snapshot; without it, that of `--snapshot`
    #[arg(value_name = "SNAPSHOT")]
    pub paths: Vec<PathBuf>,
    /// The folder to write, which is not there yet
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// A file with a secret in it: the same secret makes the same names
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Write what everything is called now there: a file to keep
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Questions as `query --batch` reads them: written to `questions.jsonl` in the folder, about the new names
    #[arg(long, value_name = "FILE")]
    pub questions: Option<PathBuf>,
}

/// Compare the results of AWS's Reachability Analyzer with netpath's, one by one
///
/// Reads what `aws ec2 describe-network-insights-analyses` prints, and beside it what `aws ec2 describe-network-insights-paths`
/// does: the questions stand there. AWS finds a path when some packets get there and their replies back, which is
/// `reachable` or `partial` here. What cannot be asked the same way is not compared, and says why.
///
/// The exit code is 1 when they disagree on something, 3 when netpath does not know something that AWS does. The network may
/// have changed since an analysis was made: its date stands beside what differs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath --snapshot prod/ verify analyses.json paths.json\n  \
    netpath --snapshot prod/ verify analyses.json paths.json --format json")]
pub(super) struct Verify {
    /// Files with analyses, and with the paths that they are of
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// What a code in an answer or a lint means, why it happens and how to fix it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath explain ENI_SG_RULES_MISMATCH\n  \
    netpath explain NP005")]
pub(super) struct Explain {
    /// A code of an explanation or an assumption, or a lint
    pub code: String,
}

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    netpath completions bash > ~/.local/share/bash-completion/completions/netpath\n  \
    netpath completions fish > ~/.config/fish/completions/netpath.fish")]
pub(super) struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Write manual pages
#[derive(Debug, Args)]
#[command(
    hide = true,
    after_help = "Examples:\n  \
    netpath man target/man\n  \
    netpath man /usr/local/share/man/man1"
)]
pub(super) struct Man {
    /// The folder to write them to
    pub folder: PathBuf,
}
