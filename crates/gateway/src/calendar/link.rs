//! The way from an operation to the one that takes its place.

use actix_web::http::header::HeaderValue;
use dialect::Route;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::settings::{Mounting, Successor};

/// What a segment of a path cannot have as it is (RFC 3986 §2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The longest parameter that is led further, in bytes. Ids are shorter, and who sends a long text must not get a head back that no
/// proxy takes.
const LONGEST: usize = 255;

/// How a request came to its dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By its host.
    Host,
    /// By its prefix, or by a header on the shared mount. There the successor may well have the same address, so the link leads
    /// to its own.
    Path,
}

/// An address for each request: whoever asks for one user is led to the same user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The same for all.
    Fixed(String),
    /// An operation of this program.
    Operation {
        /// What stands before its path, for those who came by a host.
        by_host: String,
        /// And for all others.
        by_path: String,
        /// Its path, with its parameters.
        template: &'static str,
    },
}

impl Link {
    /// The link to a successor that is found there, with this route.
    #[must_use]
    pub fn new(successor: &Successor, found: Option<(&Mounting, &Route)>) -> Option<Self> {
        match (successor, found) {
            (Successor::Address(address), _) => Some(Link::Fixed(address.clone())),
            (Successor::Operation(_), None) => None,
            (Successor::Operation(_), Some((at, route))) => {
                let host = at.hosts.first().map(|host| format!("//{}", host.as_str()));
                let prefix = (!at.prefix.is_empty()).then(|| at.prefix.clone());
                let by_path = prefix.clone().or_else(|| host.clone()).unwrap_or_default();
                let by_host = host.or(prefix).unwrap_or_default();
                Some(Link::Operation { by_host, by_path, template: route.path })
            }
        }
    }

    /// The header's value for a request that came this way, with these parameters in its path.
    #[must_use]
    pub fn value(&self, way: Way, parameters: &[String]) -> Option<HeaderValue> {
        let address = match self {
            Link::Fixed(address) => address.clone(),
            Link::Operation { by_host, by_path, template } => {
                let base = if way == Way::Host { by_host } else { by_path };
                format!("{base}{}", filled(template, parameters)?)
            }
        };
        // An address has nothing that a header could not have.
        HeaderValue::from_str(&format!("<{address}>; rel=\"successor-version\"")).ok()
    }
}

/// The path with its parameters in their places, the first one first. `None` if there are not enough, or one is no id.
fn filled(template: &str, parameters: &[String]) -> Option<String> {
    let (mut path, mut rest, mut parameters) = (String::new(), template, parameters.iter());
    while let Some((words, behind)) = rest.split_once('{') {
        path.push_str(words);
        path.extend(utf8_percent_encode(parameters.next().filter(|text| text.len() <= LONGEST)?, SEGMENT));
        rest = behind.split_once('}')?.1;
    }
    path.push_str(rest);
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(by_host: &str, by_path: &str, template: &'static str) -> Link {
        Link::Operation { by_host: by_host.to_owned(), by_path: by_path.to_owned(), template }
    }

    #[test]
    fn who_asks_for_one_is_led_to_the_same_one() {
        let link = link("//new.example", "/new", "/v2/things/{id}/parts");
        let value = |way, id: &str| {
            let value = link.value(way, &[id.to_owned(), "more".to_owned()]).expect("a link");
            value.to_str().expect("ASCII").to_owned()
        };
        assert_eq!(value(Way::Path, "a-7"), "</new/v2/things/a-7/parts>; rel=\"successor-version\"");
        assert_eq!(
            value(Way::Host, "a/>é"),
            "<//new.example/v2/things/a%2F%3E%C3%A9/parts>; rel=\"successor-version\""
        );
        assert_eq!(link.value(Way::Path, &[]), None);
        assert!(link.value(Way::Path, &["a".repeat(LONGEST)]).is_some());
        assert_eq!(link.value(Way::Path, &["a".repeat(LONGEST + 1)]), None);
    }

    #[test]
    fn an_address_elsewhere_is_the_same_for_all() {
        let successor = Successor::Address("https://api.example/v2".to_owned());
        let link = Link::new(&successor, None).expect("a link");
        assert_eq!(
            link.value(Way::Host, &[]),
            Some(HeaderValue::from_static("<https://api.example/v2>; rel=\"successor-version\""))
        );
    }
}
