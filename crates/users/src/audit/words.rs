//! What can happen, and why something does not, as it is written and shown.

/// Declares words that stand for themselves in stores.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $variant),+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// What the word stands for.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }
    };
}

words! {
    /// What can happen.
    Action {
        /// A user was added, to the workspace that is named.
        UserCreated = "user.created",
        /// Fields of a user were changed.
        UserChanged = "user.changed",
        /// A user was deleted, with all that belonged to it.
        UserDeleted = "user.deleted",
        /// A user was asked by mail to activate its account.
        UserInvited = "user.invited",
        /// A user has followed that mail: its address is proven, and it may act.
        UserActivated = "user.activated",
        /// A user's password was set.
        PasswordChanged = "password.changed",
        /// A link to set a new password was asked for.
        PasswordResetAsked = "password.reset_asked",
        /// A user has signed in.
        SessionStarted = "session.started",
        /// A session was ended before its time.
        SessionEnded = "session.ended",
        /// Somebody wanted to sign in, and could not.
        SignInRefused = "sign_in.refused",
        /// Somebody wanted to set a password by a link, or to have a link sent, and could not.
        LinkRefused = "link.refused",
        /// A mail was given up.
        MailAbandoned = "mail.abandoned",
        /// A mail that was given up, or waits, is to be tried anew.
        MailRetried = "mail.retried",
        /// A key was made.
        KeyCreated = "key.created",
        /// A key was revoked.
        KeyRevoked = "key.revoked",
        /// A key was pinned to a dialect.
        KeyPinned = "key.pinned",
        /// A key may use all dialects again.
        KeyUnpinned = "key.unpinned",
        /// A key was given a plan.
        KeyPlanned = "key.planned",
        /// A key has no plan any more.
        KeyUnplanned = "key.unplanned",
        /// A user became a member of the workspace.
        MemberAdded = "member.added",
        /// A user is no member of the workspace any more.
        MemberRemoved = "member.removed",
        /// A workspace was made.
        WorkspaceCreated = "workspace.created",
        /// The settings rank the roles otherwise than before, so the roles of users were put in another order.
        RolesRanked = "roles.ranked",
        /// Somebody with a key that is known asked for something, and was refused.
        AccessRefused = "access.refused",
    }
}

words! {
    /// Why something was refused.
    Reason {
        /// The key was revoked.
        Revoked = "revoked",
        /// The key has come to its end.
        Expired = "expired",
        /// The user whom the key acts for may not act.
        OwnerInactive = "owner_inactive",
        /// The caller may not do this.
        Forbidden = "forbidden",
        /// The key is pinned to another dialect.
        OtherDialect = "other_dialect",
        /// The password is wrong, or there is no such account.
        WrongPassword = "wrong_password",
        /// The user may not act.
        UserInactive = "user_inactive",
        /// There were too many attempts.
        TooManyAttempts = "too_many_attempts",
        /// The link does not count, whyever.
        VoidLink = "void_link",
        /// Links were asked for too often.
        TooManyLinks = "too_many_links",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_stands_for_one_thing() {
        let actions: BTreeSet<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
        let reasons: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!((actions.len(), reasons.len()), (Action::ALL.len(), Reason::ALL.len()));
        assert!(Action::ALL.iter().all(|action| Action::parse(action.as_str()) == Some(*action)));
        assert!(Reason::ALL.iter().all(|reason| Reason::parse(reason.as_str()) == Some(*reason)));
        assert_eq!((Action::parse("user"), Reason::parse("")), (None, None));
    }
}
