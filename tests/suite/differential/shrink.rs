//! Making a case small: lines are dropped as long as the disagreement stays.

use super::Case;

/// The smallest case that dropping single lines leads to. Ends because each round but the last drops a line.
pub fn shrink(case: &Case, holds: impl Fn(&Case) -> bool) -> Case {
    let mut case = case.clone();
    loop {
        let mut lines: Vec<String> = case.topology.lines().map(str::to_owned).collect();
        let before = lines.len();
        // From the end, since what comes later leans on what came before.
        for position in (0..lines.len()).rev() {
            let line = lines.remove(position);
            let smaller = Case { topology: join(&lines), ..case.clone() };
            if !holds(&smaller) {
                lines.insert(position, line);
            }
        }
        case.topology = join(&lines);
        if lines.len() == before {
            return case;
        }
    }
}

fn join(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}
