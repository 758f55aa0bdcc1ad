//! Recorded answers of the framework that MechaMental runs on, replayed to the letter.
//!
//! `mechamental_validation.json` is the recording that came with the project; `framework.json` is our own, of the same
//! versions (see `record.py`). A real user and a real workspace take the places of `u_1` and `w1`.

use serde_json::{Value, json};

use crate::harness::{Answer, Request, Workspace, id, shaped, town};

const RECORDED: &str = include_str!("mechamental_validation.json");
const OURS: &str = include_str!("framework.json");

const MASK: &str = "**********";

#[test]
fn every_recorded_case_is_answered_to_the_letter() {
    replay(RECORDED, 42);
}

#[test]
fn other_cases_of_the_same_framework_are_answered_to_the_letter() {
    replay(OURS, 400);
}

/// Replays all cases of a recording and tells all that differ at once.
fn replay(recording: &str, at_least: usize) {
    let cases: Vec<Value> = serde_json::from_str(recording).unwrap();
    assert!(cases.len() >= at_least, "only {} cases", cases.len());
    let place = town().workspace();
    let different: Vec<String> = cases.iter().filter_map(|case| difference(case, &place).err()).collect();
    assert!(different.is_empty(), "{} of {} cases differ\n\n{}", different.len(), cases.len(), different.join("\n\n"));
}

fn difference(case: &Value, place: &Workspace) -> Result<(), String> {
    let about_somebody = case["path"].as_str().is_some_and(|path| path.contains("u_1"));
    let user = if about_somebody { place.user("vector") } else { String::new() };
    let request = request(case, &user, &place.id);
    let answer = town().server.http.send(&request).map_err(|e| format!("{}: {e}", case["name"]))?;
    if answer.status == 201 {
        town().mm().delete(&id(&answer.json())).expect(204);
    }
    let answer = renamed(answer, &place.id);
    let right = any_recorded(case).iter().map(|recorded| compare(recorded, &answer)).collect::<Vec<_>>();
    match right.iter().any(Result::is_ok) {
        true => Ok(()),
        false => Err(format!("{}: {}\n{}", case["name"], right[0].clone().unwrap_err(), answer.story())),
    }
}

/// The answer as it would read if the real workspace were called `w1`.
fn renamed(mut answer: Answer, workspace: &str) -> Answer {
    for (_, value) in &mut answer.headers {
        *value = value.replace(workspace, "w1");
    }
    answer
}

/// The case itself, and what other versions of the framework answered, if any did otherwise.
fn any_recorded(case: &Value) -> Vec<Value> {
    let others = case["differs_on"].as_array().cloned().unwrap_or_default();
    let mut all = vec![case.clone()];
    for other in others.iter().filter_map(Value::as_object) {
        let mut variant = case.clone();
        for (key, value) in other {
            variant[key] = value.clone();
        }
        all.push(variant);
    }
    all
}

fn request(case: &Value, user: &str, workspace: &str) -> Request {
    let text = |key: &str| case[key].as_str().unwrap_or_default();
    let path = text("path").replace("u_1", user);
    let query = text("query").replace("workspace_id=w1", &format!("workspace_id={workspace}"));
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    let mut request = Request::new(text("method"), &target).header("Host", "testserver");
    for (name, value) in case["headers"].as_object().unwrap() {
        let value = value.as_str().unwrap().replace("Bearer test", &format!("Bearer {}", town().root.key));
        request = request.header(name, &value);
    }
    if let Some(body) = case["body_raw"].as_str() {
        request = request.body(body);
    }
    if let Some(body) = case["body_raw_base64"].as_str() {
        request = request.body(decode_base64(body));
    }
    request
}

fn compare(case: &Value, answer: &Answer) -> Result<(), String> {
    let status = departed_status(case);
    if u64::from(answer.status) != status {
        return Err(format!("the status should be {status}"));
    }
    compare_headers(case, answer)?;
    if status == 401 {
        return compare_envelope(&case["response"], &answer.json());
    }
    if case["check_body"] != true {
        return Ok(());
    }
    let expected = match &case["response"] {
        Value::Null => String::new(),
        response => masked(response.clone(), is_json(case)).to_string(),
    };
    if answer.text() == expected { Ok(()) } else { Err(format!("the body should be\n{expected}\n")) }
}

/// Create answers 201, and an id that is no UUID is not found.
fn departed_status(case: &Value) -> u64 {
    let (method, path) = (&case["method"], &case["path"]);
    match case["status"].as_u64().unwrap() {
        200 if method == "POST" => 201,
        200 | 204 if path == "/v1/users/me" && method != "GET" => 404,
        status => status,
    }
}

fn compare_headers(case: &Value, answer: &Answer) -> Result<(), String> {
    let recorded = |name: &str| case["response_headers"][name].as_str();
    let differs = |name: &str, right: &str| format!("{name} should be {right}");
    if recorded("content-type") != answer.header("content-type") {
        return Err(differs("content-type", recorded("content-type").unwrap_or("absent")));
    }
    if let Some(location) = recorded("location").filter(|location| answer.header("location") != Some(location)) {
        return Err(differs("location", location));
    }
    if recorded("allow").is_some() {
        let mut allowed: Vec<&str> = answer.header("allow").unwrap_or_default().split(',').map(str::trim).collect();
        allowed.sort_unstable();
        if allowed != ["GET", "HEAD", "POST"] {
            return Err(differs("allow", "all methods of the path"));
        }
    }
    Ok(())
}

/// A 401 but for its time, whose form counts.
fn compare_envelope(recorded: &Value, answered: &Value) -> Result<(), String> {
    let timestamp = answered["timestamp"].as_str().unwrap_or_default();
    let mut expected = recorded.clone();
    expected["timestamp"] = json!(timestamp);
    let text = |value: &Value| serde_json::to_string(value).unwrap();
    let right = shaped(timestamp, "0000-00-00T00:00:00.000000") && text(&expected) == text(answered);
    if right { Ok(()) } else { Err(format!("the body should be\n{expected}\nbut for the time")) }
}

/// Whether the framework reads the body as JSON.
fn is_json(case: &Value) -> bool {
    let kind = case["headers"]["content-type"].as_str().unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// No password is echoed, nor a text that nobody parsed.
fn masked(mut response: Value, parsed: bool) -> Value {
    for item in response["detail"].as_array_mut().into_iter().flatten() {
        let unparsed = !parsed && item["loc"] == json!(["body"]) && item["input"].is_string();
        let is_password = item["loc"][1] == "password" && item["type"] != "missing" && !item["input"].is_null();
        if unparsed || is_password {
            item["input"] = json!(MASK);
        } else {
            mask_members(&mut item["input"]);
        }
    }
    response
}

fn mask_members(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "password" && !member.is_null() {
                    *member = json!(MASK);
                } else {
                    mask_members(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_members),
        _ => {}
    }
}

fn decode_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        bits = bits << 6 | ALPHABET.iter().position(|known| *known == letter).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    bytes
}
