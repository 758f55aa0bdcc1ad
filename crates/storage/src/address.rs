//! The address of a PostgreSQL database, as libpq reads it (postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
//! All of its parameters are passed on as they are. It is taken apart only to be shown without secrets, and to refuse what libpq
//! would misread: an unescaped `@` in a password makes the rest of it a host, which messages then name.

use std::borrow::Cow;
use std::fmt;
use std::net::Ipv6Addr;

use percent_encoding::percent_decode_str;

/// A well-formed address.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    user: Option<String>,
    password: Option<String>,
    /// `host:port,host:port`; empty for the local socket.
    hosts: String,
    /// With the slash before it, or empty.
    database: String,
    /// Names and values, as written.
    parameters: Vec<(String, String)>,
}

impl Address {
    /// Reads what stands behind `postgres://`.
    pub fn parse(rest: &str) -> Option<Self> {
        let (place, query) = match rest.split_once('?') {
            Some((place, query)) => (place, Some(query)),
            None => (rest, None),
        };
        let (login, place) = match place.split_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, place),
        };
        let (user, password) = match login.map(|login| login.split_once(':').unwrap_or((login, ""))) {
            Some((user, "")) => (Some(user), None),
            Some((user, password)) => (Some(user), Some(password)),
            None => (None, None),
        };
        let (hosts, database) = place.split_at(place.find('/').unwrap_or(place.len()));
        let is_fine = user.is_none_or(is_escaped)
            && password.is_none_or(is_escaped)
            && (hosts.is_empty() || hosts.split(',').all(is_host))
            && database.strip_prefix('/').is_none_or(is_escaped);
        let parameters = query.map_or_else(|| Some(Vec::new()), |query| query.split('&').map(parameter).collect())?;
        let own = |text: &str| text.to_owned();
        is_fine.then(|| Self {
            user: user.map(own),
            password: password.map(own),
            hosts: own(hosts),
            database: own(database),
            parameters,
        })
    }

    /// Says something that is not said yet.
    pub fn set_default(&mut self, name: &str, value: &str) {
        if !self.parameters.iter().any(|(said, _)| said == name) {
            self.parameters.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Whether it names the same database of the same servers, to the letter.
    pub fn is_place_of(&self, other: &Self) -> bool {
        let place = |address: &Self| {
            let said = |name| address.parameters.iter().find(|(said, _)| said == name).map(|(_, value)| value.clone());
            (address.hosts.clone(), address.database.clone(), ["host", "hostaddr", "port", "dbname"].map(said))
        };
        place(self) == place(other)
    }

    /// How many servers it names: one at least, if only that of the local socket.
    pub fn servers(&self) -> usize {
        let lists = self.parameters.iter().filter(|(name, _)| ["host", "hostaddr"].contains(&name.as_str()));
        let count = |list: &str| list.split(',').count();
        lists.map(|(_, list)| count(list)).fold(count(&self.hosts), usize::max)
    }

    /// For libpq.
    pub fn into_parameters(self) -> String {
        let password = self.password.map_or_else(String::new, |password| format!(":{password}"));
        let login = self.user.map_or_else(String::new, |user| format!("{user}{password}@"));
        let parameters: Vec<String> = self.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("postgresql://{login}{}{}?{}", self.hosts, self.database, parameters.join("&"))
    }

    /// A message without the secrets of this address, should it hold any.
    pub fn censored(&self, text: &str) -> String {
        let is_secret = |name: &str| ["password", "sslpassword", "options"].contains(&name);
        let hidden = self.parameters.iter().filter(|(name, _)| is_secret(name)).map(|(_, value)| value);
        let mut text = text.to_owned();
        for secret in self.password.iter().chain(hidden).filter(|secret| !secret.is_empty()) {
            text = text.replace(secret.as_str(), "***");
            let plain: Cow<'_, str> = percent_decode_str(secret).decode_utf8_lossy();
            text = text.replace(plain.as_ref(), "***");
        }
        text
    }
}

/// Shows who and where, and nothing secret.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        // Where the place is a parameter, that is shown instead.
        let said = |name: &str| self.parameters.iter().find(|(said, _)| said == name).map(|(_, value)| value.as_str());
        let hosts = if self.hosts.is_empty() { said("host").unwrap_or_default() } else { &self.hosts };
        write!(f, "{hosts}{}", self.database)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// No sign of the URL itself, and every `%` begins an escape.
fn is_escaped(text: &str) -> bool {
    let has_digits = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    !text.contains([':', '/', '?', '#', '@', '&', '=', ' ', '\0']) && text.split('%').skip(1).all(has_digits)
}

/// `name`, `name:5432`, `[::1]:5432`, or nothing for the local socket.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) if name.parse::<Ipv6Addr>().is_ok() => ("", port),
        _ => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    is_port && is_escaped(name) && !name.contains(['[', ']'])
}

