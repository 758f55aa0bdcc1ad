//! Signing in: from a password to a key of one's own.
//!
//! Nobody who does not sign in learns anything of the account that it has named: not whether there is one, whether it has a password, or
//! whether it may act. The answer is one, and so is the time, since one password's worth of work is done whatever was found.

mod account;

pub use account::AccountName;

use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;

use super::Users;
use crate::attempts::{self, Limited, Spent, Subject};
use crate::audit::{About, Act, Action, Actor, Reason, Refusal};
use crate::email::Email;
use crate::error::{Result, UserError};
use crate::id::{UserId, WorkspaceId};
use crate::key::{Key, KeyReach, PresentedKey};
use crate::password::{PasswordHash, TypedPassword};
use crate::ports::{Credentials, Lock, REMOVED_AT_ONCE, Store, Tx};
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::user::{Status, User};

/// What keys that are sessions are called.
const NAME: &str = "session";

/// How long it is known of a session that is over.
pub(super) const KEPT: TimeDelta = TimeDelta::days(30);

/// How often a password is compared anew, if it is changed while it is compared.
const COMPARISONS: u32 = 3;

/// What holds for those who sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInRules {
    /// How long a session lasts.
    pub session: Duration,
    /// How often the password of an account may be guessed.
    pub per_account: Option<Rate>,
    /// How often passwords may be guessed from one address.
    pub per_peer: Option<Rate>,
    /// How often a mail may be asked for that goes to one address.
    pub mails_per_account: Option<Rate>,
    /// How often mails may be asked for from one address, whomever they go to.
    pub mails_per_peer: Option<Rate>,
}

impl Default for SignInRules {
    /// Sessions of an hour, and no limits: for those who do not serve.
    fn default() -> Self {
        let session = Duration::from_secs(3_600);
        Self { session, per_account: None, per_peer: None, mails_per_account: None, mails_per_peer: None }
    }
}

/// Somebody wants to sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// To which account.
    pub account: AccountName,
    /// With which password.
    pub password: TypedPassword,
    /// From which address, if that is known.
    pub origin: Option<IpAddr>,
}

/// Somebody has signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The key of the session, to be shown once.
    pub key: PresentedKey,
    /// How long it lasts.
    pub lasts: Duration,
    /// Who it is.
    pub user: User,
}

/// Somebody whom nobody knows could not do what it wanted: sign in, or have a link sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What whoever wanted to is told.
    pub error: UserError,
    /// What is noted, and told to nobody else.
    pub refusal: Refusal,
}

impl Denied {
    /// `found` is whom it concerns, and where that user starts.
    pub(super) fn new(error: UserError, reason: Reason, found: Option<(UserId, Option<WorkspaceId>)>) -> Self {
        let (user, home) = found.unzip();
        Self { error, refusal: Refusal { actor: Actor::Nobody, reason, user, workspace: home.flatten() } }
    }
}

/// The account that was found, if there is one, and to whom the attempt was counted.
type Admitted = (Option<Credentials>, Vec<Limited>);

/// What came of a try to begin a session.
enum Begun {
    /// It has begun.
    Session(Box<User>),
    /// Meanwhile the account has another password, of which this is the hash.
    Changed(PasswordHash),
    /// Meanwhile it may not.
    Denied(Reason),
}

impl<S: Store> Users<S> {
    /// Signs somebody in.
    ///
    /// # Errors
    /// `TooOften`; `Unauthenticated` for a wrong password, an unknown account, and one that has no password or may not act; `Busy`.
    pub fn sign_in(&self, sign_in: &SignIn) -> Result<SignedIn> {
        self.try_sign_in(sign_in)?.map_err(|denied| denied.error)
    }

    /// The same, where who was refused is told apart from what went wrong.
    ///
    /// # Errors
    /// `Busy`; the inner one `TooOften` or `Unauthenticated`, as [`Users::sign_in`].
    pub fn try_sign_in(&self, sign_in: &SignIn) -> Result<Result<SignedIn, Denied>> {
        let (found, limited) = match self.attempt(sign_in)? {
            Ok(attempted) => attempted,
            Err(denied) => return Ok(Err(denied)),
        };
        // (Here and nowhere between: what is known of the account must not decide about the time.)
        let hash = found.as_ref().and_then(|found| found.password.as_ref());
        let is_right = match self.environment.hasher.verify(&sign_in.password, hash) {
            Err(error @ UserError::Busy(_)) => return Err(self.forgive_account(&limited, error)),
            verified => verified?,
        };
        match found {
            Some(Credentials { user, status: Status::Active, password: Some(hash), home }) if is_right => {
                match self.begin_session(sign_in, &user, hash, &limited) {
                    Err(error @ UserError::Busy(_)) => Err(self.forgive_account(&limited, error)),
                    begun => {
                        let denied = |reason| Denied::new(UserError::Unauthenticated, reason, Some((user, home)));
                        Ok(begun?.map_err(denied))
                    }
                }
            }
            found => {
                let is_known = found.as_ref().is_some_and(|found| found.status != Status::Active && is_right);
                let reason = if is_known { Reason::UserInactive } else { Reason::WrongPassword };
                let found = found.map(|found| (found.user, found.home));
                Ok(Err(Denied::new(UserError::Unauthenticated, reason, found)))
            }
        }
    }

    /// To whom it is counted that a mail to this address is asked for from there.
    #[must_use]
    pub fn limits_of_mail(&self, address: &Email, origin: Option<IpAddr>) -> Vec<Limited> {
        let peer = origin.map(|origin| (Subject::mails_of(origin), self.sign_in.mails_per_peer));
        [(Subject::mail(address), self.sign_in.mails_per_account)].into_iter().chain(peer).collect()
    }

