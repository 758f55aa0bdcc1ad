//! Tokens and forms that nobody sends in good faith.

use std::time::Duration;

use users::token::Purpose;

use super::links::{GOOD, form, guest, link, open, post};
use crate::harness::{Answer, Request, Town, at_once, town};

/// Numbers in no order that anybody sees, the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }

    /// A token with something wrong, or something else altogether.
    fn mutated(&mut self, token: &str) -> String {
        const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut bytes = token.as_bytes().to_vec();
        let at = self.next(bytes.len());
        match self.next(7) {
            0 => {
                bytes[at] = ALPHABET[(self.next(31) + 1 + ALPHABET.iter().position(|b| *b == bytes[at]).unwrap()) % 32]
            }
            1 => bytes.truncate(at),
            2 => bytes.insert(at, ALPHABET[self.next(32)]),
            3 => bytes.iter_mut().for_each(|byte| *byte = ALPHABET[self.next(32)]),
            4 => bytes[at] = bytes[at].to_ascii_uppercase() ^ if bytes[at].is_ascii_digit() { 0x40 } else { 0 },
            5 => bytes = (0..self.next(200)).map(|_| self.next(256) as u8).collect(),
            _ => bytes.extend_from_slice(b"%00'\"<>;--&token=".get(..self.next(17)).unwrap()),
        }
        bytes.iter().map(|byte| format!("%{byte:02X}")).collect()
    }
}

#[test]
fn ten_thousand_wrong_tokens_get_one_page() {
    const ALL: usize = 10_000;
    const AT_ONCE: usize = 4;
    let town = town();
    let guest = guest(town);
    let (http, token) = (&town.server.http, link(&town.house, &guest.id, Purpose::Activation));
    let expected = open(http, "").expect(404);
    let attack = |n: usize| {
        let (token, expected) = (token.clone(), expected.text());
        move || {
            let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (n as u64 + 1));
            for round in 0..ALL / AT_ONCE {
                let wrong = dice.mutated(&token);
                if wrong.is_empty() || wrong == form(&[("", &token)])[1..] {
                    continue;
                }
                let answer = if round % 4 == 0 {
                    let fields = form(&[("password", GOOD), ("again", GOOD)]);
                    post(http, "/activate", &format!("token={wrong}&{fields}"))
                } else {
                    http.send(&Request::get(&format!("/activate?token={wrong}"))).unwrap()
                };
                // A body that is no text is no form; of an address, only the token counts.
                let is_no_form = answer.status == 400 && round % 4 == 0;
                assert!(is_no_form || answer.status == 404, "{}", answer.story());
                assert!(is_no_form || answer.text() == expected, "{}", answer.story());
            }
        }
    };
    at_once((0..AT_ONCE).map(|n| Box::new(attack(n)) as Box<dyn FnOnce() + Send>).collect());
    assert_eq!(town.maisa().get(&guest.id).expect(200).str("/data/status"), "pending");
    open(http, &token).expect(200);
}

#[test]
fn forms_that_no_page_sends() {
    let town = town();
    let guest = guest(town);
    let (http, token) = (&town.server.http, link(&town.house, &guest.id, Purpose::Activation));
    for (body, status) in [
        ("", 404),
        ("token", 404),
        ("password=x&again=x", 404),
        (&*format!("token={token}"), 422),
        (&*format!("token={token}&password={GOOD}"), 422),
        (&*format!("token={token}&token={token}&password={GOOD}&again={GOOD}"), 400),
        (&*format!("token={token}&password=a&password=b&again=a"), 400),
        (&*format!("token={token}&password=%C3%28violet&again=%C3%28violet"), 400),
        (&*format!("token={token}&password=%00%00%00%00%00%00%00%00&again=%00%00%00%00%00%00%00%00"), 422),
        (&*format!("{{\"token\": \"{token}\"}}"), 404),
        ("&&&&====&&&&", 404),
        ("=&=", 400),
    ] {
        post(http, "/activate", body).expect(status);
    }
    let as_what = |kind: &str| {
        let body = form(&[("token", &token), ("password", GOOD), ("again", GOOD)]);
        http.send(&Request::new("POST", "/activate").header("Content-Type", kind).body(body)).unwrap()
    };
    for kind in
        ["", "text/plain", "multipart/form-data; boundary=x", "application/json", "application/x-www-form-urlencodedx"]
    {
        as_what(kind).expect(415);
    }
    // The token counts only where the form has it.
    let body = form(&[("password", GOOD), ("again", GOOD)]);
    post(http, &format!("/activate?token={token}"), &body).expect(404);
    for query in [format!("token={token}&token={token}"), format!("Token={token}"), format!("x&token=%FF{token}")] {
        http.send(&Request::get(&format!("/activate?{query}"))).unwrap().expect(404);
    }
    http.send(&Request::get(&format!("/activate?utm=1&token={token}#x"))).unwrap().expect(200);
    as_what("Application/X-WWW-Form-URLEncoded; charset=UTF-8").expect(200);
}

#[test]
fn a_form_that_never_comes_to_its_end_is_cut() {
    let town = Town::with(&[("server.body_timeout", "1s")]);
    let mut connection = town.server.http.connect().unwrap();
    let head = "POST /activate HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 100\r\n\r\ntoken=";
    connection.write(head.as_bytes()).unwrap();
    let answer: Answer = connection.read_answer("POST").unwrap();
    assert_eq!((answer.status, answer.closes()), (408, true), "{}", answer.story());
    assert!(answer.text().contains("This took too long"));
    connection.patience(Duration::from_secs(5));
}
