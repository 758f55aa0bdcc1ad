//! The OpenAPI documents that the server under test publishes, and whether it keeps to them: every answer that a story gets
//! over HTTP passes here.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::answer::Answer;
use super::http::{Request, decode};

/// The headers that HTTP itself, the server as a whole and browsers know; all others belong to an operation.
const GENERAL: [&str; 11] = [
    "access-control-allow-origin",
    "access-control-expose-headers",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "transfer-encoding",
    "vary",
    "x-content-type-options",
];

/// What is answered where no operation is: elsewhere, nowhere, not so, not both, or not any more.
const OUTSIDE: [u16; 5] = [307, 404, 405, 400, 410];

/// What the HTTP library answers to what is no request, before anything of ours sees it: without a body, and unnumbered.
const UNSEEN: [u16; 3] = [400, 408, 431];

/// The paths that belong to no dialect.
const OWN: [&str; 6] = ["/healthz", "/readyz", "/docs", "/openapi", "/.well-known", "/activate"];

/// The document of one dialect.
pub struct Document {
    root: Value,
    /// The header with the key, in lower case.
    credential: String,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Document {
    pub fn new(root: Value) -> Self {
        let schemes = root["components"]["securitySchemes"].as_object();
        let scheme = schemes.and_then(|schemes| schemes.values().next()).expect("a security scheme");
        let credential = scheme["name"].as_str().unwrap_or("authorization").to_lowercase();
        Self { root, credential, validators: Mutex::new(HashMap::new()) }
    }

    /// The document with this text. Houses with the same settings share it, and what it takes to use it.
    pub fn of(text: &str) -> Arc<Self> {
        static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Document>>>> = LazyLock::new(Mutex::default);
        let mut known = KNOWN.lock().unwrap();
        let parse = || Arc::new(Self::new(serde_json::from_str(text).expect("a document")));
        known.entry(text.to_owned()).or_insert_with(parse).clone()
    }

    /// How well a server of this document fits the request, and the path behind it. Hosts go before prefixes, and those
    /// before the place that dialects share.
    fn fit(&self, host: &str, path: &str) -> Option<(usize, String)> {
        let servers = self.root["servers"].as_array().expect("servers").iter();
        let fits = servers.filter_map(|server| match server["url"].as_str().expect("an address") {
            "/" => Some((0, path.to_owned())),
            address => match address.strip_prefix("//") {
                Some(named) if is_host(host, named) => Some((usize::MAX, path.to_owned())),
                Some(_) => None,
                None => {
                    let rest = path.strip_prefix(address).filter(|rest| rest.is_empty() || rest.starts_with('/'));
                    rest.map(|rest| (address.len(), rest.to_owned()))
                }
            },
        });
        fits.max_by_key(|(weight, _)| *weight)
    }

    /// The operation at that path: words go before parameters.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let method = if method == "HEAD" { "get".to_owned() } else { method.to_lowercase() };
        let paths = self.root["paths"].as_object().expect("paths").iter();
        let mut matching: Vec<_> = paths.filter(|(template, _)| matches(template, path)).collect();
        matching.sort_by_key(|(template, _)| template.matches('{').count());
        matching.into_iter().find_map(|(_, item)| item.get(method.as_str()))
    }

