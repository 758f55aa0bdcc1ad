//! The OpenAPI documents: that they are the ones that are kept beside this file, say the same wherever they are found, and are
//! true. That every answer of the whole suite keeps to them, the harness sees to (`harness/document.rs`).
//!
//! `make golden` writes the documents anew. Read the difference before you keep it.

mod bodies;
mod examples;
mod keeping;
mod pages;
mod parameters;
mod published;
mod routes;

use std::sync::Arc;

use serde_json::Value;

use crate::harness::document::Document;

const DIALECTS: [&str; 2] = ["mechamental", "maisa"];

/// The document that is kept beside this file, of the default settings.
fn kept(dialect: &str) -> Value {
    let text = match dialect {
        "maisa" => include_str!("maisa.json"),
        _ => include_str!("mechamental.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn document(dialect: &str) -> Arc<Document> {
    Document::of(&kept(dialect).to_string())
}

/// Every operation of a document: its path, its method, and what is said of it.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(|(method, operation)| (path.clone(), method.to_uppercase(), operation.clone()))
    });
    operations.collect()
}
