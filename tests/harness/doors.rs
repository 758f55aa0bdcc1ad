//! The two doors: typed clients of the two dialects.

use serde_json::Value;

use super::answer::Answer;
use super::http::{Http, Request, encode, query};

/// What can be sent as a body: JSON values, or texts and bytes exactly as written.
pub trait Body {
    fn bytes(&self) -> Vec<u8>;
}

impl Body for Value {
    fn bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }
}

impl Body for str {
    fn bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

impl Body for String {
    fn bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

impl Body for Vec<u8> {
    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }
}

impl<B: Body + ?Sized> Body for &B {
    fn bytes(&self) -> Vec<u8> {
        (*self).bytes()
    }
}

/// How a client reaches the server: where, and with which credential.
#[derive(Clone)]
pub struct Door<'a> {
    http: &'a Http,
    mount: String,
    headers: Vec<(String, String)>,
}

impl<'a> Door<'a> {
    fn new(http: &'a Http, header: &str, credential: Option<String>) -> Self {
        let headers = credential.into_iter().map(|value| (header.to_owned(), value)).collect();
        Self { http, mount: String::new(), headers }
    }

    fn ask(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        let mut request = Request::new(method, &format!("{}{path}", self.mount));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.http.send(&request).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    fn create_as(&self, content_type: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = Request::new("POST", &format!("{}/v1/users", self.mount)).body(body);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(kind) = content_type {
            request = request.header("Content-Type", kind);
        }
        self.http.send(&request).unwrap()
    }

    fn try_ask(&self, method: &str, path: &str, body: Vec<u8>) -> std::io::Result<Answer> {
        let mut request = Request::new(method, &format!("{}{path}", self.mount)).json(body);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        self.http.send(&request)
    }
}

/// A client of the MechaMental dialect.
#[derive(Clone)]
pub struct Mm<'a>(Door<'a>);

/// A client of the Maisa dialect.
#[derive(Clone)]
pub struct Maisa<'a>(Door<'a>);

impl<'a> Mm<'a> {
    pub fn new(http: &'a Http, key: &str) -> Self {
        Self(Door::new(http, "Authorization", Some(format!("Bearer {key}"))))
    }

    /// A client without a credential, at its own prefix.
    pub fn anonymous(http: &'a Http) -> Self {
        Self(Door::new(http, "Authorization", None)).at("/mechamental")
    }

    /// Another header value in place of the credential's usual form.
    pub fn presenting(http: &'a Http, credential: &str) -> Self {
        Self(Door::new(http, "Authorization", Some(credential.to_owned())))
    }

    /// The same client on another mount.
    pub fn at(mut self, mount: &str) -> Self {
        self.0.mount = mount.to_owned();
        self
    }

