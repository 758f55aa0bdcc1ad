//! One operation's calendar, ready for requests.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, LINK};
use dialect::Gone;
use dialect::announced::{DEPRECATION, SUNSET};
use users::Timestamp;
use users::key::KeyId;

use super::{Link, Outage, Way};
use crate::settings::{Brownout, Calendar};

/// What is known of the future of an operation.
#[derive(Default)]
pub struct Announcement {
    deprecation: Option<HeaderValue>,
    sunset: Option<(Timestamp, HeaderValue)>,
    link: Option<Link>,
    brownouts: Vec<Brownout>,
    exempt: Vec<KeyId>,
    /// What was said by hand.
    outage: Arc<Outage>,
}

impl Announcement {
    /// What the calendar says, with the link to the successor that it names, and what is said by hand.
    #[must_use]
    pub fn new(calendar: &Calendar, link: Option<Link>, outage: Arc<Outage>) -> Self {
        let deprecation = calendar.deprecated.and_then(|time| text(&format!("@{}", time.utc().timestamp())));
        // An HTTP date (RFC 9110 §5.6.7).
        let date = |time: Timestamp| text(&time.utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        Self {
            deprecation,
            sunset: calendar.sunset.and_then(|time| Some((time, date(time)?))),
            link,
            brownouts: calendar.brownouts.clone(),
            exempt: calendar.exempt.clone(),
            outage,
        }
    }

    /// Whether there is nothing to look at: no clock need be asked.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.sunset.is_none() && self.brownouts.is_empty() && !self.outage.is_said()
    }

    /// Whether answers of the operation have a date that they would not have otherwise.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        self.deprecation.is_some() || self.sunset.is_some()
    }

    /// Why the operation is not there, if it is not.
    #[must_use]
    pub fn gone(&self, now: Timestamp) -> Option<Gone> {
        if self.sunset.as_ref().is_some_and(|(end, _)| *end <= now) {
            return Some(Gone::Sunset);
        }
        let by_hand = self.outage.end(now);
        let scheduled = if self.outage.spares(now) { None } else { self.scheduled_end(now) };
        let end = by_hand.max(scheduled)?;
        let micros = end.micros().saturating_sub(now.micros());
        Some(Gone::Brownout { retry_after: Duration::from_micros(u64::try_from(micros).unwrap_or(0)) })
    }

    /// When the brownout of the calendar is over that holds now. Those that follow at once belong to it.
    #[must_use]
    pub fn scheduled_end(&self, now: Timestamp) -> Option<Timestamp> {
        let mut end = None;
        for brownout in &self.brownouts {
            let reached = end.unwrap_or(now);
            if brownout.at <= reached && brownout.until > reached {
                end = Some(brownout.until);
            }
        }
        end
    }

    /// Whether this key is let in where others are told that the operation is gone.
    #[must_use]
    pub fn exempts(&self, key: &KeyId) -> bool {
        self.exempt.contains(key)
    }

    /// Where a request that came this way, with these parameters in its path, finds what takes the place of the operation.
    #[must_use]
    pub fn link(&self, way: Way, parameters: &[String]) -> Option<HeaderValue> {
        self.link.as_ref().and_then(|link| link.value(way, parameters))
    }

    /// Tells the client of an answer what it has to expect.
    pub fn announce(&self, response: &mut HttpResponse, link: Option<HeaderValue>) {
        let headers = response.headers_mut();
        if let Some(value) = &self.deprecation {
            headers.insert(DEPRECATION, value.clone());
        }
        if let Some((_, value)) = &self.sunset {
            headers.insert(SUNSET, value.clone());
        }
        if let Some(value) = link {
            // Lists have a link of their own, and several values are one list (RFC 8288 §3).
            let all = match headers.get(LINK) {
                Some(own) => [own.as_bytes(), b", ", value.as_bytes()].concat(),
                None => value.as_bytes().to_vec(),
            };
            if let Ok(all) = HeaderValue::from_bytes(&all) {
                headers.insert(LINK, all);
            }
        }
    }
}

/// Dates are ASCII.
fn text(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000).expect("a time")
    }

    fn announcement(calendar: Calendar) -> Announcement {
        Announcement::new(&calendar, None, Arc::default())
    }

    fn brownout(from: i64, until: i64) -> Brownout {
        Brownout { at: at(from), until: at(until) }
    }

    fn away(seconds: u64) -> Option<Gone> {
        Some(Gone::Brownout { retry_after: Duration::from_secs(seconds) })
    }

    #[test]
    fn an_operation_is_away_from_the_first_moment_of_a_brownout_to_the_last_before_its_end() {
        let brownouts = vec![brownout(100, 200), brownout(150, 250), brownout(250, 300), brownout(400, 500)];
        let announced = announcement(Calendar { brownouts, ..Calendar::default() });
        let states = [99, 100, 199, 250, 299, 300, 399, 400, 500].map(|seconds| announced.gone(at(seconds)));
        assert_eq!(states, [None, away(200), away(101), away(50), away(1), None, None, away(100), None]);
        assert!(!announced.is_silent());
    }

    #[test]
    fn from_its_sunset_on_it_is_gone_for_good() {
        let brownouts = vec![brownout(100, 200)];
        let announced = announcement(Calendar { sunset: Some(at(150)), brownouts, ..Calendar::default() });
        assert_eq!(
            [99, 149, 150, 1_000].map(|seconds| announced.gone(at(seconds))),
            [None, away(51), Some(Gone::Sunset), Some(Gone::Sunset)]
        );
    }

    #[test]
    fn a_hand_can_begin_a_brownout_and_end_any() {
        let outage = Arc::new(Outage::default());
        let calendar = Calendar { brownouts: vec![brownout(100, 200), brownout(300, 400)], ..Calendar::default() };
        let announced = Announcement::new(&calendar, None, outage.clone());
        assert_eq!(outage.start(at(50), Duration::from_secs(10)), Some(at(60)));
        assert_eq!([50, 59, 60].map(|seconds| announced.gone(at(seconds))), [away(10), away(1), None]);
        outage.stop(announced.scheduled_end(at(55)));
        assert_eq!(announced.gone(at(55)), None);
        outage.stop(announced.scheduled_end(at(150)));
        assert_eq!([150, 199, 300].map(|seconds| announced.gone(at(seconds))), [None, None, away(100)]);
        assert_eq!(outage.start(at(150), Duration::from_secs(5)), Some(at(155)));
        assert_eq!(announced.gone(at(154)), away(46), "the later end counts");
        let empty = announcement(Calendar::default());
        assert!(empty.is_silent() && empty.gone(at(0)).is_none());
    }

    #[test]
    fn headers_have_the_forms_of_their_standards() {
        let calendar =
            Calendar { deprecated: Some(at(1_688_169_599)), sunset: Some(at(1_719_791_999)), ..Calendar::default() };
        let link = Link::Fixed("https://new.example/".to_owned());
        let announced = Announcement::new(&calendar, Some(link), Arc::default());
        let mut response = HttpResponse::Ok().insert_header((LINK, "</next>; rel=\"next\"")).finish();
        announced.announce(&mut response, announced.link(Way::Path, &[]));
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header("deprecation"), Some("@1688169599"));
        assert_eq!(header("sunset"), Some("Sun, 30 Jun 2024 23:59:59 GMT"));
        assert_eq!(header("link"), Some("</next>; rel=\"next\", <https://new.example/>; rel=\"successor-version\""));
        assert_eq!(response.headers().get_all(LINK).count(), 1);
    }
}
