//! Signing in, as the core sees it.

use users::attempts::Subject as Tried;
use users::changes::Subject;
use users::error::Result;
use users::key::{Key, KeyId};
use users::password::PasswordHash;
use users::ports::{Credentials, Login, SessionReads, SessionTx};
use users::{Timestamp, UserError, UserId};

use super::Session;
use crate::rows::{self, CredentialsRow, KeyRow};
use crate::{reads, writes};

impl SessionReads for Session<'_> {
    fn sessions(&mut self, after: Option<&(Timestamp, KeyId)>, limit: u32) -> Result<Vec<Key>> {
        let after = after.map(|(end, id)| (end.micros(), id.as_str()));
        let rows = self.run(|connection| reads::sessions(connection, after, limit.into()))?;
        rows.into_iter().map(KeyRow::into_key).collect()
    }

    fn owners(&mut self, keys: &[KeyId]) -> Result<Vec<(KeyId, UserId)>> {
        let owners = self.run(|connection| reads::owners(connection, keys))?;
        let owner =
            |(key, owner): (String, Option<String>)| Some((KeyId::from_stored(key), UserId::from_stored(owner?)));
        Ok(owners.into_iter().filter_map(owner).collect())
    }

    fn credentials(&mut self, login: Login<'_>) -> Result<Option<Credentials>> {
        let row = self.run(|connection| reads::credentials(connection, login))?;
        row.map(CredentialsRow::into_credentials).transpose()
    }

    fn password_hash(&mut self, user: &UserId) -> Result<Option<PasswordHash>> {
        let hash = self.run(|connection| reads::password_hash(connection, user.as_str()))?;
        Ok(hash.map(PasswordHash::from_stored))
    }
}

impl SessionTx for Session<'_> {
    fn end_sessions(&mut self, user: &UserId, except: Option<&KeyId>, at: Timestamp) -> Result<Vec<KeyId>> {
        let except = except.map(KeyId::as_str);
        let ended = self.run(|connection| writes::end_sessions(connection, user.as_str(), except, at.micros()))?;
        let ended: Vec<KeyId> = ended.into_iter().map(KeyId::from_stored).collect();
        self.changed.extend(ended.iter().cloned().map(Subject::Key));
        Ok(ended)
    }

    fn remove_ended_sessions(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        let remove = |connection: &mut _| writes::remove_ended_sessions(connection, before.micros(), limit.into());
        removed(self.run(remove)?)
    }

    fn arrival(&mut self, subject: &Tried) -> Result<Option<Timestamp>> {
        let arrival = self.run(|connection| writes::arrival(connection, subject.as_str()))?;
        arrival.map(|micros| rows::time(micros, "time of an attempt")).transpose()
    }

    fn set_arrival(&mut self, subject: &Tried, arrival: Option<Timestamp>) -> Result<()> {
        let arrival = arrival.map(Timestamp::micros);
        self.run(|connection| writes::set_arrival(connection, subject.as_str(), arrival))
    }

    fn remove_arrivals(&mut self, before: Timestamp, limit: u32) -> Result<u32> {
        removed(self.run(|connection| writes::remove_arrivals(connection, before.micros(), limit.into()))?)
    }
}

fn removed(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| UserError::Internal("more were removed than asked for".to_owned()))
}