    /// Finds the account, and counts the attempt.
    fn attempt(&self, sign_in: &SignIn) -> Result<Result<Admitted, Denied>> {
        let (account, origin) = (sign_in.account.clone(), sign_in.origin);
        let (rules, now) = (self.sign_in, self.environment.clock.now());
        let attempted = self.store.write(move |tx| {
            let key = account.key();
            let found = match account.login(&key) {
                Some(login) => tx.credentials(login)?,
                None => None,
            };
            let subject = match &found {
                Some(found) => Subject::account(&found.user),
                None => account.unknown(&key),
            };
            let peer = origin.map(|origin| (Subject::peer(origin), rules.per_peer));
            let limited: Vec<Limited> = [(subject, rules.per_account)].into_iter().chain(peer).collect();
            Ok((attempts::count(tx, &limited, now)?, found, limited))
        })?;
        let (counted, found, limited) = attempted;
        Ok(match counted {
            Ok(()) => Ok((found, limited)),
            Err(Spent { retry_after, whose }) => {
                // An address that has tried too often has not tried at this account.
                let found = found.filter(|found| Subject::account(&found.user) == whose);
                let found = found.map(|found| (found.user, found.home));
                Err(Denied::new(UserError::TooOften { retry_after }, Reason::TooManyAttempts, found))
            }
        })
    }

    /// Takes back from the account an attempt that found no turn. It stays with the address: who floods the hasher is to be stopped by that.
    fn forgive_account(&self, limited: &[Limited], why: UserError) -> UserError {
        let (now, account) = (self.environment.clock.now(), limited.first().cloned());
        let forgiven = self.store.write(move |tx| account.iter().try_for_each(|one| attempts::take_back(tx, one, now)));
        forgiven.err().unwrap_or(why)
    }

    /// Begins a session, now that the password was found to be the one of which that hash was made.
    fn begin_session(
        &self,
        sign_in: &SignIn,
        user: &UserId,
        mut hash: PasswordHash,
        limited: &[Limited],
    ) -> Result<Result<SignedIn, Reason>> {
        let key = self.environment.random_key()?;
        for _ in 0..COMPARISONS {
            let renewed = match self.environment.hasher.renew(&sign_in.password, &hash) {
                // Another time will do.
                Err(UserError::Busy(_)) => None,
                renewed => renewed?,
            };
            let (session, act) = (self.session(user, &key), self.act(Actor::User(user.clone())));
            let (verified, limited) = (hash, limited.to_vec());
            let begun = self.store.write(move |tx| begin(tx, &session, &verified, renewed.as_ref(), &limited, &act))?;
            match begun {
                Begun::Session(user) => return Ok(Ok(SignedIn { key, lasts: self.sign_in.session, user: *user })),
                Begun::Denied(reason) => return Ok(Err(reason)),
                Begun::Changed(other) => hash = other,
            }
            if !self.environment.hasher.verify(&sign_in.password, Some(&hash))? {
                return Ok(Err(Reason::WrongPassword));
            }
        }
        Err(UserError::Busy("the password is being changed"))
    }

    fn session(&self, user: &UserId, key: &PresentedKey) -> Key {
        let now = self.environment.clock.now();
        Key {
            id: key.id().clone(),
            name: NAME.to_owned(),
            secret: key.secret_hash(),
            reach: KeyReach::Owner,
            owner: Some(user.clone()),
            permissions: None,
            created_at: now,
            expires_at: Some(now.after(TimeDelta::from_std(self.sign_in.session).unwrap_or(TimeDelta::MAX))),
            revoked_at: None,
            pinned: None,
            plan: None,
            session: true,
        }
    }
}

/// Writes the session, if the account is still as it was when the password was compared.
fn begin(
    tx: &mut dyn Tx,
    session: &Key,
    verified: &PasswordHash,
    renewed: Option<&PasswordHash>,
    limited: &[Limited],
    act: &Act,
) -> Result<Begun> {
    let (id, now) = (session.owner.as_ref().ok_or(UserError::Unauthenticated)?, session.created_at);
    tx.lock(Lock::User { target: id, actor: None })?;
    let Some(user) = tx.user(id)?.filter(User::is_active) else { return Ok(Begun::Denied(Reason::UserInactive)) };
    let Some(stored) = tx.password_hash(id)? else { return Ok(Begun::Denied(Reason::WrongPassword)) };
    if stored != *verified {
        return Ok(Begun::Changed(stored));
    }
    let user = signed_in(user, now);
    tx.update_user(&user)?;
    if let Some(renewed) = renewed {
        tx.set_password(id, renewed)?;
    }
    tx.insert_key(session)?;
    act.note(tx, Action::SessionStarted, About { key: Some(session.id.clone()), ..About::user(&user) })?;
    settle(tx, limited, now)?;
    tx.remove_ended_sessions(now.before(KEPT), REMOVED_AT_ONCE)?;
    Ok(Begun::Session(Box::new(user)))
}

/// The record with its last sign-in. That shows, so it is another revision; but nobody has changed the record.
fn signed_in(user: User, now: Timestamp) -> User {
    let last_login = user.last_login.map_or(now, |login| login.max(now));
    User { last_login: Some(last_login), revision: user.revision + 1, ..user }
}

/// Whoever knows the password has not guessed it: nothing is held against the account any more, and not this against the address.
fn settle(tx: &mut dyn Tx, limited: &[Limited], now: Timestamp) -> Result<()> {
    let Some((account, others)) = limited.split_first() else { return Ok(()) };
    attempts::clear(tx, &account.0)?;
    others.iter().try_for_each(|peer| attempts::take_back(tx, peer, now))
}
