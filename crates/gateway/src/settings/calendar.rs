//! When an operation is deprecated, when it goes, what takes its place, and when it is away for a short time.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use users::Timestamp;
use users::key::KeyId;

use super::deployment::{Deployment, Set, State};
use super::duration;
use super::near::nearest;
use super::read::Reader;

/// What [`time`] reads, for messages.
const FORM: &str = "empty for none, a day such as 2027-01-31, or a time with its zone such as 2027-01-31T12:00:00Z";

/// The longest brownout: what is away for longer is off.
pub const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// What takes the place of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Successor {
    /// An operation of this program, by its full name.
    Operation(String),
    /// Something elsewhere: an absolute address.
    Address(String),
}

impl Successor {
    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Successor::Operation(text) | Successor::Address(text) => text,
        }
    }
}

/// A time in which an operation is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brownout {
    /// From then on.
    pub at: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

/// All of it, for one operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// From when on it should not be used any more.
    pub deprecated: Option<Timestamp>,
    /// From when on it is gone.
    pub sunset: Option<Timestamp>,
    /// What takes its place.
    pub successor: Option<Successor>,
    /// When it is away, in order.
    pub brownouts: Vec<Brownout>,
    /// The keys for which it is neither away nor gone.
    pub exempt: Vec<KeyId>,
}

/// A brownout as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RawBrownout {
    /// When it begins.
    pub at: String,
    /// How long it takes.
    #[serde(rename = "for")]
    pub length: String,
}

/// Reads a point in time; empty for none.
pub fn time(reader: &mut Reader<'_>, key: &str, text: &str) -> Option<Option<Timestamp>> {
    if text.is_empty() {
        return Some(None);
    }
    reader.require(key, parse(text), FORM).map(Some)
}

/// A day stands for its first moment in UTC.
fn parse(text: &str) -> Option<Timestamp> {
    let whole = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc));
    let day = || Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    // Years have four digits in headers.
    let has_form = text.get(..10).is_some_and(|day| {
        day.bytes().enumerate().all(|(n, byte)| if [4, 7].contains(&n) { byte == b'-' } else { byte.is_ascii_digit() })
    });
    let time = if text.len() == 10 { day() } else { whole() };
    time.filter(|_| has_form).map(Timestamp::from)
}

/// Reads a successor, which is one of these operations or an address; empty for none.
pub fn successor(reader: &mut Reader<'_>, key: &str, text: &str, operations: &[String]) -> Option<Option<Successor>> {
    if text.is_empty() {
        return Some(None);
    }
    let successor = if operations.iter().any(|known| known == text) {
        Some(Successor::Operation(text.to_owned()))
    } else {
        is_address(text).then(|| Successor::Address(text.to_owned()))
    };
    let meant = nearest(text, operations.iter().map(String::as_str));
    let meant = meant.map(|name| format!("; perhaps {name} is meant")).unwrap_or_default();
    let form = format!(
        "empty for none, an operation such as those that `diglot routes` names, or an address such as \
         https://api.example.com/v2/users{meant}"
    );
    reader.require(key, successor, form).map(Some)
}

/// Whether the text can stand in `Link: <…>` as it is.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |b: u8| b.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&b);
    let has_host = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    rest.is_some_and(|rest| has_host(rest) && rest.bytes().all(is_plain))
}

/// Reads brownouts, and puts them in order.
pub fn brownouts(reader: &mut Reader<'_>, key: &str, raw: &[RawBrownout]) -> Option<Vec<Brownout>> {
    let mut brownouts = Vec::new();
    for (n, RawBrownout { at, length }) in raw.iter().enumerate() {
        let (at_key, for_key) = (format!("{key}[{n}].at"), format!("{key}[{n}].for"));
        let form = "a day or a time with its zone, such as 2027-01-31T12:00:00Z";
        let at = reader.require(&at_key, parse(at), form);
        let length = duration::positive(length).filter(|length| *length <= LONGEST);
        let length = reader.require(&for_key, length, format!("{}, not zero and at most 31d", duration::FORM));
        brownouts.push(at.zip(length).and_then(|(at, length)| Some(Brownout { at, until: later(at, length)? })));
    }
    let mut brownouts: Vec<Brownout> = brownouts.into_iter().collect::<Option<_>>()?;
    brownouts.sort_by_key(|brownout| brownout.at);
    Some(brownouts)
}

/// So much later. `None` beyond what the calendar can say.
pub fn later(at: Timestamp, length: Duration) -> Option<Timestamp> {
    let length = i64::try_from(length.as_micros()).ok()?;
    at.micros().checked_add(length).and_then(Timestamp::from_micros)
}

/// Reads the ids of keys.
pub fn exempt(reader: &mut Reader<'_>, key: &str, raw: &[String]) -> Option<Vec<KeyId>> {
    let form = "the public id of a key, the part between its first and its second underscore";
    let read = |(n, text): (usize, &String)| reader.require(&format!("{key}[{n}]"), KeyId::parse(text), form);
    let ids: Vec<Option<KeyId>> = raw.iter().enumerate().map(read).collect();
    ids.into_iter().collect()
}

/// Notes successors to which no request can be led: the operation itself, and one that asks for more than the path of this one tells.
pub fn find_dead_ends(reader: &mut Reader<'_>, all: &[Deployment]) {
    let parameters = |how: &Deployment| how.route.path.matches('{').count();
    let mut told: Vec<&str> = Vec::new();
    for how in all {
        let Set { value: Some(Successor::Operation(name)), key, .. } = &how.successor else { continue };
        let fault = match all.iter().find(|other| other.name == *name) {
            Some(_) if *name == how.name => "is the operation itself",
            Some(successor) if successor.anywhere != State::On => "is not served",
            Some(successor) if parameters(successor) > parameters(how) => {
                "has an id in its path, which requests of this operation do not tell"
            }
            Some(_) | None => continue,
        };
        if !told.contains(&key.as_str()) {
            told.push(key);
            reader.problem(key, format!("{fault} ({})", how.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_zone_or_are_days() {
        let seconds = |text: &str| parse(text).map(|time| time.micros() / 1_000_000);
        assert_eq!(seconds("2027-01-31"), Some(1_801_353_600));
        assert_eq!(seconds("2027-01-31T00:00:00Z"), Some(1_801_353_600));
        assert_eq!(seconds("2027-01-31T02:00:00+02:00"), Some(1_801_353_600));
        for wrong in [
            "",
            "2027",
            "+12345-01-01",
            "-005-01-01",
            "2027-1-5",
            " 2027-01-05",
            "2027-02-30",
            "2027-01-31T00:00:00",
            "31.01.2027",
            "@1801353600",
            "2027-01-31 ",
            "soon",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn addresses_fit_between_brackets() {
        for address in ["https://api.example.com/v2/users", "http://localhost:8080", "https://a/b?c=d&e#f"] {
            assert!(is_address(address), "{address}");
        }
        for wrong in [
            "",
            "https://",
            "https:///x",
            "https://?",
            "https://:80/",
            "ftp://a",
            "/v2/users",
            "https://a/<b>",
            "https://a b",
            "https://a/\r\nX: y",
            "maisa.listUsers",
        ] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }
}
