//! `[plans]` and `[limits]`

use std::collections::HashMap;

use super::network::{self, Network};
use super::rate::{self, Rate};
use super::raw::Raw;
use super::read::Reader;

/// The word with which a key's plan is taken away, which therefore names none.
pub const NO_PLAN: &str = "none";

/// How often things may happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings {
    /// What keys may have, by name.
    pub plans: HashMap<String, Rate>,
    /// How often an address may present a key that is none.
    pub failed_authentications: Option<Rate>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
}

/// Reads the sections.
pub fn limits(reader: &mut Reader<'_>, raw: &Raw) -> Option<LimitSettings> {
    let mut names: Vec<&String> = raw.plans.keys().collect();
    names.sort_unstable();
    let plans: Vec<_> = names.into_iter().map(|name| plan(reader, name, &raw.plans[name])).collect();
    let failed = rate::optional(reader, "limits.failed_authentications", &raw.limits.failed_authentications);
    let proxy = |(n, text): (usize, &String)| {
        reader.require(&format!("limits.trusted_proxies[{n}]"), Network::parse(text), network::FORM)
    };
    let proxies: Vec<_> = raw.limits.trusted_proxies.iter().enumerate().map(proxy).collect();
    Some(LimitSettings {
        plans: plans.into_iter().collect::<Option<_>>()?,
        failed_authentications: failed?,
        trusted_proxies: proxies.into_iter().collect::<Option<_>>()?,
    })
}

fn plan(reader: &mut Reader<'_>, name: &str, text: &str) -> Option<(String, Rate)> {
    let key = format!("plans.{name}");
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    if name.is_empty() || name == NO_PLAN || !name.bytes().all(is_word) {
        reader
            .problem(&key, format!("is no name for a plan: one has letters, digits, - and _, and is not {NO_PLAN:?}"));
        return None;
    }
    reader.require(&key, rate::parse(text), rate::FORM).map(|rate| (name.to_owned(), rate))
}
