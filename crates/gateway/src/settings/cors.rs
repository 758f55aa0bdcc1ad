//! `[cors]`

use std::time::Duration;

use super::mounting::Host;
use super::raw;
use super::read::Reader;
use super::{CorsSettings, Origins, duration};

/// Any origin.
const ANY: &str = "*";

/// The ports that browsers leave out.
const DEFAULT_PORTS: [(&str, &str); 2] = [("http", ":80"), ("https", ":443")];

/// Reads the section.
pub fn cors(reader: &mut Reader<'_>, raw: &raw::Cors) -> Option<CorsSettings> {
    let origins = origins(reader, &raw.origins);
    let max_age: Option<Duration> = reader.require("cors.max_age", duration::parse(&raw.max_age), duration::FORM);
    Some(CorsSettings { origins: origins?, max_age: max_age? })
}

fn origins(reader: &mut Reader<'_>, given: &[String]) -> Option<Origins> {
    if given == [ANY] {
        return Some(Origins::Any);
    }
    if given.iter().any(|origin| origin == ANY) {
        reader.problem("cors.origins", "must be * alone, or a list of origins without it");
        return None;
    }
    let form = "an origin such as https://app.example.com or http://localhost:3000, without a path";
    let read = |(at, text): (usize, &String)| reader.require(&format!("cors.origins[{at}]"), origin(text), form);
    // All of them are read, so that all that is wrong is told.
    let origins: Vec<Option<String>> = given.iter().enumerate().map(read).collect();
    let origins: Vec<String> = origins.into_iter().collect::<Option<_>>()?;
    Some(if origins.is_empty() { Origins::None } else { Origins::These(origins) })
}

/// An origin in the form in which browsers send it (RFC 6454 §6.2): scheme, host, and the port where it is not the scheme's own.
fn origin(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (scheme, authority) = lower.split_once("://")?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let host = Host::parse(authority).filter(|_| is_scheme)?;
    let default = DEFAULT_PORTS.iter().find(|(known, _)| *known == scheme);
    let host = default.and_then(|(_, port)| host.as_str().strip_suffix(port)).unwrap_or(host.as_str());
    Some(format!("{scheme}://{host}"))
}
