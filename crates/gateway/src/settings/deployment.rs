//! How each operation is deployed: what `[routes]` says of it, and for the rest what the section of its dialect says.

use std::time::Duration;

use actix_web::http::Method;
use dialect::Route;

use super::built_in::Known;
use super::only::Only;
use super::problem::Place;
use super::raw::{self, Raw};
use super::read::Reader;
use super::{duration, size};

/// The sizes that a limit for bodies may have. Beyond the last no operation has any use for one.
const BODIES: std::ops::RangeInclusive<usize> = 1024..=crate::body::LIMIT;

/// A value, and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// The key that counts.
    pub key: String,
    /// Where that stands.
    pub place: Place,
}

/// Whether an operation is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is.
    On,
    /// It is as if it were not there.
    Off,
    /// As off, since it changes something and its dialect is only read from.
    ReadOnly,
    /// It was taken away: whoever asks is told so.
    Gone,
    /// Its dialect is not served at all.
    Disabled,
    /// Another process serves it: as off in this one.
    Elsewhere,
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            State::On => "on",
            State::Off => "off",
            State::ReadOnly => "read_only",
            State::Gone => "gone",
            State::Disabled => "disabled",
            State::Elsewhere => "elsewhere",
        }
    }
}

/// How one operation is deployed.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The dialect.
    pub dialect: String,
    /// The operation in it.
    pub route: Route,
    /// The operation's full name, `dialect.operation`.
    pub name: String,
    /// Whether it is served.
    pub state: Set<State>,
    /// The most that its body may have, in bytes.
    pub max_body: Set<usize>,
    /// How long a request may take as a whole.
    pub timeout: Set<Duration>,
}

/// How all operations of the program are deployed, in its order.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    all: Vec<Deployment>,
    only: Option<Only>,
}

impl Routes {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Deployment> {
        self.all.iter()
    }

    /// The operation of that full name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Deployment> {
        self.all.iter().find(|deployment| deployment.name == name)
    }

    /// The full names of all operations.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.all.iter().map(|deployment| deployment.name.as_str()).collect()
    }

    /// The part that this process serves, if not all.
    #[must_use]
    pub fn only(&self) -> Option<&Only> {
        self.only.as_ref()
    }

    /// The same where only some are served by this process. One that is gone is gone everywhere, and says so where it is served.
    #[must_use]
    pub fn narrowed(mut self, only: Only) -> Self {
        for deployment in self.all.iter_mut().filter(|deployment| !only.includes(&deployment.name)) {
            if matches!(deployment.state.value, State::On | State::Gone) {
                deployment.state =
                    Set { value: State::Elsewhere, key: "--only".to_owned(), place: Place::Option("--only") };
            }
        }
        self.only = Some(only);
        self
    }
}

/// What a section says: the settings of one operation, or what all of a dialect have that say nothing else.
#[derive(Clone)]
struct Section {
    serve: Set<Serve>,
    max_body: Set<usize>,
    timeout: Set<Duration>,
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
    let (mut all, mut is_whole) = (Vec::new(), true);
    for dialect in known {
        let Some(section) = raw.dialects.sections.get(dialect.name) else { continue };
        let prefix = format!("dialects.{}", dialect.name);
        let enabled =
            Reading { reader, prefix: &prefix, server: &raw.server, outer: None }.set("enabled", section.enabled);
        let common = Reading { reader, prefix: &prefix, server: &raw.server, outer: None }.section(&section.routes);
        let own = raw.routes.get(dialect.name);
        for route in dialect.routes {
            let own = own.and_then(|sections| sections.get(route.operation));
            let prefix = format!("routes.{}.{}", dialect.name, route.operation);
            let mut reading = Reading { reader, prefix: &prefix, server: &raw.server, outer: common.as_ref() };
            let section = own.map_or_else(|| common.clone(), |own| reading.section(own));
            match section {
                Some(section) => all.push(deployment(dialect.name, route, &enabled, section)),
                None => is_whole = false,
            }
        }
    }
    is_whole.then_some(Routes { all, only: None })
}

fn deployment(dialect: &str, route: &Route, enabled: &Set<bool>, section: Section) -> Deployment {
    let Section { serve, max_body, timeout } = section;
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
    let name = format!("{dialect}.{}", route.operation);
    let state = Set { value: state, key, place };
    Deployment { dialect: dialect.to_owned(), route: route.clone(), name, state, max_body, timeout }
}

/// One section under reading.
struct Reading<'a, 'r> {
    reader: &'a mut Reader<'r>,
    prefix: &'a str,
    server: &'a raw::Server,
    /// What holds where the section says nothing; `None` for the section of a dialect.
    outer: Option<&'a Section>,
}

impl Reading<'_, '_> {
    /// All that the section says. Whatever is wrong with it is told.
    fn section(&mut self, raw: &raw::Route) -> Option<Section> {
        let is_of_dialect = self.outer.is_none();
        let serve =
            self.value("serve", |outer| &outer.serve, |reader, key| serve(reader, key, &raw.serve, is_of_dialect));
        let max_body =
            self.value("max_body", |outer| &outer.max_body, |reader, key| max_body(reader, key, &raw.max_body));
        let timeout = self.timeout(&raw.timeout);
        Some(Section { serve: serve?, max_body: max_body?, timeout: timeout? })
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
            None if self.prefix.starts_with("routes.") && self.reader.is_default(&full) => None,
            _ => read(self.reader, &full).map(|value| self.set(key, value)),
        }
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
            value: duration::parse(&self.server.request_timeout).unwrap_or_default(),
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