    /// The same client with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn list(&self, pairs: &[(&str, &str)]) -> Answer {
        self.list_raw(&query(pairs))
    }

    pub fn list_raw(&self, query: &str) -> Answer {
        self.0.ask("GET", &format!("/v1/users?{query}"), None)
    }

    pub fn create(&self, body: impl Body) -> Answer {
        self.0.ask("POST", "/v1/users", Some(body.bytes()))
    }

    /// Creates with another content type, or none.
    pub fn create_as(&self, content_type: Option<&str>, body: impl Body) -> Answer {
        self.0.create_as(content_type, body.bytes())
    }

    /// Creates against a server that may vanish meanwhile.
    pub fn try_create(&self, body: impl Body) -> std::io::Result<Answer> {
        self.0.try_ask("POST", "/v1/users", body.bytes())
    }

    /// Updates against a server that may vanish meanwhile.
    pub fn try_update(&self, id: &str, body: impl Body) -> std::io::Result<Answer> {
        self.0.try_ask("PUT", &format!("/v1/users/{}", encode(id)), body.bytes())
    }

    pub fn me(&self) -> Answer {
        self.0.ask("GET", "/v1/users/me", None)
    }

    pub fn get(&self, id: &str) -> Answer {
        self.0.ask("GET", &format!("/v1/users/{}", encode(id)), None)
    }

    pub fn get_in(&self, id: &str, workspace: &str) -> Answer {
        self.0.ask("GET", &format!("/v1/users/{}?{}", encode(id), query(&[("workspace_id", workspace)])), None)
    }

    pub fn update(&self, id: &str, body: impl Body) -> Answer {
        self.0.ask("PUT", &format!("/v1/users/{}", encode(id)), Some(body.bytes()))
    }

    pub fn delete(&self, id: &str) -> Answer {
        self.0.ask("DELETE", &format!("/v1/users/{}", encode(id)), None)
    }

    /// `PATCH /v1/users/me/preferences` with this body.
    pub fn patch_preferences(&self, body: impl Body) -> Answer {
        self.0.ask("PATCH", "/v1/users/me/preferences", Some(body.bytes()))
    }

    /// Any other request.
    pub fn ask(&self, method: &str, path: &str) -> Answer {
        self.0.ask(method, path, None)
    }

    /// Any other request with a body.
    pub fn ask_with(&self, method: &str, path: &str, body: impl Body) -> Answer {
        self.0.ask(method, path, Some(body.bytes()))
    }

    /// Every user that a walk by cursor visits, page by page.
    pub fn walk(&self, workspace: &str, limit: usize) -> Vec<Value> {
        let mut users = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let limit = limit.to_string();
            let mut pairs = vec![("workspace_id", workspace), ("limit", &limit)];
            pairs.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
            let page = self.list(&pairs).expect(200).json();
            users.extend(page["users"].as_array().unwrap().iter().cloned());
            assert_eq!(page["has_more"].as_bool(), Some(page["next_cursor"].is_string()), "{page}");
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return users,
            }
        }
    }
}

impl<'a> Maisa<'a> {
    pub fn new(http: &'a Http, key: &str) -> Self {
        Self(Door::new(http, "X-API-Key", Some(key.to_owned())))
    }

    /// A client without a credential, at its own prefix.
    pub fn anonymous(http: &'a Http) -> Self {
        Self(Door::new(http, "X-API-Key", None)).at("/maisa")
    }

    /// The same client on another mount.
    pub fn at(mut self, mount: &str) -> Self {
        self.0.mount = mount.to_owned();
        self
    }

    /// The same client with one more header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn list(&self, pairs: &[(&str, &str)]) -> Answer {
        self.list_raw(&query(pairs))
    }

    pub fn list_raw(&self, query: &str) -> Answer {
        self.0.ask("GET", &format!("/v1/users?{query}"), None)
    }

    pub fn create(&self, body: impl Body) -> Answer {
        self.0.ask("POST", "/v1/users", Some(body.bytes()))
    }

    /// Creates against a server that may vanish meanwhile.
    pub fn try_create(&self, body: impl Body) -> std::io::Result<Answer> {
        self.0.try_ask("POST", "/v1/users", body.bytes())
    }

    /// Creates with another content type, or none.
    pub fn create_as(&self, content_type: Option<&str>, body: impl Body) -> Answer {
        self.0.create_as(content_type, body.bytes())
    }

    /// Deletes against a server that may vanish meanwhile.
    pub fn try_delete(&self, id: &str) -> std::io::Result<Answer> {
        self.0.try_ask("DELETE", &format!("/v1/users/{}", encode(id)), Vec::new())
    }

    pub fn get(&self, id: &str) -> Answer {
        self.0.ask("GET", &format!("/v1/users/{}", encode(id)), None)
    }

    pub fn update(&self, id: &str, body: impl Body) -> Answer {
        self.0.ask("PUT", &format!("/v1/users/{}", encode(id)), Some(body.bytes()))
    }

    pub fn delete(&self, id: &str) -> Answer {
        self.0.ask("DELETE", &format!("/v1/users/{}", encode(id)), None)
    }

    /// Any other request.
    pub fn ask(&self, method: &str, path: &str) -> Answer {
        self.0.ask(method, path, None)
    }

    /// Every user that a walk by offset visits, page by page.
    pub fn walk(&self, limit: usize) -> Vec<Value> {
        let mut users: Vec<Value> = Vec::new();
        loop {
            let (limit, offset) = (limit.to_string(), users.len().to_string());
            let page = self.list(&[("limit", &limit), ("offset", &offset)]).expect(200).json();
            users.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["pagination"]["hasMore"] != true {
                return users;
            }
        }
    }
}
