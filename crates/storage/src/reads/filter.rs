//! A list's filter, as queries put it.

use users::RoleName;
use users::page::{Filter, Scope};

/// What `%`, `_` and itself are marked with, to stand for themselves.
pub(super) const ESCAPE: char = '\\';

/// A filter that some user may pass.
#[derive(Debug)]
pub(crate) struct Narrowed {
    /// What the folded text holds.
    pub term: Option<String>,
    /// The role shown.
    pub role: Option<String>,
}

impl Narrowed {
    /// `None` if no user can pass.
    pub fn of(filter: &Filter) -> Option<Self> {
        let term = match &filter.search {
            Some(search) => Some(search.term()?.to_owned()),
            None => None,
        };
        let role = filter.role.as_ref().map(RoleName::as_str);
        // No role is named with a character that not every store can hold.
        let possible = role.is_none_or(|role| !role.contains('\0'));
        possible.then(|| Self { term, role: role.map(str::to_owned) })
    }

    /// The term for `LIKE`. Both sides are in lower case, so that it does not matter whether a backend distinguishes the cases of
    /// ASCII letters.
    pub fn pattern(&self) -> Option<String> {
        self.term.as_deref().map(contains)
    }

    /// Whether everyone passes.
    pub fn is_open(&self) -> bool {
        self.term.is_none() && self.role.is_none()
    }
}

/// A list whose members are counted as they come and go: a workspace, or everyone, and a role, or all of them. (The empty text stands
/// for everyone, and for all.)
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    pub workspace: &'a str,
    pub role: &'a str,
}

impl<'a> List<'a> {
    /// `None` if the users of the scope who pass the filter are no such list.
    pub fn of(scope: &'a Scope, filter: &'a Narrowed) -> Option<Self> {
        let workspace = match scope {
            Scope::Installation => Some(""),
            Scope::Members(workspaces) => match workspaces.as_slice() {
                [workspace] => Some(workspace.as_str()),
                _ => None,
            },
        };
        // What an empty text would stand for, no role is named.
        let role = filter.role.as_deref().map_or(Some(""), |role| Some(role).filter(|role| !role.is_empty()));
        let is_whole = filter.term.is_none();
        workspace.zip(role).filter(|_| is_whole).map(|(workspace, role)| Self { workspace, role })
    }
}

/// The pattern of the texts that hold this one.
fn contains(term: &str) -> String {
    let mut pattern = String::from("%");
    for c in term.chars() {
        if matches!(c, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Narrows a boxed query that has `users` in it. (A macro, because the query's type differs with its tables.) The third
/// argument is the column of the role, which leads to the index: that of `memberships` within a workspace, so that no tenant's list
/// costs what others have.
macro_rules! narrow {
    (@role $query:expr, $filter:expr, $role:expr) => {{
        let mut query = $query;
        if let Some(role) = &$filter.role {
            query = query.filter($role.eq(role));
        }
        query
    }};
    ($query:expr, $filter:expr, $role:expr) => {{
        let mut query = narrow!(@role $query, $filter, $role);
        if let Some(pattern) = $filter.pattern() {
            let like = crate::schema::users::search_text.like(pattern);
            query = query.filter(like.escape(crate::reads::filter::ESCAPE));
        }
        query
    }};
}
pub(super) use narrow;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(contains("ada"), "%ada%");
        assert_eq!(contains(r"50%_\'"), r"%50\%\_\\'%");
    }

    #[test]
    fn what_nobody_holds_is_not_asked_for() {
        use users::page::Search;
        let narrowed = |term| Narrowed::of(&Filter { search: Search::new(term), role: None });
        assert_eq!(narrowed("Ada").and_then(|filter| filter.pattern()).as_deref(), Some("%ada%"));
        assert!(narrowed("\0").is_none());
    }
}
