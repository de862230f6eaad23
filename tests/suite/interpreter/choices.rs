//! What decides besides the snapshot: AWS where it picks, and the facts that the snapshot lacks.
//!
//! The interpreter is written as if every decision were made; [`explore`] runs it once for every way in
//! which they can be made. Slow and complete.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Beyond this number of runs, a question is given up as unknown.
const LIMIT: usize = 4000;

/// The decisions of one run.
#[derive(Debug, Default)]
pub struct Choices {
    taken: RefCell<Vec<Taken>>,
    next: Cell<usize>,
    facts: RefCell<BTreeMap<String, bool>>,
    kept: RefCell<BTreeMap<String, usize>>,
}

/// One decision.
#[derive(Debug, Clone, Copy)]
struct Taken {
    picked: usize,
    of: usize,
    is_fact: bool,
}

/// What one run came to.
#[derive(Debug, Clone)]
pub struct Run<T> {
    /// Its result.
    pub result: T,
    /// Whether a fact that the snapshot lacks had to be supposed.
    pub supposed: bool,
}

impl Choices {
    /// AWS picks one of several: every one of them can happen.
    pub fn pick(&self, of: usize) -> usize {
        self.decide(of, false)
    }

    /// AWS picks one of several and keeps to it; the same all through one run.
    pub fn pick_once(&self, what: String, of: usize) -> usize {
        if let Some(known) = self.kept.borrow().get(&what) {
            return *known;
        }
        let picked = self.decide(of, false);
        self.kept.borrow_mut().insert(what, picked);
        picked
    }

    /// Something that the snapshot does not say and that is so or not; the same answer all through one run.
    pub fn suppose(&self, fact: String) -> bool {
        if let Some(known) = self.facts.borrow().get(&fact) {
            return *known;
        }
        let holds = self.decide(2, true) == 0;
        self.facts.borrow_mut().insert(fact, holds);
        holds
    }

    /// The facts as this run supposes them.
    pub fn supposed(&self) -> Vec<String> {
        let facts = self.facts.borrow();
        facts.iter().map(|(fact, holds)| format!("{} {fact}", if *holds { "yes:" } else { "no:" })).collect()
    }

    fn decide(&self, of: usize, is_fact: bool) -> usize {
        if of < 2 {
            return 0;
        }
        let mut taken = self.taken.borrow_mut();
        let position = self.next.get();
        self.next.set(position + 1);
        if position == taken.len() {
            taken.push(Taken { picked: 0, of, is_fact });
        }
        taken[position].picked
    }

    /// The decisions of the next run: the last one that has another way left takes it, and what came after
    /// it is forgotten. Ends because the decisions read as a number only grow.
    fn advance(&mut self) -> bool {
        self.next.set(0);
        self.facts.borrow_mut().clear();
        self.kept.borrow_mut().clear();
        let taken = self.taken.get_mut();
        while let Some(last) = taken.last_mut() {
            last.picked += 1;
            if last.picked < last.of {
                return true;
            }
            taken.pop();
        }
        false
    }
}

/// The results of every way to decide; nothing when there are too many.
pub fn explore<T>(mut run: impl FnMut(&Choices) -> T) -> Option<Vec<Run<T>>> {
    let mut choices = Choices::default();
    let mut runs = Vec::new();
    loop {
        let result = run(&choices);
        let supposed = choices.taken.get_mut().iter().any(|it| it.is_fact);
        runs.push(Run { result, supposed });
        if !choices.advance() {
            return Some(runs);
        }
        if runs.len() == LIMIT {
            return None;
        }
    }
}
