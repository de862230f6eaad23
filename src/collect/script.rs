//! The same calls as a script for the aws-cli, for those who may not run a new program where the credentials are.
//!
//! It is made to be read before it is run: functions first, then one line a call. Files and the record of what failed are
//! laid out as the collector lays them out, but for the hashes.

use super::table::{Call, Selection, kebab};

const HEAD: &str = r#"#!/usr/bin/env bash
# Saves what netpath reads of the network of one AWS account. Read-only: every call is a describe, get, list or search.
#
#   bash collect.sh FOLDER [REGION...]
#
# Without a Region, all that the account has. Who asks is what the aws-cli uses: AWS_PROFILE, AWS_ACCESS_KEY_ID, a role.
# A call that fails is recorded in manifest.json, and the rest goes on. Needs the aws-cli, version 1 or 2.
set -u
out=${1:?usage: bash collect.sh FOLDER [REGION...]}
shift
account=$(aws sts get-caller-identity --query Account --output text) || exit 2
if [ "$#" -eq 0 ]; then
  # shellcheck disable=SC2046
  set -- $(aws ec2 describe-regions --query 'Regions[].RegionName' --output text) || exit 2
fi
mkdir -p "$out" || exit 2
record="$out/.calls"
: > "$record"
failed=0

# A short name for ids that are no file names.
tag() { if [[ $1 =~ ^[a-z-]+-[0-9a-f]{8,17}$ ]]; then printf %s "$1"; else printf 'x%s' "$(printf %s "$1" | cksum | cut -d' ' -f1)"; fi; }

# note OPERATION STATUS CODE
note() {
  printf '{"account":"%s","region":"%s","service":"%s","operation":"%s","status":"%s","code":"%s"}\n' \
    "$account" "$name" "$service" "$1" "$2" "$3" >> "$record"
}

# keep FILE OPERATION MEMBER ID CALL OPTION...: one answer, whole or not at all; with an id, or an object, that it does not name.
keep() {
  local file=$1 operation=$2 member=$3 id=$4 draft="$folder/.draft" code
  shift 4
  if aws "$service" "$@" --region "$region" --output json > "$draft" 2> "$draft.error" < /dev/null; then
    [ -s "$draft" ] || printf '{}\n' > "$draft"
    # What the answer does say, it says itself.
    if [ -n "$member" ] && ! grep -q "^    \"$member\":" "$draft"; then
      [[ $id == {* ]] || id="\"$id\""
      case "$(head -n 1 "$draft")" in
        "{") { printf '{\n    "%s": %s,\n' "$member" "$id"; tail -n +2 "$draft"; } > "$draft.with" ;;
        *) printf '{\n    "%s": %s\n}\n' "$member" "$id" > "$draft.with" ;;
      esac
      mv "$draft.with" "$draft"
    fi
    mv "$draft" "$folder/$file"
    note "$operation" ok ""
  else
    code=$(sed -n 's/.*(\([A-Za-z.]*\)) when calling.*/\1/p' "$draft.error" | head -n 1)
    printf 'failed: %s %s in %s: %s\n' "$service" "$1" "$region" "${code:-$(tail -n 1 "$draft.error")}" >&2
    case "$code" in
      *AccessDenied* | *Unauthorized*) note "$operation" denied "$code" ;;
      *) note "$operation" failed "${code:-Unknown}" ;;
    esac
    rm -f "$draft"
  fi
  rm -f "$draft.error"
}

# ids CALL OPTION...: what to ask with, one a line. A list that cannot be had was recorded when it was kept.
ids() { aws "$service" "$@" --region "$region" --output text 2> /dev/null < /dev/null | tr '\t' '\n' | grep -v '^None$'; }
"#;

const TAIL: &str = r#"
{
  printf '{"netpath_manifest":1,"version":"%s","calls":[\n' "NETPATH_VERSION"
  sed '$!s/$/,/' "$record"
  printf ']}\n'
} > "$out/.manifest" && mv "$out/.manifest" "$out/manifest.json"
failed=$(grep -vc '"status":"ok"' "$record")
rm -f "$record"
printf 'netpath: %s holds the answers; %s calls failed\n' "$out" "$failed" >&2
[ "$failed" -eq 0 ] || exit 3
"#;

/// The script, for the wanted calls.
pub fn script(selection: &Selection) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\nfor region in \"$@\"; do\n  name=$region folder=\"$out/accounts/$account/$region\"\n");
    text.push_str("  mkdir -p \"$folder\"\n");
    services(&mut text, selection, |call| call.home.is_none(), "  ");
    text.push_str("done\n\n# Global services, each in its only Region.\n");
    text.push_str("name=global folder=\"$out/accounts/$account/global\"\nmkdir -p \"$folder\"\n");
    services(&mut text, selection, |call| call.home.is_some(), "");
    text.push_str(&TAIL.replace("NETPATH_VERSION", env!("CARGO_PKG_VERSION")));
    text
}

