//! How often somebody may try: to guess a password, to have a mail sent. Counted in the store, in a transaction of its own before
//! anything is tried, so that many who try at once, at whatever process and in whatever dialect, are counted together.
//!
//! By the generic cell rate algorithm (GCRA, ITU-T I.371): one point in time is kept for each subject, the theoretical arrival time. Each
//! attempt moves it on by its share of the period, and it may not get further ahead of the clock than one period.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chrono::TimeDelta;

use crate::email::Email;
use crate::error::Result;
use crate::id::UserId;
use crate::ports::Tx;
use crate::rate::Rate;
use crate::text::sha256;
use crate::time::Timestamp;

/// How many subjects that need not be kept any more one attempt removes: more than one, so that what has come together in busier times
/// goes; and few, since somebody waits for it.
const REMOVED_AT_ONCE: u32 = 16;

/// Whom an attempt is counted to. Nothing that somebody has typed is part of it, but by its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject(String);

impl Subject {
    /// An account whose password is guessed.
    #[must_use]
    pub fn account(user: &UserId) -> Self {
        Self(format!("account:{user}"))
    }

    /// An account that there is not, by what it was called, folded.
    #[must_use]
    pub fn unknown(folded: &str) -> Self {
        Self(format!("name:{}", sha256(folded)))
    }

    /// An address that mail is asked for, whether or not it is anybody's.
    #[must_use]
    pub fn mail(address: &Email) -> Self {
        Self(format!("mail:{}", sha256(address.key())))
    }

    /// From where somebody asks for mail. Another one than of those who sign in: they count with the account to themselves, and those who
    /// ask for mail wait for the account when they have counted.
    #[must_use]
    pub fn mails_of(peer: IpAddr) -> Self {
        Self(format!("mails:{}", network(peer)))
    }

    /// From where somebody tries. With IPv6, whoever has one address has the whole /64 (RFC 6177).
    #[must_use]
    pub fn peer(address: IpAddr) -> Self {
        Self(format!("peer:{}", network(address)))
    }

    /// The text form, which is what a store keeps.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

/// Who tries, and how often it may; as often as it likes where there is no rate.
pub type Limited = (Subject, Option<Rate>);

/// Counts one attempt to each of these subjects, if it is within the rate of all of them; otherwise to none. Nobody else counts any of
/// them before the transaction ends.
///
/// # Errors
/// The inner one: how long to wait until it is.
pub fn count(tx: &mut dyn Tx, limited: &[Limited], now: Timestamp) -> Result<Result<(), Duration>> {
    let mut limited: Vec<(&Subject, Rate)> =
        limited.iter().filter_map(|(subject, rate)| rate.map(|rate| (subject, rate))).collect();
    // In one order, so that two who count the same do not wait for each other.
    limited.sort_by_key(|(subject, _)| *subject);
    let (mut counted, mut wait) = (Vec::with_capacity(limited.len()), TimeDelta::zero());
    for (subject, rate) in limited {
        let (period, share) = (period(rate), share(rate));
        // If the clock was put back, what was counted by the later time holds no longer than a period.
        let before = tx.arrival(subject)?.map_or(now, |arrival| arrival.clamp(now, now.after(period)));
        let next = before.after(share);
        wait = wait.max(next.since(now) - period);
        counted.push((subject, next));
    }
    if wait > TimeDelta::zero() {
        return Ok(Err(wait.to_std().unwrap_or_default()));
    }
    counted.into_iter().try_for_each(|(subject, arrival)| tx.set_arrival(subject, Some(arrival)))?;
    tx.remove_arrivals(now, REMOVED_AT_ONCE)?;
    Ok(Ok(()))
}

/// Takes back one attempt of a subject, which did no harm.
///
/// # Errors
/// As the store's.
pub fn take_back(tx: &mut dyn Tx, (subject, rate): &Limited, now: Timestamp) -> Result<()> {
    let Some(rate) = rate else { return Ok(()) };
    let Some(arrival) = tx.arrival(subject)? else { return Ok(()) };
    let arrival = arrival.before(share(*rate));
    tx.set_arrival(subject, Some(arrival).filter(|arrival| *arrival > now))
}

/// Takes back all attempts of a subject.
///
/// # Errors
/// As the store's.
pub fn clear(tx: &mut dyn Tx, subject: &Subject) -> Result<()> {
    match tx.arrival(subject)? {
        Some(_) => tx.set_arrival(subject, None),
        None => Ok(()),
    }
}

fn period(rate: Rate) -> TimeDelta {
    TimeDelta::from_std(rate.per).unwrap_or(TimeDelta::MAX)
}

fn share(rate: Rate) -> TimeDelta {
    TimeDelta::from_std(rate.per / rate.count.get()).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests;
