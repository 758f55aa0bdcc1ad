//! What was seen in the store while it was found out who asks, for the question that follows: it need not be asked again.

use std::sync::Arc;

use crate::changes::Moment;
use crate::id::UserId;
use crate::ports::Found;
use crate::user::User;

/// A user as it was found, with what is needed to keep it.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// What was there.
    pub(super) found: Found,
    /// From before the look.
    pub(super) since: Option<Moment>,
}

impl Look {
    /// The user.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.found.user
    }

    /// The user alone.
    #[must_use]
    pub fn into_user(self) -> User {
        self.found.user
    }
}

/// What was seen. It is good for the request on whose way it was, and no other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    moment: Option<Moment>,
    look: Option<(UserId, Option<Arc<Look>>)>,
}

impl Seen {
    /// Nothing but the present.
    pub(super) fn at(moment: Option<Moment>) -> Self {
        Self { moment, look: None }
    }

    /// The same, and what there was of a user afterwards, if one was asked for.
    pub(super) fn with(self, target: Option<&UserId>, found: Option<Found>) -> Self {
        let look = found.map(|found| Arc::new(Look { found, since: self.moment }));
        Self { look: target.map(|target| (target.clone(), look)), ..self }
    }

    /// Whether somebody has looked at the user of this id already.
    #[must_use]
    pub fn has_looked_at(&self, id: &str) -> bool {
        // As a rule nobody has, and nothing need be read.
        self.look.as_ref().is_some_and(|(target, _)| UserId::parse(id).as_ref() == Some(target))
    }

    /// A present of the request.
    pub(super) fn moment(&self) -> Option<Moment> {
        self.moment
    }

    /// What there was of that user; `None` if nobody looked.
    pub(super) fn look(&self, user: &UserId) -> Option<Option<Arc<Look>>> {
        self.look.as_ref().filter(|(target, _)| target == user).map(|(_, look)| look.clone())
    }
}
