//! How each operation is deployed: what `[routes]` says of it, and for the rest what the section of its dialect says.

mod read;

use std::time::Duration;

use dialect::Route;

use users::Timestamp;
use users::key::KeyId;

use super::calendar::{Brownout, Calendar, Successor};
use super::only::Only;
use super::problem::Place;
use super::rate::Rate;

pub use read::routes;

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
    /// Whether it is served by this process.
    pub state: Set<State>,
    /// Whether it is served by the installation, in which other processes may serve other operations.
    pub anywhere: State,
    /// The most that its body may have, in bytes.
    pub max_body: Set<usize>,
    /// How long a request may take as a whole.
    pub timeout: Set<Duration>,
    /// How often each key may use it, if there is a limit.
    pub rate_limit: Set<Option<Rate>>,
    /// From when on it should not be used any more.
    pub deprecated: Set<Option<Timestamp>>,
    /// From when on it is gone.
    pub sunset: Set<Option<Timestamp>>,
    /// What takes its place.
    pub successor: Set<Option<Successor>>,
    /// When it is away for a short time.
    pub brownouts: Set<Vec<Brownout>>,
    /// The keys for which it is neither away nor gone.
    pub exempt: Set<Vec<KeyId>>,
}

impl Deployment {
    /// When it goes, and how.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar {
            deprecated: self.deprecated.value,
            sunset: self.sunset.value,
            successor: self.successor.value.clone(),
            brownouts: self.brownouts.value.clone(),
            exempt: self.exempt.value.clone(),
        }
    }
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
