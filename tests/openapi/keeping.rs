//! The check that every answer passes can fail: each way in which a document may be untrue is found.

use serde_json::{Value, json};

use crate::harness::document::{Document, check};
use crate::harness::{Answer, NOBODY, Request, town};

use super::kept;

/// What the check makes of an answer of the real server when the document is doctored.
fn verdict(ask: Request, doctor: impl Fn(&mut Value)) -> Result<(), String> {
    let answer: Answer = town().server.http.send(&ask).unwrap();
    let mut root = kept("maisa");
    doctor(&mut root);
    check(&[Document::new(root).into()], &ask, &answer)
}

fn ask(path: &str) -> Request {
    Request::get(&format!("/maisa{path}")).header("X-API-Key", &town().root.key)
}

fn list() -> Request {
    ask("/v1/users?limit=1")
}

fn remove(root: &mut Value, place: &str, name: &str) {
    root.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(name).unwrap();
}

const RESPONSES: &str = "/paths/~1v1~1users/get/responses";

#[test]
fn the_true_document_passes() {
    assert_eq!(verdict(list(), |_| ()), Ok(()));
    assert_eq!(verdict(ask(&format!("/v1/users/{NOBODY}")), |_| ()), Ok(()));
}

#[test]
fn a_status_that_is_not_described_fails() {
    let fault = verdict(list(), |root| remove(root, RESPONSES, "200")).unwrap_err();
    assert_eq!(fault, "listUsers says nothing of 200");
    let unknown = ask(&format!("/v1/users/{NOBODY}"));
    let fault = verdict(unknown, |root| remove(root, "/paths/~1v1~1users~1{userId}/get/responses", "404")).unwrap_err();
    assert_eq!(fault, "getUser says nothing of 404");
}

#[test]
fn an_operation_that_is_not_described_fails() {
    let fault = verdict(list(), |root| remove(root, "/paths", "/v1/users")).unwrap_err();
    assert_eq!(fault, "no document knows of such an operation");
}

#[test]
fn a_body_that_its_schema_does_not_allow_fails() {
    let item = "/components/schemas/UserListItem";
    let properties = format!("{item}/properties");
    for (name, doctor) in [
        (
            "a wrong type",
            Box::new(|root: &mut Value| {
                root[&"components"]["schemas"]["UserListItem"]["properties"]["name"] = json!({"type": "integer"})
            }) as Box<dyn Fn(&mut Value)>,
        ),
        (
            "a wrong format",
            Box::new(|root: &mut Value| {
                root["components"]["schemas"]["UserListItem"]["properties"]["name"] = json!({"format": "date-time"})
            }),
        ),
        ("a member too many", Box::new(move |root: &mut Value| remove(root, &properties, "role"))),
        (
            "a member too few",
            Box::new(|root: &mut Value| {
                root["components"]["schemas"]["UserListItem"]["required"] = json!(["id", "nickname"])
            }),
        ),
        (
            "no media type",
            Box::new(|root: &mut Value| {
                root.pointer_mut(&format!("{RESPONSES}/200")).unwrap()["content"] = json!({"text/plain": {}})
            }),
        ),
        ("no body", Box::new(|root: &mut Value| remove(root, &format!("{RESPONSES}/200"), "content"))),
    ] {
        assert!(verdict(list(), doctor).is_err(), "{name} passes");
    }
}

#[test]
fn a_header_that_is_not_as_described_fails() {
    let anonymous = || Request::get("/maisa/v1/users");
    let headers = "/components/responses/Unauthorized/headers";
    let fault = verdict(anonymous(), |root| remove(root, headers, "WWW-Authenticate")).unwrap_err();
    assert_eq!(fault, "the header www-authenticate is not described");
    let more =
        |root: &mut Value| root.pointer_mut(headers).unwrap()["X-More"] = json!({"required": true, "schema": {}});
    assert_eq!(verdict(anonymous(), more).unwrap_err(), "X-More is missing");
    let number =
        |root: &mut Value| root["components"]["headers"]["WWW-Authenticate"]["schema"] = json!({"type": "integer"});
    assert!(verdict(anonymous(), number).is_err());
}
