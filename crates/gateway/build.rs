//! Unpacks the parts of Swagger UI that the page with the API documents needs, so that they become part of the binary. They
//! come from a crate: nothing is downloaded.

use std::error::Error;
use std::io::{Cursor, Read};
use std::path::Path;
use std::{env, fs};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// What is needed, by the end of its name in the archive, whose first folder names a version.
const FILES: [&str; 4] = ["dist/swagger-ui.css", "dist/swagger-ui-bundle.js", "NOTICE", "LICENSE"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = env::var("OUT_DIR")?;
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for at in 0..archive.len() {
        let mut file = archive.by_index(at)?;
        let path = file.enclosed_name().ok_or("an entry of the archive leads out of it")?;
        let Ok(inner) = path.strip_prefix(path.components().next().ok_or("an entry without a name")?) else { continue };
        if FILES.iter().any(|wanted| inner == Path::new(wanted)) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            fs::write(Path::new(&out).join(inner.file_name().ok_or("a file without a name")?), bytes)?;
        }
    }
    Ok(())
}
