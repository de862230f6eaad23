//! PNG, for where no SVG is taken: the same drawing in pixels, two for each of its own. Feature `png`.
//!
//! Two small faces are in the program, so that letters are the same wherever it runs and nothing has to be installed; letters
//! that they lack come from the system's, where it has some.

use std::io::{self, Write};
use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

use super::picture::Picture;
use super::svg;

const FACES: [&[u8]; 2] =
    [include_bytes!("fonts/DejaVuSans-Latin.ttf"), include_bytes!("fonts/DejaVuSans-Bold-Latin.ttf")];
const FAMILY: &str = "DejaVu Sans";
/// More pixels than this are more than programs open.
const MOST_PIXELS: u64 = 200_000_000;

/// Prints a picture. One that is too big for pixels is an error that says so.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let tree = Tree::from_str(&svg::drawn(picture), &options()).map_err(io::Error::other)?;
    let size = tree.size().to_int_size();
    let pixels = u64::from(size.width()) * u64::from(size.height());
    let scale = if pixels * 4 <= MOST_PIXELS { 2 } else { 1 };
    let too_big = || {
        let (width, height) = (size.width(), size.height());
        io::Error::other(format!(
            "{width} × {height} pixels are too many: close boxes by `--depth`, or write SVG"
        ))
    };
    if pixels > MOST_PIXELS {
        return Err(too_big());
    }
    let mut pixmap = Pixmap::new(size.width() * scale, size.height() * scale).ok_or_else(too_big)?;
    pixmap.fill(Color::WHITE);
    let scale = scale as f32;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    out.write_all(&pixmap.encode_png().map_err(io::Error::other)?)
}

fn options() -> Options<'static> {
    let mut faces = Database::new();
    for face in FACES {
        faces.load_font_data(face.to_vec());
    }
    faces.load_system_fonts();
    faces.set_sans_serif_family(FAMILY);
    // The style sheet's first names are other faces on other machines; here it is one everywhere.
    Options { font_family: FAMILY.to_owned(), fontdb: Arc::new(faces), ..Options::default() }
}
