//! Media types.

/// Whether a `Content-Type` says that the body is JSON: `application/json` or `application/…+json` (RFC 6839 §3.1),
/// in any case, with any parameters.
#[must_use]
pub fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/') {
        Some(("application", subtype)) => !subtype.contains('/') && (subtype == "json" || subtype.ends_with("+json")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn types() {
        for json in ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"] {
            assert!(is_json(json), "{json}");
        }
        for other in ["", "text/json", "application/jsonl", "application/x/+json", "json"] {
            assert!(!is_json(other), "{other}");
        }
    }
}
