//! Content codings (RFC 9110 §8.4.1): an answer is sent compressed to who asks for it.

use actix_http::ResponseHead;
use actix_http::encoding::Encoder;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ContentEncoding, HeaderMap, HeaderValue, VARY};

use crate::request::Head;

/// A smaller body gains nothing worth the work, in bytes.
const WORTH_IT: usize = 1_024;

/// What can be made, the smaller result first: where a client likes several equally, the first is made.
///
/// The levels are those of the framework. Measured on one core for a page of 200 users of 124 kB: Brotli at its level 3 gives
/// 14.3 kB in 1.0 ms, gzip at its level 1 18.5 kB in 0.3 ms. Higher levels save a further tenth and take two to ten times as long.
const MADE: [ContentEncoding; 2] = [ContentEncoding::Brotli, ContentEncoding::Gzip];

/// The other name of gzip (§8.4.1.3).
const OLD_GZIP: &str = "x-gzip";

/// The largest body that is encoded, in bytes. A page full of large free objects would keep a processor busy for seconds, beside
/// the lanes in which everything else has its bound.
const LARGEST: usize = 4 * 1024 * 1024;

/// The answer in the coding that its client likes best. That it may differ with the request is said in any case.
///
/// For answers without an entity tag of their own: a strong tag names one sequence of bytes.
pub async fn negotiated(head: &Head, mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(VARY, HeaderValue::from_name(ACCEPT_ENCODING));
    let (response, body) = response.into_parts();
    let plain = match body.try_into_bytes() {
        Ok(bytes) => bytes,
        Err(stream) => return response.set_body(stream),
    };
    let coding = (plain.len() <= LARGEST).then(|| Wishes::read(&head.headers).best(plain.len())).flatten();
    let Some(coding) = coding else {
        return response.set_body(BoxBody::new(plain));
    };
    // The work is done aside, on a thread that may block.
    let mut unused = ResponseHead::new(StatusCode::OK);
    match to_bytes(Encoder::response(coding, &mut unused, plain.clone())).await {
        Ok(encoded) => {
            let mut response = response.set_body(BoxBody::new(encoded));
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding.as_str()));
            response
        }
        // The encoders write to memory. What can happen is that the process stops, and then the plain answer is as good.
        Err(_) => response.set_body(BoxBody::new(plain)),
    }
}

/// How much a client likes codings, in thousandths, as `Accept-Encoding` says it (§12.5.3). 0 is not at all.
struct Wishes(Vec<(String, u16)>);

impl Wishes {
    /// Elements that make no sense are left out: the client can read the plain answer as well.
    fn read(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
        Self(lines.flat_map(|line| line.split(',')).filter_map(wish).collect())
    }

    /// How much it likes this one. `None` if it says nothing of it.
    fn weight(&self, name: &str) -> Option<u16> {
        let named = |wanted: &str| self.0.iter().find(|(name, _)| name == wanted).map(|(_, weight)| *weight);
        named(name).or_else(|| named("*"))
    }

    /// What to send of so many bytes; `None` for the plain answer.
    fn best(&self, size: usize) -> Option<ContentEncoding> {
        let liked = MADE.map(|coding| (self.weight(coding.as_str()).unwrap_or(0), coding));
        // Of several maxima the last counts.
        let (weight, coding) = liked.into_iter().rev().max_by_key(|(weight, _)| *weight)?;
        // Whoever says nothing of the plain form takes it, but likes what it asks for better.
        let plain = self.weight(ContentEncoding::Identity.as_str());
        let is_better = weight > 0 && plain.is_none_or(|plain| plain <= weight);
        (is_better && (size >= WORTH_IT || plain == Some(0))).then_some(coding)
    }
}

/// One element: a coding, and perhaps its weight.
fn wish(element: &str) -> Option<(String, u16)> {
    let mut parts = element.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = match (parts.next(), parts.next()) {
        (None, _) => 1_000,
        (Some(parameter), None) => thousandths(parameter)?,
        (Some(_), Some(_)) => return None,
    };
    let name = if name == OLD_GZIP { ContentEncoding::Gzip.as_str().to_owned() } else { name };
    (!name.is_empty()).then_some((name, weight))
}

