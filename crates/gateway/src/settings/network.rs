//! Networks of addresses, as people write them.

use std::net::IpAddr;

/// What [`Network::parse`] reads, for messages.
pub const FORM: &str = "an IP address, or a network such as 10.0.0.0/8 or fd00::/8";

/// All addresses that begin alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    bits: u128,
    mask: u128,
    is_v4: bool,
}

impl Network {
    /// Reads an address, or an address and how many of its bits count. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let address: IpAddr = address.parse().ok()?;
        let (bits, width) = bits(address.to_canonical());
        // One of the older kind may be written as one of the newer.
        let written = if address.is_ipv6() { V6 } else { V4 };
        let length: u32 = match length {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => written,
        };
        let length = length.checked_sub(written - width)?;
        // All addresses at once would be no mask at all.
        let hidden = width.checked_sub(length)?;
        let mask = u128::MAX.checked_shl(hidden).unwrap_or(0);
        Some(Self { bits: bits & mask, mask, is_v4: width == V4 })
    }

    /// Whether the address is one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (bits, width) = bits(address.to_canonical());
        self.is_v4 == (width == V4) && bits & self.mask == self.bits
    }
}

/// How many bits an address has, of the older kind.
const V4: u32 = 32;

/// And of the newer.
const V6: u32 = 128;

fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (address.to_bits().into(), V4),
        IpAddr::V6(address) => (address.to_bits(), V6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_its_networks() {
        let is_in = |network: &str, address: &str| {
            let network = Network::parse(network).unwrap_or_else(|| panic!("{network}"));
            network.contains(address.parse().expect("an address"))
        };
        for (network, inside, outside) in [
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.128/25", "192.0.2.255", "192.0.2.127"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
            ("fd00::/8", "fdff::1", "fe80::1"),
            ("::/0", "2001:db8::1", "10.0.0.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:11.0.0.1"),
            ("::ffff:10.0.0.0/104", "10.0.0.1", "11.0.0.1"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ] {
            assert!(is_in(network, inside), "{inside} is in {network}");
            assert!(!is_in(network, outside), "{outside} is not in {network}");
        }
        for wrong in [
            "",
            "localhost",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "10.0.0/8",
            "::/129",
            "::ffff:10.0.0.0/95",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
