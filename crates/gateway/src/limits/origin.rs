//! From which address a request comes.

use std::net::{IpAddr, SocketAddr};

use actix_web::http::header::{HeaderMap, HeaderName};

use crate::settings::network::Network;

/// Where proxies write who has connected to them, the last one at the end; no standard, but what all of them send.
static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The last address on the way of the request that is not one of ours: whatever stands before it, anybody can write.
#[must_use]
pub fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_ours = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut origin = peer;
    if !is_ours(origin) {
        return origin;
    }
    let values: Vec<_> = headers.get_all(&FORWARDED_FOR).collect();
    let hops = values.iter().rev().flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    for hop in hops {
        // What is no address was not written by a proxy of ours.
        let Some(address) = std::str::from_utf8(hop).ok().and_then(|hop| address(hop.trim())) else { return origin };
        origin = address;
        if !is_ours(origin) {
            return origin;
        }
    }
    origin
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_proxies_are_believed() {
        let trusted = ["127.0.0.1", "10.0.0.0/8"].map(|text| Network::parse(text).expect("a network"));
        let origin = |peer: &str, values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED_FOR.clone(), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
            }
            super::origin(peer.parse().expect("an address"), &headers, &trusted).to_string()
        };
        assert_eq!(origin("192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(origin("127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(origin("127.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(origin("127.0.0.1", &["1.1.1.1, 198.51.100.7, 10.2.3.4"]), "198.51.100.7");
        assert_eq!(origin("127.0.0.1", &["1.1.1.1, 198.51.100.7", "10.2.3.4"]), "198.51.100.7");
        assert_eq!(origin("127.0.0.1", &["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(origin("127.0.0.1", &["[2001:db8::1]:80"]), "2001:db8::1");
        assert_eq!(origin("127.0.0.1", &["unknown, 10.2.3.4"]), "10.2.3.4");
        assert_eq!(origin("127.0.0.1", &["é, 198.51.100.7"]), "198.51.100.7");
    }
}