/// `q=0`, `q=0.5`, `q=1.000` (§12.4.2).
fn thousandths(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_number = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let weight = match whole {
        _ if !is_number => return None,
        "0" => format!("{fraction:0<3}").parse().ok()?,
        "1" => 1_000,
        _ => return None,
    };
    (whole == "0" || fraction.bytes().all(|digit| digit == b'0')).then_some(weight)
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::*;

    fn head(lines: &[&str]) -> Head {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_bytes(line.as_bytes()).expect("a header's value"));
        }
        let text = String::new;
        Head {
            method: Method::GET,
            host: text(),
            mount: text(),
            path: text(),
            query: text(),
            headers,
            request_id: "".into(),
        }
    }

    /// What is chosen for a body that is worth it, and for one that is not.
    fn chosen(lines: &[&str]) -> [&'static str; 2] {
        let wishes = Wishes::read(&head(lines).headers);
        [WORTH_IT, WORTH_IT - 1].map(|size| wishes.best(size).map_or("identity", |coding| coding.as_str()))
    }

    #[test]
    fn the_client_chooses() {
        for (lines, coding) in [
            (vec![], "identity"),
            (vec![""], "identity"),
            (vec!["gzip"], "gzip"),
            (vec!["br"], "br"),
            (vec!["GZip"], "gzip"),
            (vec!["x-gzip"], "gzip"),
            (vec!["gzip, deflate, br, zstd"], "br"),
            (vec!["gzip", "br;q=0.5"], "gzip"),
            (vec!["gzip;q=0.001"], "gzip"),
            (vec!["br;q=0.8 ,\tgzip ; q=0.9"], "gzip"),
            (vec!["br;q=0.8, gzip;Q=0.800"], "br"),
            (vec!["gzip;q=1.000"], "gzip"),
            (vec!["deflate, zstd, compress"], "identity"),
            (vec!["gzip;q=0, br;q=0.000"], "identity"),
            (vec!["*"], "br"),
            (vec!["*;q=0.5, br;q=0"], "gzip"),
            (vec!["gzip;q=0.2, *;q=0.8"], "br"),
            (vec!["identity"], "identity"),
            (vec!["identity;q=0.5, gzip;q=0.4"], "identity"),
            (vec!["identity;q=0.4, gzip;q=0.5"], "gzip"),
            (vec!["gzip;q=0.5"], "gzip"),
            (vec!["identity, *;q=0.5"], "identity"),
            (vec![",, gzip ,"], "gzip"),
        ] {
            assert_eq!(chosen(&lines), [coding, "identity"], "{lines:?}");
        }
    }

    #[test]
    fn who_refuses_the_plain_form_gets_another_of_any_size_if_there_is_one() {
        for (lines, coding) in [
            (vec!["identity;q=0, gzip"], "gzip"),
            (vec!["gzip;q=0.1, *;q=0"], "gzip"),
            (vec!["identity;q=0, *"], "br"),
            (vec!["identity;q=0, *;q=0.3, br;q=0"], "gzip"),
            // Nothing that can be made is acceptable: the plain form is better than none.
            (vec!["identity;q=0"], "identity"),
            (vec!["*;q=0"], "identity"),
            (vec!["identity;q=0, deflate"], "identity"),
        ] {
            assert_eq!(chosen(&lines), [coding, coding], "{lines:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for element in [
            "gzip;q=2",
            "gzip;q=1.001",
            "gzip;q=0.0001",
            "gzip;q=-1",
            "gzip;q=",
            "gzip;q",
            "gzip;q=.5",
            "gzip;q=a",
            "gzip;x=1",
            "gzip;q=1;x",
            ";q=1",
            "é",
            "gzip;q=0,5",
        ] {
            assert_eq!(chosen(&[element])[0], "identity", "{element}");
            assert_eq!(chosen(&[element, "br;q=0.1"])[0], "br", "{element}");
        }
    }

    fn text(response: HttpResponse) -> Vec<u8> {
        response.into_body().try_into_bytes().expect("bytes").to_vec()
    }

    #[actix_web::test]
    async fn the_answer_says_what_it_is_and_that_it_may_be_another() {
        let body = "all work and no play ".repeat(100_000);
        for (wish, coding, magic) in
            [("gzip", Some("gzip"), Some([0x1f, 0x8b])), ("br", Some("br"), None), ("", None, None)]
        {
            let response = negotiated(&head(&[wish]), HttpResponse::Ok().body(body.clone())).await;
            let header = |name| response.headers().get(name).map(|value| value.to_str().expect("text"));
            assert_eq!((header(CONTENT_ENCODING), header(VARY)), (coding, Some("accept-encoding")), "{wish}");
            let sent = text(response);
            assert_eq!(sent == body.as_bytes(), coding.is_none());
            assert!(coding.is_none() || sent.len() < body.len() / 100, "{} bytes", sent.len());
            assert!(magic.is_none_or(|magic| sent[..2] == magic));
        }
    }
}
