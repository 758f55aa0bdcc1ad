//! From what is written of operations to what is meant.

use std::ops::RangeInclusive;
use std::time::Duration;

use actix_web::http::Method;
use dialect::Route;
use users::Timestamp;
use users::key::KeyId;

use super::{Deployment, Routes, Set, State};
use crate::body;
use crate::settings::built_in::Known;
use crate::settings::calendar::{self, Brownout, Successor};
use crate::settings::problem::written;
use crate::settings::rate::{self, Rate};
use crate::settings::raw::{self, Raw};
use crate::settings::read::Reader;
use crate::settings::{duration, size};

/// The sizes that a limit for bodies may have. The contracts of the APIs know the last, and no operation has any use for more.
const BODIES: RangeInclusive<usize> = 1024..=body::LIMIT;

/// What a section says: the settings of one operation, or what all of a dialect have that say nothing else.
#[derive(Clone)]
struct Section {
    serve: Set<Serve>,
    max_body: Set<usize>,
    timeout: Set<Duration>,
    rate_limit: Set<Option<Rate>>,
    deprecated: Set<Option<Timestamp>>,
    sunset: Set<Option<Timestamp>>,
    successor: Set<Option<Successor>>,
    brownouts: Set<Vec<Brownout>>,
    exempt: Set<Vec<KeyId>>,
}

#[derive(Clone, Copy)]
enum Serve {
    On,
    Off,
    Gone,
    ReadOnly,
}

/// Reads `[routes]`, and what `[dialects.NAME]` says of all routes.
pub fn routes(reader: &mut Reader<'_>, known: &[Known<'_>], raw: &Raw) -> Option<Routes> {
    let operations =
        |dialect: &Known<'_>| dialect.routes.iter().map(|route| route.full_name(dialect.name)).collect::<Vec<_>>();
    let operations: Vec<String> = known.iter().flat_map(operations).collect();
    let (mut all, mut is_whole) = (Vec::new(), true);
    for dialect in known {
        let Some(section) = raw.dialects.sections.get(dialect.name) else { continue };
        let prefix = format!("dialects.{}", dialect.name);
        let enabled = Reading { reader, prefix: &prefix, raw, operations: &operations, outer: None }
            .set("enabled", section.enabled);
        let common =
            Reading { reader, prefix: &prefix, raw, operations: &operations, outer: None }.section(&section.routes);
        let own = raw.routes.get(dialect.name);
        for route in dialect.routes {
            let own = own.and_then(|sections| sections.get(route.operation));
            let prefix = format!("routes.{}.{}", dialect.name, route.operation);
            let mut reading = Reading { reader, prefix: &prefix, raw, operations: &operations, outer: common.as_ref() };
            let section = own.map_or_else(|| common.clone(), |own| reading.section(own));
            match section {
                Some(section) if reading.is_in_vain(&section, &enabled) => is_whole = false,
                Some(section) => all.push(deployment(dialect.name, route, &enabled, section)),
                None => is_whole = false,
            }
        }
    }
    calendar::find_dead_ends(reader, &all);
    is_whole.then_some(Routes { all, only: None })
}

fn deployment(dialect: &str, route: &Route, enabled: &Set<bool>, section: Section) -> Deployment {
    let serve = section.serve;
    let state = match serve.value {
        _ if !enabled.value => State::Disabled,
        Serve::On => State::On,
        Serve::Off => State::Off,
        Serve::Gone => State::Gone,
        Serve::ReadOnly if route.method == Method::GET => State::On,
        Serve::ReadOnly => State::ReadOnly,
    };
    let (key, place) =
        if enabled.value { (serve.key, serve.place) } else { (enabled.key.clone(), enabled.place.clone()) };
    Deployment {
        dialect: dialect.to_owned(),
        route: route.clone(),
        name: route.full_name(dialect),
        state: Set { value: state, key, place },
        anywhere: state,
        max_body: section.max_body,
        timeout: section.timeout,
        rate_limit: section.rate_limit,
        deprecated: section.deprecated,
        sunset: section.sunset,
        successor: section.successor,
        brownouts: section.brownouts,
        exempt: section.exempt,
    }
}

/// One section under reading.
struct Reading<'a, 'r> {
    reader: &'a mut Reader<'r>,
    prefix: &'a str,
    raw: &'a Raw,
    /// The full names of all operations.
    operations: &'a [String],
    /// What holds where the section says nothing; `None` for the section of a dialect, and where that could not be read.
    outer: Option<&'a Section>,
}

