//! Writes one answer of AWS as the aws-cli prints it: four spaces, one member a line, straight to a file.
//!
//! Members come out in the order they are named. Texts are ours and need no escapes.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

const FLUSH_AT: usize = 1 << 16;

/// A file that is being written.
pub struct Json {
    file: File,
    buffer: Vec<u8>,
    depth: usize,
    /// Nothing stands yet between the innermost brackets.
    fresh: bool,
    written: u64,
    failure: Option<io::Error>,
}

impl Json {
    /// A file whose outermost object is open.
    pub fn create(path: &Path) -> io::Result<Json> {
        let buffer = b"{".to_vec();
        Ok(Json { file: File::create(path)?, buffer, depth: 1, fresh: true, written: 0, failure: None })
    }

    /// A file whose outermost object and the list under `key` are open; `finish` closes both.
    pub fn create_list(path: &Path, key: &str) -> io::Result<Json> {
        let mut json = Json::create(path)?;
        json.key(key);
        json.open(b'[');
        Ok(json)
    }

    /// Closes what is open and returns the size of the file.
    pub fn finish(mut self) -> io::Result<u64> {
        if self.depth == 2 {
            self.close(b']');
        }
        self.close(b'}');
        self.buffer.push(b'\n');
        self.flush();
        self.failure.map_or(Ok(self.written), Err)
    }

    /// A member with a text.
    pub fn text(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.quoted(value);
    }

    /// A member with a number or a boolean.
    pub fn plain(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.print(value);
    }

    /// A member with an object.
    pub fn member(&mut self, key: &str, body: impl FnOnce(&mut Json)) {
        self.key(key);
        self.open(b'{');
        body(self);
        self.close(b'}');
    }

    /// A member with a list.
    pub fn list(&mut self, key: &str, body: impl FnOnce(&mut Json)) {
        self.key(key);
        self.open(b'[');
        body(self);
        self.close(b']');
    }

    pub fn empty_list(&mut self, key: &str) {
        self.list(key, |_| ());
    }

    /// An element that is an object.
    pub fn object(&mut self, body: impl FnOnce(&mut Json)) {
        self.separate();
        self.open(b'{');
        body(self);
        self.close(b'}');
        if self.buffer.len() >= FLUSH_AT {
            self.flush();
        }
    }

    /// An element that is a text.
    pub fn item(&mut self, value: impl Display) {
        self.separate();
        self.quoted(value);
    }

    /// The tags of a resource.
    pub fn tags(&mut self, key: &str, tags: &[(&str, &dyn Display)]) {
        self.list(key, |json| {
            for (key, value) in tags {
                json.object(|json| {
                    json.text("Key", key);
                    json.text("Value", value);
                });
            }
        });
    }

    fn key(&mut self, key: &str) {
        self.separate();
        self.quoted(key);
        self.buffer.extend_from_slice(b": ");
    }

    fn quoted(&mut self, value: impl Display) {
        self.buffer.push(b'"');
        self.print(value);
        self.buffer.push(b'"');
    }

    fn print(&mut self, value: impl Display) {
        write!(self.buffer, "{value}").expect("writing to memory cannot fail");
    }

    fn open(&mut self, bracket: u8) {
        self.buffer.push(bracket);
        self.depth += 1;
        self.fresh = true;
    }

    fn close(&mut self, bracket: u8) {
        self.depth -= 1;
        if !self.fresh {
            self.line();
        }
        self.buffer.push(bracket);
        self.fresh = false;
    }

    fn separate(&mut self) {
        if !self.fresh {
            self.buffer.push(b',');
        }
        self.fresh = false;
        self.line();
    }

    fn line(&mut self) {
        const SPACES: &[u8] = &[b' '; 64];
        self.buffer.push(b'\n');
        self.buffer.extend_from_slice(&SPACES[..4 * self.depth]);
    }

    fn flush(&mut self) {
        if self.failure.is_none() {
            self.failure = self.file.write_all(&self.buffer).err();
        }
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
    }
}
