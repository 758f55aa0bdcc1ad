//! The page on which people read and try the APIs: Swagger UI, embedded, with a frame of our own that lets them choose.

use actix_web::web::Bytes;

use super::{Content, PAGE, Page};
use crate::documents::Document;

const FRAME: &str = include_str!("../../assets/docs.html");
const STYLE: &str = include_str!("../../assets/docs.css");
const SCRIPT: &str = include_str!("../../assets/docs.js");
const UI_STYLE: &str = include_str!(concat!(env!("OUT_DIR"), "/swagger-ui.css"));
const UI_SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js"));
const LICENCE: &str = concat!(
    include_str!(concat!(env!("OUT_DIR"), "/NOTICE")),
    "\n\n",
    include_str!(concat!(env!("OUT_DIR"), "/LICENSE"))
);

/// The page and its parts. Its addresses are relative, so that it works below any path that a proxy gives it.
pub fn pages(documents: &[Document]) -> Vec<Page> {
    let page = |path: &str, kind, bytes| Page {
        path: format!("{PAGE}{path}"),
        name: "docs",
        content: Content::Text { kind, bytes },
    };
    let fixed = |path, kind, text: &'static str| page(path, kind, Bytes::from_static(text.as_bytes()));
    vec![
        page("", "text/html; charset=utf-8", frame(documents).into()),
        Page { path: format!("{PAGE}/"), name: "docs", content: Content::Elsewhere("../docs") },
        fixed("/docs.css", "text/css; charset=utf-8", STYLE),
        fixed("/docs.js", "text/javascript; charset=utf-8", SCRIPT),
        fixed("/swagger-ui.css", "text/css; charset=utf-8", UI_STYLE),
        fixed("/swagger-ui-bundle.js", "text/javascript; charset=utf-8", UI_SCRIPT),
        fixed("/LICENSE.txt", "text/plain; charset=utf-8", LICENCE),
    ]
}

/// The page, with a choice of the documents. Their names are words of the program, which need no escaping.
fn frame(documents: &[Document]) -> String {
    let option = |document: &Document| format!("<option value=\"{}\">{}</option>", document.name, document.title);
    FRAME.replace("{options}", &documents.iter().map(option).collect::<String>())
}