/// `name=value`.
fn parameter(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    // libpq takes slashes, colons, commas and `@` in values as they are.
    let is_value = is_escaped(&value.replace([':', '/', '@'], ""));
    (is_name && is_value).then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_reaches_libpq_and_no_secret_is_shown() {
        for (text, passed, shown) in [
            ("", "?a=b", ""),
            ("/db", "/db?a=b", "/db"),
            ("u:p%40x@h:1,[::1]:2,c/db?a=c", "u:p%40x@h:1,[::1]:2,c/db?a=c", "u@h:1,[::1]:2,c/db"),
            (
                "u@/db?host=/run/pg&password=x&sslmode=require",
                "u@/db?host=/run/pg&password=x&sslmode=require&a=b",
                "u@/run/pg/db",
            ),
            ("%2Frun%2Fpg/db", "%2Frun%2Fpg/db?a=b", "%2Frun%2Fpg/db"),
        ] {
            let mut address = Address::parse(text).expect(text);
            assert_eq!(address.to_string(), format!("postgres://{shown}"));
            address.set_default("a", "b");
            assert_eq!(address.into_parameters(), format!("postgresql://{passed}"));
        }
    }

    #[test]
    fn what_libpq_would_misread_is_refused() {
        for text in [
            "u:pa@ss@h/db",
            "u:pa/ss@h/db",
            "u:pa?ss@h/db",
            "u:pa#ss@h/db",
            "u:1?ss@h/db",
            "u:p%zz@h/db",
            "u:100%@h/db",
            "h:port/db",
            "h/db/other",
            "h/db?sslmode",
            "h/db?=x",
            "h/db?a=b c",
            "h/db#x",
            "[zz]/db",
        ] {
            assert!(Address::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn servers_are_counted() {
        for (text, servers) in [
            ("", 1),
            ("/db", 1),
            ("u@h:1/db", 1),
            ("h,i:2/db", 2),
            ("/db?host=/run/a,/run/b,c", 3),
            ("h/db?hostaddr=1.2.3.4,1.2.3.5", 2),
        ] {
            assert_eq!(Address::parse(text).expect(text).servers(), servers, "{text}");
        }
    }

    #[test]
    fn a_place_is_known_again_whoever_goes_there_and_how() {
        let parse = |text: &str| Address::parse(text).expect(text);
        let place = parse("u:p@h/db?sslmode=require");
        for (text, is_same) in [
            ("v@h/db", true),
            ("h/db?sslmode=disable", true),
            ("h:5433/db", false),
            ("h/other", false),
            ("i/db", false),
            ("h/db?hostaddr=1.2.3.4", false),
            ("h/db?port=5433", false),
        ] {
            assert_eq!(parse(text).is_place_of(&place), is_same, "{text}");
        }
    }

    #[test]
    fn messages_are_censored() {
        let address = Address::parse("u:p%40x@h/db?sslpassword=hush").expect("an address");
        assert_eq!(address.censored("p%40x or p@x, hush!"), "*** or ***, ***!");
    }
}
