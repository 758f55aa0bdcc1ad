//! Setting a password by a mailed link, and asking for one.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::house::{House, email, new_user, no_change, password};
use crate::attempts::Subject;
use crate::audit::{Action, Actor, Reason, Refusal};
use crate::error::Result;
use crate::id::{MessageId, UserId, WorkspaceId};
use crate::key::Key;
use crate::outbox::MessageKind;
use crate::password::{PasswordHash, TypedPassword};
use crate::ports::{Clock, PasswordHasher, Randomness, Store};
use crate::rate::Rate;
use crate::strength::Verdict;
use crate::testing::CheapHasher;
use crate::token::{IssuedToken, Purpose, Token};
use crate::{
    Created, Holder, NewUser, OperatorError, PlainPassword, PresentedKey, Redeemed, Status, StatusChange, User,
    UserChange, UserError,
};

const GOOD: &str = "violet tundra lamp";

impl House {
    /// Somebody who has been invited.
    fn invited(&self, name: &str) -> User {
        let new = NewUser { invite: true, workspace: Some(self.first.to_string()), ..new_user(name) };
        match self.users.create(&self.admin, new, None).unwrap() {
            Created::Now(user) => user,
            Created::Before(answer) => panic!("{answer:?}"),
        }
    }

    /// A token as it is put into a mail.
    fn token(&self, user: &User, purpose: Purpose) -> String {
        let mut bytes = [0; 20];
        self.environment.randomness.fill(&mut bytes).unwrap();
        let token = Token::from_random(&bytes);
        let now = self.environment.clock.now();
        let issued = IssuedToken {
            hash: token.hash(),
            user: user.id.clone(),
            purpose,
            email_key: user.email.key().to_owned(),
            message: MessageId::from(self.environment.randomness.uuid()),
            created_at: now,
            expires_at: now.after(purpose.lifetime()),
        };
        self.store.write(move |tx| tx.insert_token(&issued)).unwrap();
        token.reveal().to_owned()
    }

    fn redeem(&self, token: &str) -> Redeemed {
        self.users.redeem(token, &password(GOOD)).unwrap()
    }

    /// A key that is a session.
    fn session_of(&self, user: &User) -> PresentedKey {
        let (mut id, mut secret) = ([0; 10], [0; 20]);
        self.environment.randomness.fill(&mut id).unwrap();
        self.environment.randomness.fill(&mut secret).unwrap();
        let session = PresentedKey::from_random(&id, &secret);
        let like = self.key_of(user);
        let key = self.store.read(|reads| reads.key(like.id())).unwrap().unwrap();
        let key = Key { id: session.id().clone(), secret: session.secret_hash(), session: true, ..key };
        self.store.write(move |tx| tx.insert_key(&key)).unwrap();
        session
    }

    fn kinds(&self, user: &User) -> Vec<MessageKind> {
        self.store.outbox().iter().filter(|message| message.user == user.id).map(|message| message.kind).collect()
    }

    fn set_email(&self, user: &User, to: &str) {
        let change = UserChange { email: Some(email(to)), ..no_change() };
        self.update(&self.admin, user.id.as_str(), change).unwrap();
    }

    fn set_status(&self, user: &User, status: Status) {
        let change = UserChange { status: Some(StatusChange::To(status)), ..no_change() };
        self.update(&self.admin, user.id.as_str(), change).unwrap();
    }
}

/// What is noted of somebody who was refused for this, and of whom it concerns.
fn refused(reason: Reason, (user, workspace): (Option<UserId>, Option<WorkspaceId>)) -> Refusal {
    Refusal { actor: Actor::Nobody, reason, user, workspace }
}