fn services(text: &mut String, selection: &Selection, wanted: impl Fn(&Call) -> bool, indent: &str) {
    let calls: Vec<&'static Call> = selection.calls().filter(|call| wanted(call)).collect();
    let mut service = "";
    for call in calls.iter().filter(|call| call.each.is_none()) {
        if call.service != service {
            service = &call.service;
            let home = call.home.as_ref().map(|it| format!(" region={it}")).unwrap_or_default();
            text.push_str(&format!("\n{indent}service={service}{home}\n"));
        }
        let words = words(call);
        text.push_str(&format!(
            "{indent}keep {}.json {} \"\" \"\" {words}\n",
            call.file_stem(),
            call.operation
        ));
        loops(text, &calls, call, &words, 1, indent);
    }
}

/// The calls that ask with ids of another's answer. Ends: each level is one further down the table.
fn loops(text: &mut String, calls: &[&'static Call], parent: &Call, asked: &str, depth: usize, indent: &str) {
    let children = calls.iter().filter(|call| {
        call.service == parent.service && call.each.as_deref() == Some(parent.operation.as_str())
    });
    let (pairs, mut rest): (Vec<&'static Call>, Vec<&'static Call>) =
        children.copied().partition(|call| call.pairs.is_some());
    for call in pairs {
        of_pairs(text, call, parent, asked, depth, indent);
    }
    // Ends: each round takes those that ask with the same ids.
    while let Some(first) = rest.first().copied() {
        let (same, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|it| it.ids == first.ids && it.batch == first.batch);
        rest = others;
        let several = first.batch.map(|it| format!(" | xargs -n {it} | grep .")).unwrap_or_default();
        // What is compared stands between quotes in the path.
        let quote = if first.ids.contains('\'') { '"' } else { '\'' };
        let query = format!("ids {asked} --query {quote}{}{quote}{several}", first.ids);
        text.push_str(&format!("{indent}{query} | while read -r id{depth}; do\n"));
        let inner = format!("{indent}  ");
        for call in same {
            child(text, calls, call, depth, &inner);
        }
        text.push_str(&format!("{indent}done\n"));
    }
}

/// A call that asks with each name of an answer and each of a list beside it.
fn of_pairs(text: &mut String, call: &Call, parent: &Call, asked: &str, depth: usize, indent: &str) {
    let Some([name, list]) = &call.pairs else { return };
    let (above, below) = (depth - 1, depth + 1);
    let (ids, rows) = (&call.ids, call.ids.trim_end_matches("[]"));
    // What is no name and no one of the list stands elsewhere in the answer.
    let filled = |text: &str| {
        let text = text.replace("<0>", &format!("$id{depth}")).replace("<1>", &format!("$id{below}"));
        let text = text.replace(&format!("<{}>", parent.argument), &format!("$id{above}"));
        text.replace('<', &format!("$(ids {asked} --query ")).replace('>', ")")
    };
    let (member, value) = match (call.member_beside(), call.beside_filled()) {
        (Some(member), Some(value)) => (member, value.to_string().replace('"', "\\\"")),
        (_, _) => ("\"\"", String::new()),
    };
    let (stem, operation, words, value) =
        (call.file_stem(), &call.operation, filled(&words(call)), filled(&value));
    text.push_str(&format!(
        "{indent}ids {asked} --query '{ids}.{name}' | while read -r id{depth}; do\n\
         {indent}  ids {asked} --query \"{rows}[?{name}=='$id{depth}'].{list}\" | while read -r id{below}; do\n\
         {indent}    keep \"{stem}-$(tag \"$id{above} $id{depth} $id{below}\").json\" {operation} {member} \"{value}\" \\\n\
         {indent}      {words}\n\
         {indent}  done\n{indent}done\n"
    ));
}

fn child(text: &mut String, calls: &[&'static Call], call: &'static Call, depth: usize, indent: &str) {
    let above = depth - 1;
    let inherited: String =
        call.inherit.iter().map(|it| format!(" --{} \"$id{above}\"", kebab(it))).collect();
    // A list of ids is several words.
    let id = if call.batch.is_some() { format!("$id{depth}") } else { format!("\"$id{depth}\"") };
    let words = format!("{}{inherited} --{} {id}", words(call), kebab(&call.argument));
    let (member, value) = match &call.beside {
        Some(member) => (member.as_str(), format!("\"$id{depth}\"")),
        None => ("\"\"", "\"\"".to_owned()),
    };
    let (stem, operation) = (call.file_stem(), &call.operation);
    text.push_str(&format!(
        "{indent}keep \"{stem}-$(tag \"$id{depth}\").json\" {operation} {member} {value} {words}\n"
    ));
    loops(text, calls, call, &words, depth + 1, indent);
}

fn words(call: &Call) -> String {
    // `$Default` is AWS's word, not the shell's.
    let options = call.options.replace('$', "\\$");
    let space = if options.is_empty() { "" } else { " " };
    format!("{}{space}{options}", call.command())
}
