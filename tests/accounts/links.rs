//! Links as mails carry them, put into the store itself, so that a story can have one of any age.

use std::sync::atomic::{AtomicU64, Ordering};

use gateway::environment::SystemClock;
use gateway::settings::Settings;
use serde_json::json;
use users::ports::{Clock, Store};
use users::token::{IssuedToken, Purpose};
use users::{MessageId, Timestamp, Token, UserId};

use crate::harness::{Answer, House, Http, Request, Town, fresh};

/// A password that nobody tries first.
pub const GOOD: &str = "violet tundra lamp";

/// Somebody who was invited through Maisa.
pub struct Guest {
    pub id: String,
    pub email: String,
}

pub fn guest(town: &Town) -> Guest {
    let email = format!("{}@example.com", fresh("guest"));
    let body = json!({"email": email, "name": "Grace Hopper", "role": "user", "sendActivationEmail": true});
    let made = town.maisa().create(&body).expect(201);
    assert_eq!(made.str("/data/status"), "pending");
    Guest { id: made.str("/data/id"), email }
}

/// A new token.
pub fn link(house: &House, user: &str, purpose: Purpose) -> String {
    link_of_age(house, user, purpose, 0)
}

/// A token that was made so many seconds ago.
pub fn link_of_age(house: &House, user: &str, purpose: Purpose, seconds: i64) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [0; 20];
    bytes[..8].copy_from_slice(&SystemClock.now().micros().to_be_bytes());
    bytes[16..].copy_from_slice(&(NEXT.fetch_add(1, Ordering::Relaxed) as u32).to_be_bytes());
    let token = Token::from_random(&bytes);

    let settings = Settings::load(None, house.variables().into_iter()).unwrap();
    let store = storage::open_existing(&settings.database).unwrap();
    let (hash, user) = (token.hash(), UserId::parse(user).unwrap());
    let created_at = Timestamp::from_micros(SystemClock.now().micros() - seconds * 1_000_000).unwrap();
    let written = store.write(move |tx| {
        let email_key = tx.user(&user)?.unwrap().email.key().to_owned();
        tx.insert_token(&IssuedToken {
            hash: hash.clone(),
            user: user.clone(),
            purpose,
            email_key,
            message: MessageId::parse("01890000-0000-7000-8000-000000000000").unwrap(),
            created_at,
            expires_at: created_at.after(purpose.lifetime()),
        })
    });
    written.unwrap();
    store.close();
    token.reveal().to_owned()
}

/// Looks at the page.
pub fn open(http: &Http, token: &str) -> Answer {
    http.send(&Request::get(&format!("/activate?token={token}"))).unwrap()
}

/// Sends the form.
pub fn submit(http: &Http, token: &str, password: &str, again: &str) -> Answer {
    post(http, "/activate", &form(&[("token", token), ("password", password), ("again", again)]))
}

/// Sends the form as a person does who types the same twice.
pub fn set(http: &Http, token: &str, password: &str) -> Answer {
    submit(http, token, password, password)
}

pub fn post(http: &Http, path: &str, body: &str) -> Answer {
    let request = Request::new("POST", path).header("Content-Type", "application/x-www-form-urlencoded");
    http.send(&request.body(body)).unwrap()
}

pub fn form(fields: &[(&str, &str)]) -> String {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Signs in through MechaMental.
pub fn sign_in(http: &Http, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password}).to_string();
    http.send(&Request::new("POST", "/mechamental/v1/auth/login").json(body)).unwrap()
}

/// The title of a page.
pub fn title(page: &Answer) -> String {
    let text = page.text();
    let inner = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    inner.unwrap_or_else(|| panic!("no title: {}", page.story())).0.to_owned()
}
