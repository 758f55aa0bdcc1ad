//! Lists: what is asked for, and what comes back.

use crate::id::{UserId, WorkspaceId};
use crate::role::RoleName;
use crate::shown::Shown;
use crate::text::fold;
use crate::user::User;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// At the first user.
    Beginning,
    /// Behind this user, whether or not it still exists.
    After(UserId),
    /// Behind that many users.
    Skip(u64),
}

/// Whose users are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everyone, members of a workspace or not.
    Installation,
    /// The members of any of these, each user once.
    Members(Vec<WorkspaceId>),
}

/// Which of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Whose username, full name or e-mail address holds this text.
    pub search: Option<Search>,
    /// Whose shown role this is.
    pub role: Option<RoleName>,
}

/// A text to be found, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(String);

/// Joins the searched fields; no field can hold it, so no match spans two of them.
const FIELD_SEPARATOR: char = '\n';

/// More code points than any searched field has after folding (255, each at most three): a longer term matches nothing.
const LONGEST_TERM: usize = 1_024;

impl Search {
    /// A term as the caller gave it. An empty one is no search.
    #[must_use]
    pub fn new(term: &str) -> Option<Self> {
        (!term.is_empty()).then(|| Self(fold(term)))
    }

    /// The folded term, whether or not any user can match.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.0
    }

    /// The folded term; `None` if no user can match, whatever the store holds.
    #[must_use]
    pub fn term(&self) -> Option<&str> {
        let possible = !self.0.contains(char::is_control) && self.0.chars().count() <= LONGEST_TERM;
        possible.then_some(self.0.as_str())
    }

    /// What a store searches for a user: the folded username, full name and e-mail address.
    #[must_use]
    pub fn text_of(user: &User) -> String {
        let full_name = user.full_name.as_ref().map_or("", |name| name.as_str());
        [user.username.as_str(), full_name, user.email.as_str()]
            .map(fold)
            .join(FIELD_SEPARATOR.encode_utf8(&mut [0; 4]))
    }

    /// Whether the user matches.
    #[must_use]
    pub fn matches(&self, user: &User) -> bool {
        self.term().is_some_and(|term| Self::text_of(user).contains(term))
    }
}

/// Which users are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListUsers {
    /// The workspace, by the id that the caller gave; `None` for all that the caller reaches.
    pub workspace: Option<String>,
    /// Which of its users.
    pub filter: Filter,
    /// Where the page begins.
    pub start: Start,
    /// How many at most.
    pub limit: u32,
}

/// One page of users, ordered by id.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// At most as many as were asked for.
    pub users: Vec<Shown>,
    /// How many match in all.
    pub total: u64,
    /// Whether more follow.
    pub has_more: bool,
}
