//! What signing in asks of the in-memory store.

use super::tables::Tables;
use crate::attempts::Subject;
use crate::error::{Result, UserError};
use crate::id::UserId;
use crate::key::{Key, KeyId};
use crate::password::PasswordHash;
use crate::ports::{Credentials, Login, SessionReads, SessionTx};
use crate::time::Timestamp;

impl SessionReads for Tables {
    fn sessions(&mut self, after: Option<&(Timestamp, KeyId)>, limit: u32) -> Result<Vec<Key>> {
        let place = |key: &Key| Some((key.expires_at?, key.id.clone()));
        let sessions = self.keys.values().filter(|key| key.session).cloned();
        let sessions = sessions.filter_map(|key| Some((place(&key)?, key)));
        let mut sessions: Vec<_> = sessions.filter(|(place, _)| after.is_none_or(|after| place > after)).collect();
        sessions.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(sessions.into_iter().take(limit as usize).map(|(_, key)| key).collect())
    }

    fn owners(&mut self, keys: &[KeyId]) -> Result<Vec<(KeyId, UserId)>> {
        let owner = |id: &KeyId| Some((id.clone(), self.keys.get(id)?.owner.clone()?));
        Ok(keys.iter().filter_map(owner).collect())
    }

    fn credentials(&mut self, login: Login<'_>) -> Result<Option<Credentials>> {
        let found = self.users.values().find(|user| match login {
            Login::Email(key) => user.email.key() == key,
            Login::Username(key) => user.username.key() == key,
        });
        let credentials = |user: &crate::user::User| Credentials {
            user: user.id.clone(),
            status: user.status,
            password: self.passwords.get(&user.id).cloned(),
            home: user.default_workspace.clone(),
        };
        Ok(found.map(credentials))
    }

    fn password_hash(&mut self, user: &UserId) -> Result<Option<PasswordHash>> {
        Ok(self.passwords.get(user).cloned())
    }
}

impl SessionTx for Tables {
    fn end_sessions(&mut self, user: &UserId, except: Option<&KeyId>, at: Timestamp) -> Result<Vec<KeyId>> {
        let theirs = self.keys.values_mut().filter(|key| key.session && key.owner.as_ref() == Some(user));
        let live = theirs.filter(|key| key.is_live(at) && Some(&key.id) != except);
        let end = |key: &mut Key| {
            key.revoked_at = Some(at);
            key.id.clone()
        };
        Ok(live.map(end).collect())
    }

    fn remove_ended_sessions(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let sessions = self.keys.values().filter(|key| key.session);
        let mut old: Vec<(Timestamp, KeyId)> =
            sessions.filter_map(|key| Some((key.expires_at.filter(|end| *end < before)?, key.id.clone()))).collect();
        old.sort();
        old.truncate(limit as usize);
        old.iter().for_each(|(_, id)| drop(self.keys.remove(id)));
        self.usage.retain(|key| self.keys.contains_key(key));
        count(old.len())
    }

    fn arrival(&mut self, subject: &Subject) -> Result<Option<Timestamp>> {
        Ok(self.arrivals.get(subject).copied())
    }

    fn set_arrival(&mut self, subject: &Subject, arrival: Option<Timestamp>) -> Result<()> {
        match arrival {
            Some(arrival) => self.arrivals.insert(subject.clone(), arrival),
            None => self.arrivals.remove(subject),
        };
        Ok(())
    }

    fn remove_arrivals(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let old = self.arrivals.iter().filter(|(_, arrival)| **arrival < before);
        let mut old: Vec<(Timestamp, Subject)> = old.map(|(subject, arrival)| (*arrival, subject.clone())).collect();
        old.sort();
        old.truncate(limit as usize);
        self.arrivals.retain(|subject, _| !old.iter().any(|(_, gone)| gone == subject));
        count(old.len())
    }
}

fn count(removed: usize) -> Result<u32> {
    u32::try_from(removed).map_err(|_| UserError::Internal("more than the limit".to_owned()))
}
