//! Setting a password by a link that was mailed.

use super::{NewPassword, Users, save_as};
use crate::audit::{About, Action, Actor, Reason, Refusal};
use crate::error::Result;
use crate::password::PlainPassword;
use crate::ports::{Lock, Reads, Store};
use crate::strength::{Advice, TooCommon};
use crate::time::Timestamp;
use crate::token::{Purpose, Token, TokenHash};
use crate::user::{Status, User};

/// Whose password a token sets, as far as its holder is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name to greet with.
    pub name: String,
    /// The name to sign in with.
    pub username: String,
    /// The address, to sign in with as well.
    pub email: String,
    /// Whether the user becomes active by it. (Who is active already can be invited as well.)
    pub activates: bool,
}

/// Personal data stays out of logs.
impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Holder(..)")
    }
}

/// What has come of an attempt to set a password by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The password is set, the user may act, and the token is used up.
    Done {
        /// Whose it is.
        holder: Holder,
        /// What would make it stronger still.
        advice: Advice,
    },
    /// The password is too easy to guess. The token still counts.
    TooCommon(Advice),
    /// The token does not count, whyever: no such one, used, too old, replaced, sent to an address that is not the user's any more, or of a
    /// user who may not act.
    Void,
}

/// A token that counts, and whose it is.
struct Standing {
    user: User,
    purpose: Purpose,
}

impl Standing {
    fn holder(&self, user: &User) -> Holder {
        Holder {
            name: user.shown_name().to_owned(),
            username: user.username.as_str().to_owned(),
            email: user.email.as_str().to_owned(),
            activates: self.user.status == Status::Pending,
        }
    }

    /// What that is, where it changes the record.
    fn action(&self) -> Action {
        match self.user.status {
            Status::Pending => Action::UserActivated,
            Status::Active | Status::Inactive | Status::Suspended => Action::UserChanged,
        }
    }

    /// What becomes of the user: whoever was invited may act, and the way to the address is shown by having been gone.
    fn redeemed(&self) -> User {
        let mut next = self.user.clone();
        if self.user.status == Status::Pending {
            next.status = Status::Active;
            next.verified = true;
        }
        next.verified |= self.purpose == Purpose::Activation;
        next
    }
}

impl<S: Store> Users<S> {
    /// Whose password this token sets. Looking uses nothing up.
    ///
    /// # Errors
    /// As the store's.
    pub fn holder(&self, token: &str) -> Result<Option<Holder>> {
        let Some(token) = Token::parse(token) else { return Ok(None) };
        let now = self.environment.clock.now();
        let standing = self.store.read(|reads| standing(reads, &token.hash(), now))?;
        Ok(standing.map(|standing| standing.holder(&standing.user)))
    }

    /// Sets a password by a token, once. A pending user becomes active; all sessions of the user end, and so do all other tokens and
    /// messages that would set a password.
    ///
    /// # Errors
    /// `Busy`, or as the store's; then nothing has happened, and the token still counts.
    pub fn redeem(&self, token: &str, password: &PlainPassword) -> Result<Redeemed> {
        let Some(token) = Token::parse(token) else { return Ok(Redeemed::Void) };
        let (hash, now) = (token.hash(), self.environment.clock.now());
        let Some(before) = self.store.read(|reads| standing(reads, &hash, now))? else { return Ok(Redeemed::Void) };
        let advice = match self.environment.hasher.weigh(password, &before.user)? {
            Ok(advice) => advice,
            Err(TooCommon(advice)) => return Ok(Redeemed::TooCommon(advice)),
        };
        let password = self.environment.hasher.hash(password)?;

        let (target, act) = (before.user.id.clone(), self.act(Actor::User(before.user.id)));
        self.store.write(move |tx| {
            tx.lock(Lock::User { target: &target, actor: None })?;
            // Somebody may have used it meanwhile, or what it hangs on may have changed.
            let Some(standing) = standing(tx, &hash, act.at)? else { return Ok(Redeemed::Void) };
            let mut next = standing.redeemed();
            let password = NewPassword { hash: &password, stays: None };
            save_as(tx, &standing.user, &mut next, Some(password), &act, standing.action())?;
            Ok(Redeemed::Done { holder: standing.holder(&next), advice: advice.clone() })
        })
    }

    /// What is noted of a token that sets no password: whose it was, as long as that is known, and never which one it is.
    ///
    /// # Errors
    /// As the store's.
    pub fn void_link(&self, token: &str) -> Result<Refusal> {
        let about = match Token::parse(token) {
            Some(token) => self.store.read(|reads| {
                let issued = reads.token(&token.hash())?;
                issued.map_or(Ok(About::default()), |issued| About::user_of(reads, &issued.user))
            })?,
            None => About::default(),
        };
        let About { user, workspace, .. } = about;
        Ok(Refusal { actor: Actor::Nobody, reason: Reason::VoidLink, user, workspace })
    }
}

/// The token of that hash, if it counts, and whose it is.
fn standing(reads: &mut dyn Reads, hash: &TokenHash, now: Timestamp) -> Result<Option<Standing>> {
    let Some(issued) = reads.token(hash)?.filter(|issued| issued.is_live(now)) else { return Ok(None) };
    // Who has another address now has not shown that it is its own. (A change of either removes the tokens; this does not rely on it.)
    let user = reads.user(&issued.user)?;
    let user = user.filter(|user| user.status.takes_links() && user.email.key() == issued.email_key);
    Ok(user.map(|user| Standing { user, purpose: issued.purpose }))
}