    /// What a reference leads to, or the value itself.
    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => self.root.pointer(pointer).unwrap_or_else(|| panic!("nothing at {pointer}")),
            None => value,
        }
    }

    /// Whether the operation says that it may answer so.
    fn check(&self, operation: &Value, request: &Request, answer: &Answer) -> Result<(), String> {
        let id = operation["operationId"].as_str().expect("an id");
        let response = operation["responses"].get(answer.status.to_string());
        let response = self.resolve(response.ok_or_else(|| format!("{id} says nothing of {}", answer.status))?);
        self.check_headers(response, answer)?;
        match response["content"].as_object() {
            None if answer.body.is_empty() => Ok(()),
            None => Err(format!("{id} says that {} has no body", answer.status)),
            Some(media) => {
                let kind = answer.header("content-type").unwrap_or_default();
                let media = media.get(kind).ok_or_else(|| format!("{id} says nothing of {kind:?}"))?;
                if request.method == "HEAD" {
                    return Ok(());
                }
                let body: Value = serde_json::from_slice(&answer.plain_body())
                    .map_err(|error| format!("the body is no JSON: {error}"))?;
                self.validate(&format!("{id} {}", answer.status), &media["schema"], &body)
            }
        }
    }

    fn check_headers(&self, response: &Value, answer: &Answer) -> Result<(), String> {
        let described = response["headers"].as_object().expect("headers");
        for (name, header) in described {
            let header = self.resolve(header);
            match answer.header(name) {
                None if header["required"] == true => return Err(format!("{name} is missing")),
                None => {}
                Some(text) => {
                    let kind = &header["schema"]["type"];
                    let read = if kind == "string" { Ok(json!(text)) } else { serde_json::from_str(text) };
                    let value = read.map_err(|_| format!("{name} is no {kind}: {text}"))?;
                    self.validate(name, &header["schema"], &value)?;
                }
            }
        }
        let is_known = |given: &str| described.keys().any(|name| name.eq_ignore_ascii_case(given));
        let is_general = |given: &str| GENERAL.iter().any(|name| name.eq_ignore_ascii_case(given));
        match answer.headers.iter().find(|(name, _)| !is_known(name) && !is_general(name)) {
            Some((name, _)) => Err(format!("the header {name} is not described")),
            None => Ok(()),
        }
    }

    /// Checks a value against a schema, to which nothing may be added here that it does not name.
    fn validate(&self, name: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let mut validators = self.validators.lock().unwrap();
        let validator = validators.entry(name.to_owned()).or_insert_with(|| Arc::new(self.validator(schema, true)));
        let validator = validator.clone();
        drop(validators);
        let faults: Vec<String> = validator
            .iter_errors(value)
            .map(|error| format!("at {:?}: {error}", error.instance_path().to_string()))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
    }

    /// The validator of a schema of this document.
    pub fn validator(&self, schema: &Value, strict: bool) -> Validator {
        let mut whole = schema.clone();
        whole["components"] = json!({"schemas": self.root["components"]["schemas"]});
        if strict {
            close(&mut whole);
        }
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.should_ignore_unknown_formats(true).build(&whole).expect("a schema")
    }
}

/// Lets no object have members that its schema does not name.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let is_object = members.get("properties").is_some_and(Value::is_object);
            if is_object && members.get("type").is_some_and(|kind| kind == "object") {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Whether a request to `host` is meant by the host of a server, which may name a port.
fn is_host(host: &str, named: &str) -> bool {
    let host = host.to_lowercase();
    let bare = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => name,
        _ => &host,
    };
    named == host || named == bare
}

/// Whether a path is one of a template: segment by segment, where a parameter is any text but the empty one.
fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(word, given): (&&str, &&str)| word == given || (word.starts_with('{') && !given.is_empty());
    template.len() == path.len() && template.iter().zip(&path).all(fits)
}

/// Whether this is a browser's question before a request, and its answer: no operation of an API.
fn is_preflight(request: &Request, answer: &Answer) -> bool {
    request.method == "OPTIONS" && request.has("access-control-request-method") && answer.status == 204
}

/// Whether an answer keeps to what these documents say. Where they share a place, the header with the key tells which one
/// counts, and any of them where it does not.
pub fn check(documents: &[Arc<Document>], request: &Request, answer: &Answer) -> Result<(), String> {
    let path = decode(request.target.split(['?', '#']).next().unwrap_or_default());
    if documents.is_empty() || OWN.iter().any(|own| path.starts_with(own)) || !path.starts_with('/') {
        return Ok(());
    }
    if UNSEEN.contains(&answer.status) && answer.header("x-request-id").is_none() && answer.body.is_empty() {
        return Ok(());
    }
    let host = request.text("host").unwrap_or_default();
    let fits = documents.iter().filter_map(|document| document.fit(&host, &path).map(|fit| (document, fit)));
    let fits: Vec<_> = fits.collect();
    let best = fits.iter().map(|(_, (weight, _))| *weight).max();
    let mut meant: Vec<_> = fits.into_iter().filter(|(_, (weight, _))| Some(*weight) == best).collect();
    let presented: Vec<bool> = meant.iter().map(|(document, _)| request.has(&document.credential)).collect();
    if presented.iter().filter(|presented| **presented).count() == 1 {
        let mut presented = presented.into_iter();
        meant.retain(|_| presented.next() == Some(true));
    }
    let operations = meant.iter().filter_map(|(document, (_, path))| {
        document.operation(&request.method, path).map(|operation| (document, operation))
    });
    let verdicts: Vec<_> = operations.map(|(document, operation)| document.check(operation, request, answer)).collect();
    match verdicts.iter().find(|verdict| verdict.is_ok()).or(verdicts.first()) {
        Some(verdict) => verdict.clone(),
        None if OUTSIDE.contains(&answer.status) || is_preflight(request, answer) => Ok(()),
        None => Err("no document knows of such an operation".to_owned()),
    }
}