impl Reading<'_, '_> {
    /// All that the section says. Whatever is wrong with it is told.
    fn section(&mut self, raw: &raw::Route) -> Option<Section> {
        let is_of_dialect = !self.is_of_operation();
        let serve =
            self.value("serve", |outer| &outer.serve, |reader, key| serve(reader, key, &raw.serve, is_of_dialect));
        let max_body =
            self.value("max_body", |outer| &outer.max_body, |reader, key| max_body(reader, key, &raw.max_body));
        let timeout = self.timeout(&raw.timeout);
        let rate_limit = self.value(
            "rate_limit",
            |outer| &outer.rate_limit,
            |reader, key| rate::optional(reader, key, &raw.rate_limit),
        );
        let deprecated = self.value(
            "deprecated",
            |outer| &outer.deprecated,
            |reader, key| calendar::time(reader, key, &raw.deprecated),
        );
        let sunset =
            self.value("sunset", |outer| &outer.sunset, |reader, key| calendar::time(reader, key, &raw.sunset));
        let operations = self.operations;
        let successor = self.value(
            "successor",
            |outer| &outer.successor,
            |reader, key| calendar::successor(reader, key, &raw.successor, operations),
        );
        let brownouts = self.value(
            "brownouts",
            |outer| &outer.brownouts,
            |reader, key| calendar::brownouts(reader, key, &raw.brownouts),
        );
        let exempt =
            self.value("exempt", |outer| &outer.exempt, |reader, key| calendar::exempt(reader, key, &raw.exempt));
        self.find_early_end(deprecated.as_ref()?, sunset.as_ref()?);
        Some(Section {
            serve: serve?,
            max_body: max_body?,
            timeout: timeout?,
            rate_limit: rate_limit?,
            deprecated: deprecated?,
            sunset: sunset?,
            successor: successor?,
            brownouts: brownouts?,
            exempt: exempt?,
        })
    }

    /// What goes before it is deprecated was planned the wrong way round. One that both have from their dialect is told there.
    fn find_early_end(&mut self, deprecated: &Set<Option<Timestamp>>, sunset: &Set<Option<Timestamp>>) {
        let is_early =
            matches!((deprecated.value, sunset.value), (Some(deprecated), Some(sunset)) if sunset < deprecated);
        if is_early && [deprecated, sunset].iter().any(|date| date.key.starts_with(self.prefix)) {
            let message = format!("is before the deprecation in {} ({})", written(&deprecated.key), deprecated.place);
            self.reader.problem(&sunset.key, message);
        }
    }

    /// Notes an operation that is asked for, and that nobody can reach.
    fn is_in_vain(&mut self, section: &Section, enabled: &Set<bool>) -> bool {
        let Set { value: Serve::On, key, .. } = &section.serve else { return false };
        let is_in_vain = !enabled.value && key.starts_with(self.prefix);
        if is_in_vain {
            self.reader.problem(key, format!("cannot be reached: {} is false ({})", enabled.key, enabled.place));
        }
        is_in_vain
    }

    /// A value of this section, or else of the one around it.
    fn value<T: Clone>(
        &mut self,
        key: &str,
        outer: impl Fn(&Section) -> &Set<T>,
        read: impl FnOnce(&mut Reader<'_>, &str) -> Option<T>,
    ) -> Option<Set<T>> {
        let full = format!("{}.{key}", self.prefix);
        match self.outer {
            Some(section) if self.reader.is_default(&full) => Some(outer(section).clone()),
            // The section around it could not be read, which was told there.
            None if self.is_of_operation() && self.reader.is_default(&full) => None,
            _ => read(self.reader, &full).map(|value| self.set(key, value)),
        }
    }

    /// Whether this is the section of one operation, and not that of a dialect.
    fn is_of_operation(&self) -> bool {
        self.prefix.starts_with("routes.")
    }

    fn set<T>(&self, key: &str, value: T) -> Set<T> {
        let key = format!("{}.{key}", self.prefix);
        Set { value, place: self.reader.place(&key), key }
    }

    /// An empty one is the server's.
    fn timeout(&mut self, text: &str) -> Option<Set<Duration>> {
        if !text.is_empty() {
            return self.value("timeout", |outer| &outer.timeout, |reader, key| reader.time(key, text));
        }
        let key = "server.request_timeout";
        let common = || Set {
            // Whatever is wrong with it was told when it was read.
            value: duration::parse(&self.raw.server.request_timeout).unwrap_or_default(),
            place: self.reader.place(key),
            key: key.to_owned(),
        };
        let is_default = self.reader.is_default(&format!("{}.timeout", self.prefix));
        Some(self.outer.filter(|_| is_default).map_or_else(common, |outer| outer.timeout.clone()))
    }
}

fn serve(reader: &mut Reader<'_>, key: &str, text: &str, is_of_dialect: bool) -> Option<Serve> {
    let (serve, form) = match text {
        "on" => (Some(Serve::On), ""),
        "off" => (Some(Serve::Off), ""),
        "gone" => (Some(Serve::Gone), ""),
        "read_only" if is_of_dialect => (Some(Serve::ReadOnly), ""),
        _ if is_of_dialect => (None, "\"on\", \"off\", \"gone\" or \"read_only\""),
        _ => (None, "\"on\", \"off\" or \"gone\""),
    };
    reader.require(key, serve, form)
}

fn max_body(reader: &mut Reader<'_>, key: &str, text: &str) -> Option<usize> {
    let limit = size::parse(text).filter(|limit| BODIES.contains(limit));
    let form = format!("{}, from {} to {}", size::FORM, size::text(*BODIES.start()), size::text(*BODIES.end()));
    reader.require(key, limit, form)
}
