//! Where one signs in.

use serde_json::{Value, json};

use crate::harness::{Answer, Http, Request, Town, Workspace, fresh};

/// The password of everybody whom [`Workspace::application`] makes.
pub const PASSWORD: &str = "correct horse";

/// A body that signs in by this address.
pub fn by_email(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

/// A body that signs in by this username.
pub fn by_username(username: &str, password: &str) -> Value {
    json!({"username": username, "password": password})
}

/// `POST /v1/auth/login` at this mount, without a key.
pub fn login_at(http: &Http, mount: &str, body: &Value) -> Answer {
    http.send(&Request::new("POST", &format!("{mount}/v1/auth/login")).json(body.to_string())).unwrap()
}

pub fn login(http: &Http, body: &Value) -> Answer {
    login_at(http, "", body)
}

/// The token of somebody who signs in.
pub fn token(town: &Town, email: &str, password: &str) -> String {
    login(&town.server.http, &by_email(email, password)).expect(200).str("/access_token")
}

/// `POST /v1/auth/logout` with this key.
pub fn logout(http: &Http, key: &str) -> Answer {
    let request = Request::new("POST", "/v1/auth/logout").header("Authorization", &format!("Bearer {key}"));
    http.send(&request).unwrap()
}

/// Somebody who can sign in with [`PASSWORD`]: the id and the address.
pub fn somebody(place: &Workspace) -> (String, String) {
    let user = place.user_with("somebody", json!({}));
    (user["user_id"].as_str().unwrap().to_owned(), user["email"].as_str().unwrap().to_owned())
}

/// A user of Maisa, who has no password: the id and the address.
pub fn without_password(town: &Town, place: &Workspace, invited: bool) -> (String, String) {
    let key = place.steward().secret;
    let email = format!("{}@example.com", fresh("nopassword"));
    let body = json!({"email": email, "name": "N", "role": "user", "sendActivationEmail": invited});
    (town.maisa_as(&key).create(body).expect(201).str("/data/id"), email)
}
