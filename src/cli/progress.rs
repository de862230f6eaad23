//! A line on standard error while something takes long: on a terminal, after a second, gone when it is done.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Context;

/// What is quicker than this needs no word.
const PATIENCE: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(200);
const BAR_WIDTH: usize = 24;

/// Something that takes time; the line goes when this is dropped.
pub(super) struct Progress {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    done: AtomicU64,
    is_over: Mutex<bool>,
    over: Condvar,
    is_shown: AtomicBool,
}

impl Progress {
    /// Begins; `total` is how much there is to do, where that is known.
    pub(super) fn begin(context: &Context, what: &'static str, total: Option<u64>) -> Progress {
        let shared = Arc::new(Shared::default());
        let terminal = context.terminal;
        let wants = terminal.is_error && !terminal.is_dumb && !context.options.quiet;
        let thread = wants.then(|| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || watch(&shared, what, total))
        });
        Progress { shared, thread }
    }

    /// Notes that more is done.
    pub(super) fn add(&self, amount: u64) {
        self.shared.done.fetch_add(amount, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        *self.shared.is_over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.over.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
        if self.shared.is_shown.load(Ordering::Relaxed) {
            let _unseen = std::io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}

fn watch(shared: &Shared, what: &str, total: Option<u64>) {
    let begin = Instant::now();
    let mut wait = PATIENCE;
    let mut is_over = shared.is_over.lock().unwrap_or_else(PoisonError::into_inner);
    // Ends: when the work does.
    loop {
        let waited = shared.over.wait_timeout_while(is_over, wait, |is_over| !*is_over);
        is_over = waited.unwrap_or_else(PoisonError::into_inner).0;
        if *is_over {
            return;
        }
        shared.is_shown.store(true, Ordering::Relaxed);
        let line = line(what, begin.elapsed().as_secs(), shared.done.load(Ordering::Relaxed), total);
        let _unseen = std::io::stderr().lock().write_all(format!("\r\x1b[K{line}").as_bytes());
        wait = BETWEEN;
    }
}

fn line(what: &str, seconds: u64, done: u64, total: Option<u64>) -> String {
    let Some(total) = total.filter(|total| *total > 0) else {
        let done = if done > 0 { format!("{done}, ") } else { String::new() };
        return format!("{what} … {done}{seconds} s");
    };
    let part = (done.min(total) as f64) / (total as f64);
    let full = (part * BAR_WIDTH as f64) as usize;
    let bar: String = (0..BAR_WIDTH).map(|at| if at < full { '#' } else { '-' }).collect();
    format!("{what} [{bar}] {:>3.0} % {seconds} s", part * 100.0)
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn a_line_says_how_far_it_is() {
        assert_eq!(line("reading", 3, 0, None), "reading … 3 s");
        assert_eq!(line("calls of AWS", 3, 70, None), "calls of AWS … 70, 3 s");
        assert_eq!(line("answering", 2, 50, Some(100)), "answering [############------------]  50 % 2 s");
        assert_eq!(line("answering", 9, 200, Some(100)), "answering [########################] 100 % 9 s");
    }
}
