//! What a process does with the store before it serves.

use data_encoding::HEXLOWER;

use super::Users;
use super::sign_in::KEPT;
use crate::audit::{About, Action, Actor};
use crate::error::{Result, UserError};
use crate::once::Claim;
use crate::page::{Filter, Scope, Start};
use crate::ports::{Lock, Store, Tx};
use crate::role::{RolePolicy, Roles};
use crate::user::User;

const RANKING: &str = "role_ranking";
const SECRET: &str = "installation_secret";
const BATCH: u32 = 500;

impl<S: Store> Users<S> {
    /// Whether there is an active administrator, without whom nobody can be served.
    ///
    /// # Errors
    /// As the store's.
    pub fn has_administrator(&self) -> Result<bool> {
        self.store.read(|reads| reads.has_active_with_role(self.policy.administrator(), None))
    }

    /// The secret that all processes on this store share, made by the first of them. Never shown to anyone.
    ///
    /// # Errors
    /// As the store's.
    pub fn installation_secret(&self) -> Result<Vec<u8>> {
        let mut fresh = [0; 32];
        self.environment.randomness.fill(&mut fresh)?;
        let text = self.store.write(move |tx| {
            tx.lock(Lock::Facts)?;
            match tx.fact(SECRET)? {
                Some(text) => Ok(text),
                None => {
                    let text = HEXLOWER.encode(&fresh);
                    tx.set_fact(SECRET, &text)?;
                    Ok(text)
                }
            }
        })?;
        HEXLOWER.decode(text.as_bytes()).map_err(|e| UserError::Internal(format!("the installation's secret: {e}")))
    }

    /// Removes what is over: claims that count no more, sessions that ended long ago, and who has tried something so long ago that it
    /// says nothing any more. Each new one of a kind removes some; this is for those after which none came.
    ///
    /// # Errors
    /// As the store's.
    pub fn remove_what_is_over(&self) -> Result<()> {
        let now = self.environment.clock.now();
        let (claims, sessions) = (Claim::horizon(now), now.before(KEPT));
        while self.store.write(move |tx| tx.remove_claims(claims, BATCH))? == BATCH {}
        while self.store.write(move |tx| tx.remove_ended_sessions(sessions, BATCH))? == BATCH {}
        while self.store.write(move |tx| tx.remove_arrivals(now, BATCH))? == BATCH {}
        Ok(())
    }

    /// Stores keep a user's roles in the order of their rank. If the settings rank them otherwise than when this
    /// store was last served, brings every record into the new order.
    ///
    /// # Errors
    /// As the store's.
    pub fn align_roles(&self) -> Result<()> {
        let (policy, act) = (self.policy.clone(), self.act(Actor::Operator));
        self.store.write(move |tx| {
            tx.lock(Lock::Facts)?;
            let names: Vec<&str> = policy.names().map(|name| name.as_str()).collect();
            let ranking = names.join("\n");
            let before = tx.fact(RANKING)?;
            if before.as_ref() == Some(&ranking) {
                return Ok(());
            }
            reorder_roles(tx, &policy)?;
            if before.is_some() {
                act.note(tx, Action::RolesRanked, About::default())?;
            }
            tx.set_fact(RANKING, &ranking)
        })
    }
}

fn reorder_roles(tx: &mut dyn Tx, policy: &RolePolicy) -> Result<()> {
    let mut start = Start::Beginning;
    loop {
        let users = tx.users(&Scope::Installation, &Filter::default(), &start, BATCH)?;
        let Some(last) = users.last() else { return Ok(()) };
        start = Start::After(last.id.clone());
        for user in users {
            if in_order(&user, policy).is_none() {
                continue;
            }
            // Another process may be changing it: what counts is what it is once nobody else can.
            tx.lock(Lock::User { target: &user.id, actor: None })?;
            let Some(mut user) = tx.user(&user.id)? else { continue };
            if let Some(roles) = in_order(&user, policy) {
                user.roles = roles;
                user.revision += 1;
                tx.update_user(&user)?;
            }
        }
    }
}

/// The user's roles in the order of rank, if they are in another one.
fn in_order(user: &User, policy: &RolePolicy) -> Option<Roles> {
    policy.roles(user.roles.iter().cloned()).filter(|roles| *roles != user.roles)
}