#[track_caller]
fn done(redeemed: Redeemed) -> Holder {
    match redeemed {
        Redeemed::Done { holder, .. } => holder,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_invitation_makes_the_user_active_and_verified_and_works_once() {
    let house = House::new();
    let user = house.invited("ada");
    assert_eq!((user.status, user.verified), (Status::Pending, false));
    let (token, other) = (house.token(&user, Purpose::Activation), house.token(&user, Purpose::Password));
    let holder = house.users.holder(&token).unwrap().unwrap();
    assert_eq!((holder.name.as_str(), holder.email.as_str(), holder.activates), ("ada", "ada@example.com", true));
    assert_eq!(house.users.holder(&token).unwrap().as_ref(), Some(&holder), "looking uses nothing up");
    assert_eq!(done(house.redeem(&token)), holder);

    let now = house.read(&user);
    assert_eq!((now.status, now.verified, now.revision), (Status::Active, true, 2));
    assert!(now.updated_at > user.updated_at);
    let hash = house.store.password(&user.id).unwrap();
    assert!(bcrypt::verify(GOOD, hash.as_str()).unwrap());
    assert_eq!(house.kinds(&user), [], "the message that was to be sent is not needed any more");
    for used in [token, other] {
        assert_eq!(house.users.holder(&used).unwrap(), None);
        assert_eq!(house.users.redeem(&used, &password("another password")).unwrap(), Redeemed::Void);
    }
    assert_eq!(house.store.password(&user.id), Some(hash));
}

#[test]
fn a_forgotten_password_is_replaced_and_shows_nothing_else() {
    let house = House::new();
    let user = house.user("ada", &["user"], &house.first);
    let holder = done(house.redeem(&house.token(&user, Purpose::Password)));
    assert!(!holder.activates);
    assert_eq!((house.read(&user).status, house.read(&user).verified), (Status::Active, false));
    // An operator's invitation does show the address; but who is active already does not become so by it.
    assert!(!done(house.redeem(&house.token(&user, Purpose::Activation))).activates);
    assert!(house.read(&user).verified);
}

#[test]
fn whoever_was_invited_may_act_by_whatever_link_it_came() {
    let house = House::new();
    let user = house.invited("ada");
    assert!(done(house.redeem(&house.token(&user, Purpose::Password))).activates);
    assert_eq!((house.read(&user).status, house.read(&user).verified), (Status::Active, true));
}

#[test]
fn a_token_ends_with_its_time() {
    let house = House::new();
    let user = house.invited("ada");
    for (purpose, lifetime) in [(Purpose::Activation, 72 * 3_600), (Purpose::Password, 3_600)] {
        let late = house.token(&user, purpose);
        house.wait(lifetime - 1);
        assert!(house.users.holder(&late).unwrap().is_some());
        house.wait(1);
        assert_eq!(house.users.holder(&late).unwrap(), None);
        assert_eq!(house.redeem(&late), Redeemed::Void);
        let whose = (Some(user.id.clone()), user.default_workspace.clone());
        assert_eq!(house.users.void_link(&late).unwrap(), refused(Reason::VoidLink, whose));
    }
    assert_eq!(house.read(&user).status, Status::Pending);
}

#[test]
fn a_new_link_replaces_the_earlier_ones() {
    let house = House::new();
    let user = house.invited("ada");
    let earlier = house.token(&user, Purpose::Activation);
    assert_eq!(house.users.ask_for_mail(&email("ADA@Example.com"), Vec::new()), Ok(Ok(())));
    assert_eq!(house.redeem(&earlier), Redeemed::Void);
    assert_eq!(house.kinds(&user), [MessageKind::Activation], "and the earlier message is not sent any more");
    let earlier = house.token(&user, Purpose::Activation);
    house.operator.invite("ada@example.com").unwrap();
    assert_eq!(house.redeem(&earlier), Redeemed::Void);
    assert_eq!(house.kinds(&user), [MessageKind::Activation]);
    done(house.redeem(&house.token(&user, Purpose::Activation)));
}

#[test]
fn a_token_shows_nothing_about_another_address() {
    let house = House::new();
    let user = house.invited("ada");
    let token = house.token(&user, Purpose::Activation);
    house.set_email(&user, "other@example.com");
    assert_eq!(house.redeem(&token), Redeemed::Void);
    house.set_email(&user, "ada@example.com");
    assert_eq!(house.redeem(&token), Redeemed::Void, "what is over does not begin again");
    let token = house.token(&user, Purpose::Activation);
    house.set_email(&user, "Ada@EXAMPLE.com");
    assert_eq!(done(house.redeem(&token)).email, "Ada@example.com", "another spelling is the same mailbox");
}

#[test]
fn an_invitation_that_waits_follows_its_user_to_another_address() {
    let house = House::new();
    let (pending, active) = (house.invited("grace"), house.user("ada", &["user"], &house.first));
    house.users.ask_for_mail(&active.email, Vec::new()).unwrap().unwrap();
    let before = house.store.outbox();
    for user in [&pending, &active] {
        house.set_email(user, &format!("new-{}", user.email.as_str()));
    }
    assert_eq!(house.kinds(&active), [], "who has forgotten a password has named the address");
    assert_eq!(house.kinds(&pending), [MessageKind::Activation]);
    assert!(house.store.outbox().iter().all(|message| !before.contains(message)), "nobody holds the new one");
    house.set_email(&house.admin_user, "boss@example.com");
    assert_eq!(house.kinds(&house.admin_user), [], "nobody is invited by that");
}

#[test]
fn who_may_not_act_is_let_in_by_no_token() {
    let house = House::new();
    let user = house.user("ada", &["user"], &house.first);
    for status in [Status::Suspended, Status::Inactive] {
        let token = house.token(&user, Purpose::Password);
        house.operator.invite(user.id.as_str()).unwrap();
        house.set_status(&user, status);
        assert_eq!(house.kinds(&user), []);
        house.set_status(&user, Status::Active);
        assert_eq!(house.redeem(&token), Redeemed::Void, "what is over does not begin again");
        let token = house.token(&user, Purpose::Password);
        house.set_status(&user, status);
        assert_eq!(house.redeem(&token), Redeemed::Void);
        assert_eq!(house.users.ask_for_mail(&user.email, Vec::new()), Ok(Ok(())));
        assert_eq!(house.kinds(&user), []);
        let refused = house.operator.invite(user.id.as_str()).unwrap_err();
        assert!(matches!(&refused, OperatorError::Refused(why) if why.contains(status.as_str())), "{refused:?}");
        house.set_status(&user, Status::Active);
    }
    let token = house.token(&user, Purpose::Password);
    house.delete(&house.admin, user.id.as_str()).unwrap();
    assert_eq!(house.redeem(&token), Redeemed::Void);
    assert!(matches!(house.operator.invite(user.id.as_str()), Err(OperatorError::User(UserError::NotFound { .. }))));
}

/// Whoever secures an account by a new password has secured it.
#[test]
fn a_password_that_is_set_otherwise_ends_every_link() {
    type SetPassword = fn(&House, &User);
    let ways: [SetPassword; 3] = [
        |house, user| {
            let change = UserChange { password: Some(password(GOOD)), ..no_change() };
            house.update(&house.admin, user.id.as_str(), change).unwrap();
        },
        |house, user| {
            let change = UserChange { password: Some(password(GOOD)), ..no_change() };
            house.update(&house.caller_of(user), user.id.as_str(), change).unwrap();
        },
        |house, user| {
            house.operator.set_password(user.email.as_str(), &password(GOOD)).unwrap();
        },
    ];
    for set_password in ways {
        let house = House::new();
        let user = house.user("ada", &["user"], &house.first);
        house.operator.invite(user.id.as_str()).unwrap();
        house.users.ask_for_mail(&user.email, Vec::new()).unwrap().unwrap();
        let tokens = [Purpose::Activation, Purpose::Password].map(|purpose| house.token(&user, purpose));
        assert_eq!(house.kinds(&user).len(), 2);
        let subject = Subject::account(&user.id);
        let (kept, later) = (subject.clone(), house.environment.clock.now().after(TimeDelta::hours(1)));
        house.store.write(move |tx| tx.set_arrival(&kept, Some(later))).unwrap();
        set_password(&house, &user);
        for token in tokens {
            assert_eq!(house.redeem(&token), Redeemed::Void);
        }
        assert_eq!(house.kinds(&user), []);
        assert_eq!(house.store.write(move |tx| tx.arrival(&subject)).unwrap(), None, "nobody is locked out");
    }
}

/// The invitation is the only way in that it has.
#[test]
fn who_is_made_active_without_a_password_can_still_set_one_by_its_invitation() {
    let house = House::new();
    let user = house.invited("ada");
    let token = house.token(&user, Purpose::Activation);
    house.set_status(&user, Status::Active);
    assert_eq!(house.kinds(&user), [MessageKind::Activation]);
    done(house.redeem(&token));
    assert!(house.read(&user).verified);
}

/// Has something happen while a password is hashed.
struct Meanwhile(Box<dyn Fn() + Send + Sync>);

impl PasswordHasher for Meanwhile {
    fn weigh(&self, password: &PlainPassword, user: &User) -> Result<Verdict> {
        CheapHasher.weigh(password, user)
    }

    fn hash(&self, password: &PlainPassword) -> Result<PasswordHash> {
        (self.0)();
        CheapHasher.hash(password)
    }

    fn verify(&self, typed: &TypedPassword, hash: Option<&PasswordHash>) -> Result<bool> {
        CheapHasher.verify(typed, hash)
    }

    fn renew(&self, typed: &TypedPassword, old: &PasswordHash) -> Result<Option<PasswordHash>> {
        CheapHasher.renew(typed, old)
    }
}

#[test]
fn what_happens_while_the_password_is_hashed_counts() {
    let changes: [fn(&House, &User); 4] = [
        |house, user| house.set_status(user, Status::Suspended),
        |house, user| house.delete(&house.admin, user.id.as_str()).unwrap(),
        |house, _| house.wait(3_600),
        |house, user| assert_eq!(house.users.ask_for_mail(&user.email, Vec::new()), Ok(Ok(()))),
    ];
    for change in changes {
        let house = Arc::new(House::new());
        let user = house.user("ada", &["user"], &house.first);
        let token = house.token(&user, Purpose::Password);
        let meanwhile = {
            let (house, user) = (house.clone(), user.clone());
            Meanwhile(Box::new(move || change(&house, &user)))
        };
        let users = house.users_hashing(Arc::new(meanwhile));
        assert_eq!(users.redeem(&token, &password(GOOD)).unwrap(), Redeemed::Void);
        assert_eq!(house.store.password(&user.id), None);
    }
}

#[test]
fn a_common_password_is_refused_and_the_token_stays() {
    let house = House::new();
    let user = house.invited("ada");
    let token = house.token(&user, Purpose::Activation);
    for common in ["password", "iloveyou", "ada@example.com"] {
        let refused = house.users.redeem(&token, &password(common)).unwrap();
        assert!(matches!(&refused, Redeemed::TooCommon(advice) if !advice.is_empty()), "{common}: {refused:?}");
    }
    assert_eq!(house.read(&user), user);
    done(house.redeem(&token));
}

#[test]
fn of_many_who_use_one_token_at_once_one_succeeds() {
    const MANY: usize = 64;
    let house = House::new();
    let user = house.invited("ada");
    let token = house.token(&user, Purpose::Activation);
    let outcomes: Vec<(String, Redeemed)> = std::thread::scope(|scope| {
        let attempt = |n: usize| {
            let (users, token) = (house.users.clone(), token.clone());
            scope.spawn(move || {
                let text = format!("{GOOD} {n}");
                let redeemed = users.redeem(&token, &password(&text)).unwrap();
                (text, redeemed)
            })
        };
        let threads: Vec<_> = (0..MANY).map(attempt).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|(_, redeemed)| matches!(redeemed, Redeemed::Done { .. }));
    assert_eq!((won.len(), lost.len()), (1, MANY - 1));
    assert!(lost.iter().all(|(_, redeemed)| *redeemed == Redeemed::Void));
    let hash = house.store.password(&user.id).unwrap();
    assert!(bcrypt::verify(&won[0].0, hash.as_str()).unwrap(), "the password is that of whoever was told so");
    assert_eq!(house.read(&user).revision, 2);
}

#[test]
fn sessions_end_and_other_keys_do_not() {
    let house = House::new();
    let user = house.user("ada", &["user"], &house.first);
    let (session, key) = (house.session_of(&user), house.key_of(&user));
    assert!(house.users.authenticate(&session).is_ok());
    done(house.redeem(&house.token(&user, Purpose::Password)));
    assert_eq!(house.users.authenticate(&session).unwrap_err(), UserError::Unauthenticated);
    assert!(house.users.authenticate(&key).is_ok());
}

#[test]
fn who_was_locked_out_by_the_guesses_of_others_comes_in() {
    let house = House::new();
    let user = house.user("ada", &["user"], &house.first);
    let subject = Subject::account(&user.id);
    let (kept, later) = (subject.clone(), house.environment.clock.now().after(TimeDelta::hours(1)));
    house.store.write(move |tx| tx.set_arrival(&kept, Some(later))).unwrap();
    done(house.redeem(&house.token(&user, Purpose::Password)));
    assert_eq!(house.store.write(move |tx| tx.arrival(&subject)).unwrap(), None);
}

#[test]
fn each_account_gets_what_it_can_use_and_nobody_is_told() {
    let house = House::new();
    let (pending, active) = (house.invited("grace"), house.user("ada", &["user"], &house.first));
    for known in [&pending, &active] {
        assert_eq!(house.users.ask_for_mail(&known.email, Vec::new()), Ok(Ok(())));
    }
    assert_eq!(house.kinds(&pending), [MessageKind::Activation]);
    assert_eq!(house.kinds(&active), [MessageKind::Password]);
    let before = house.store.outbox();
    assert_eq!(house.users.ask_for_mail(&email("nobody@example.com"), Vec::new()), Ok(Ok(())));
    assert_eq!(house.store.outbox(), before);
    assert_eq!(house.operator.invite("ada@example.com").unwrap().id, active.id);
    assert_eq!(house.kinds(&active).len(), 2, "an invitation does not replace the way to a forgotten password");
    let invitation = house.token(&active, Purpose::Activation);
    house.users.ask_for_mail(&active.email, Vec::new()).unwrap().unwrap();
    done(house.redeem(&invitation));
}

#[test]
fn asking_is_counted_alike_for_known_and_unknown_addresses() {
    let house = House::new();
    let user = house.user("ada", &["user"], &house.first);
    let peer: IpAddr = "192.0.2.1".parse().unwrap();
    let ask = |address: &str| {
        let address = email(address);
        let limited = vec![(Subject::mail(&address), Rate::parse("2/h")), (Subject::peer(peer), Rate::parse("5/h"))];
        house.users.ask_for_mail(&address, limited).unwrap().map_err(Box::new)
    };
    for address in ["ada@example.com", "nobody@example.com"] {
        assert_eq!((ask(address), ask(address)), (Ok(()), Ok(())));
        let sent = house.store.outbox();
        let denied = ask(address).unwrap_err();
        let long = Duration::from_secs(60);
        assert!(matches!(denied.error, UserError::TooOften { retry_after } if retry_after > long), "{denied:?}");
        // It is noted whose the address is, and told to nobody.
        let whose = (address == user.email.as_str()).then(|| (user.id.clone(), house.first.clone())).unzip();
        assert_eq!(denied.refusal, refused(Reason::TooManyLinks, whose));
        assert_eq!(house.store.outbox(), sent);
    }
    assert_eq!(ask("else@example.com"), Ok(()), "others are not stopped by that");
    assert!(ask("more@example.com").is_err(), "but by what comes from one place");
    let eve = house.user("eve", &["user"], &house.first);
    let denied = ask(eve.email.as_str()).unwrap_err();
    assert_eq!(denied.refusal, refused(Reason::TooManyLinks, (None, None)), "nobody has asked too often for her");
    house.wait(3_600);
    assert_eq!(ask("ada@example.com"), Ok(()));
    assert_eq!(house.kinds(&user), [MessageKind::Password]);
}

#[test]
fn what_is_no_token_is_void() {
    let house = House::new();
    let user = house.invited("ada");
    let token = house.token(&user, Purpose::Activation);
    for wrong in ["", "x", &token[1..], &token.to_uppercase(), &format!("{token} "), &"a".repeat(32), "ä", "\0"] {
        assert_eq!(house.users.holder(wrong).unwrap(), None, "{wrong:?}");
        let refusal = house.users.void_link(wrong).unwrap();
        assert_eq!((refusal.action(), refusal), (Action::LinkRefused, refused(Reason::VoidLink, (None, None))));
        assert_eq!(house.redeem(wrong), Redeemed::Void, "{wrong:?}");
    }
    assert_eq!(house.read(&user), user);
}
