//! The whole way of a new user, through both dialects, the mail and the page. With a browser and a mail server `tests/node` goes it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::links::{GOOD, form, guest, open, post, set, sign_in};
use crate::harness::{House, Town, eventually};

const WHERE: &str = "https://accounts.example.com/below/a/path";

/// A town whose mail lies in a folder.
fn town_with_mail() -> Town {
    let mut house = House::vacant();
    let folder = house.path().join("mail").display().to_string();
    let settings = [
        ("transport", "file"),
        ("folder", &*folder),
        ("sender", "diglot <accounts@example.com>"),
        ("public_url", WHERE),
    ];
    for (name, value) in settings {
        house.set(&format!("mail.{name}"), value);
    }
    Town::in_house(house)
}

/// The tokens of the mails to this address, in the order in which they came.
fn tokens(town: &Town, address: &str) -> Vec<String> {
    let Ok(files) = fs::read_dir(town.house.path().join("mail")) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    paths.iter().filter_map(|path| token_of(path, address)).collect()
}

fn token_of(path: &Path, address: &str) -> Option<String> {
    let mail = fs::read_to_string(path).unwrap();
    let plain = mail.replace("=\r\n", "").replace("=3D", "=");
    let is_theirs = plain.lines().any(|line| line.starts_with("To:") && line.contains(address));
    let (_, rest) = plain.split_once(&format!("{WHERE}/activate?token="))?;
    is_theirs.then(|| rest[..32].to_owned())
}

/// The token of the mail that brings their number to this.
fn token(town: &Town, address: &str, number: usize) -> String {
    eventually(Duration::from_secs(20), "the mail comes", || tokens(town, address).get(number - 1).cloned())
}

#[test]
fn from_the_invitation_to_the_last_sign_in() {
    let town = town_with_mail();
    let guest = guest(&town);
    let http = &town.server.http;
    set(http, &token(&town, &guest.email, 1), GOOD).expect(200);

    let signed_in = sign_in(http, &guest.email, GOOD).expect(200);
    assert_eq!(signed_in.at("/token_type"), json!("bearer"));
    let session = signed_in.str("/access_token");
    assert_eq!(town.mm_as(&session).me().expect(200).str("/email"), guest.email);
    let seen = town.maisa().get(&guest.id).expect(200);
    assert_eq!(seen.str("/data/status"), "active");
    assert!(seen.str("/data/lastLoginAt").starts_with("20"), "{}", seen.story());

    // Forgotten already.
    let forgot = |path: &str, body: String| {
        let request = crate::harness::Request::new("POST", path).json(body);
        http.send(&request).unwrap()
    };
    forgot("/mechamental/v1/auth/password/forgot", json!({"email": guest.email}).to_string());
    let by_api = token(&town, &guest.email, 2);
    post(http, "/activate/resend", &form(&[("email", &guest.email)])).expect(202);
    let by_page = token(&town, &guest.email, 3);
    assert_eq!(open(http, &by_api).status, 404, "the newest link counts");
    set(http, &by_page, "another good password").expect(200);
    town.mm_as(&session).me().mm_error(401, "AUTHENTICATION_FAILED");
    sign_in(http, &guest.email, "another good password").expect(200);

    town.cli(&["user", "invite", &guest.email]).done();
    set(http, &token(&town, &guest.email, 4), GOOD).expect(200);
    let log = town.server.log();
    for token in tokens(&town, &guest.email) {
        assert!(!log.contains(&token), "{log}");
    }
    assert!(!log.contains(&guest.email) && !log.contains(GOOD), "{log}");
}
