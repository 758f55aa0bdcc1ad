//! Addresses from which keys are presented that are none.

use std::net::IpAddr;
use std::time::Duration;

use users::attempts::Subject;

use super::Limiter;
use crate::settings::Rate;

/// Who has failed lately.
#[derive(Default)]
pub struct Peers(Limiter<Subject>);

impl Peers {
    /// From this address one more key was presented that is none.
    ///
    /// # Errors
    /// How long to wait before the next attempt, if this is more than the rate allows.
    pub fn failed(&self, address: IpAddr, rate: Rate, now: Duration) -> Result<(), Duration> {
        self.0.admit(&Subject::peer(address), [Some(rate), None], now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::rate::parse;

    #[test]
    fn neighbours_in_a_network_of_ipv6_are_one_and_addresses_of_ipv4_are_not() {
        let (peers, rate) = (Peers::default(), parse("1/min").expect("a rate"));
        let fails = |address: &str| peers.failed(address.parse().expect("an address"), rate, Duration::ZERO).is_ok();
        assert_eq!(["192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1"].map(fails), [true, true, false]);
        assert_eq!(["2001:db8::1", "2001:db8::2:3:4:5", "2001:db8:0:1::1"].map(fails), [true, false, true]);
    }
}
