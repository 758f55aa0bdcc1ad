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
use crate::ports::{REMOVED_AT_ONCE, Tx};
use crate::rate::Rate;
use crate::text::sha256;
use crate::time::Timestamp;

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

    /// An account that there is not, by the address that it was called, folded.
    #[must_use]
    pub fn unknown_email(key: &str) -> Self {
        Self::unknown(&format!("email:{key}"))
    }

    /// An account that there is not, by the username that it was called, folded.
    #[must_use]
    pub fn unknown_username(key: &str) -> Self {
        Self::unknown(&format!("username:{key}"))
    }

    /// An address that mail is asked for, whether or not it is anybody's.
    #[must_use]
    pub fn mail(address: &Email) -> Self {
        Self::mail_to(address.key())
    }

    fn mail_to(key: &str) -> Self {
        Self(format!("mail:{}", sha256(key)))
    }

    /// All that is counted of a user who has these names: to its account, to the names from before there was that account, and to the
    /// address as one that mail is asked for. In the order in which they are counted.
    #[must_use]
    pub fn all_of(user: &UserId, email_key: &str, username_key: &str) -> Vec<Self> {
        let (email, username) = (Self::unknown_email(email_key), Self::unknown_username(username_key));
        let mut all = vec![Self::account(user), email, username, Self::mail_to(email_key)];
        all.sort_unstable();
        all
    }

    /// From where somebody asks for mail. (Another one than where somebody signs in: neither is to bar the other.)
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

/// Somebody has tried too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// How long to wait for the next attempt.
    pub retry_after: Duration,
    /// Whose rate takes longest.
    pub whose: Subject,
}

/// Counts one attempt to each of these subjects, if it is within the rate of all of them; otherwise to none. Nobody else counts any of
/// them before the transaction ends.
///
/// # Errors
/// The inner one: it is not within them.
pub fn count(tx: &mut dyn Tx, limited: &[Limited], now: Timestamp) -> Result<Result<(), Spent>> {
    let mut limited: Vec<(&Subject, Rate)> =
        limited.iter().filter_map(|(subject, rate)| rate.map(|rate| (subject, rate))).collect();
    // In one order, so that two who count the same do not wait for each other.
    limited.sort_by_key(|(subject, _)| *subject);
    let (mut counted, mut longest) = (Vec::with_capacity(limited.len()), None::<Spent>);
    for (subject, rate) in limited {
        let latest = now.after(period(rate));
        let mut arrival = tx.arrival(subject)?;
        // Nobody can have got further under this rate and by this clock. By a clock that was put back since, or under another rate, it may
        // be: that is cut for good, or it would take until then to come down.
        if arrival.is_some_and(|arrival| arrival > latest) {
            arrival = Some(latest);
            tx.set_arrival(subject, arrival)?;
        }
        let next = arrival.map_or(now, |arrival| arrival.max(now)).after(share(rate));
        // What is below zero is no wait.
        let wait = next.since(latest).to_std().ok().filter(|wait| !wait.is_zero());
        if let Some(retry_after) =
            wait.filter(|wait| longest.as_ref().is_none_or(|longest| *wait > longest.retry_after))
        {
            longest = Some(Spent { retry_after, whose: subject.clone() });
        }
        counted.push((subject, next));
    }
    if let Some(spent) = longest {
        return Ok(Err(spent));
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
