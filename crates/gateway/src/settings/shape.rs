//! The shape of the settings: the built-in file has every key, with a value of the right type, so it is the measure
//! of all other layers.

use config::{Map, Value, ValueKind};

use super::near::nearest;
use super::problem::{Place, Problem};

/// A table of settings.
pub type Table = Map<String, Value>;

/// Compares a layer with the shape, notes every unknown key and every wrong type, and takes them out, so that the rest can be read.
/// `place` says where a key stands.
pub fn check(shape: &Table, given: &mut Table, path: &str, place: &dyn Fn(&str) -> Place, problems: &mut Vec<Problem>) {
    given.retain(|key, value| {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match shape.get(key).or_else(|| any(shape, path)) {
            Some(expected) => check_value(expected, value, &at, place, problems),
            None => {
                problems.push(unknown(shape, key, path, &place(&at)));
                false
            }
        }
    });
}

/// The section whose keys are names that the operator gives.
const OPEN: &str = "plans";

/// What all values of a section must be like whose keys may be any. (The built-in file has some.)
fn any<'a>(shape: &'a Table, path: &str) -> Option<&'a Value> {
    shape.values().next().filter(|_| path == OPEN)
}

fn unknown(shape: &Table, key: &str, path: &str, place: &Place) -> Problem {
    let at = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let mut known: Vec<&str> = shape.keys().map(String::as_str).collect();
    known.sort_unstable();
    let section = if path.is_empty() { "the settings have".to_owned() } else { format!("[{path}] has") };
    let meant = nearest(key, known.iter().copied());
    let meant = meant.map(|name| format!("; perhaps {name} is meant")).unwrap_or_default();
    Problem::new(at, place, format!("is not known; {section} {}{meant}", known.join(", ")))
}

/// Whether the value has the right type. (One of a section has, whatever was taken out of it.)
fn check_value(
    expected: &Value,
    given: &mut Value,
    at: &str,
    place: &dyn Fn(&str) -> Place,
    problems: &mut Vec<Problem>,
) -> bool {
    use ValueKind::{Array, Boolean, I64, String, Table, U64};
    let fits = match (&expected.kind, &mut given.kind) {
        (Table(shape), Table(given)) => {
            check(shape, given, at, place, problems);
            return true;
        }
        (Array(shape), Array(given)) => return check_items(shape, given, at, place, problems),
        (I64(_) | U64(_), I64(number)) => *number >= 0,
        (I64(_) | U64(_), U64(_)) | (Boolean(_), Boolean(_)) | (String(_), String(_)) => true,
        _ => false,
    };
    if !fits {
        problems.push(Problem::new(at, &place(at), format!("must be {}", describe(expected))));
    }
    fits
}

/// A list holds tables of one shape, each of them whole (the first built-in one is the pattern), or texts.
fn check_items(
    shape: &[Value],
    given: &mut [Value],
    at: &str,
    place: &dyn Fn(&str) -> Place,
    problems: &mut Vec<Problem>,
) -> bool {
    let before = problems.len();
    let pattern = shape.first().cloned().unwrap_or_else(|| Value::from(""));
    for (index, item) in given.iter_mut().enumerate() {
        let at = format!("{at}[{index}]");
        let keys: Vec<String> = match &item.kind {
            ValueKind::Table(given) => given.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let is_table = check_value(&pattern, item, &at, place, problems);
        if let (ValueKind::Table(pattern), true) = (&pattern.kind, is_table) {
            let mut missing: Vec<&String> = pattern.keys().filter(|key| !keys.contains(key)).collect();
            missing.sort_unstable();
            let missing = missing.iter().map(|key| format!("{at}.{key}"));
            problems.extend(missing.map(|key| Problem::new(key.clone(), &place(&key), "is missing")));
        }
    }
    problems.len() == before
}

/// What the shape asks for, in words.
fn describe(expected: &Value) -> &'static str {
    match &expected.kind {
        ValueKind::Boolean(_) => "true or false",
        ValueKind::I64(_) | ValueKind::U64(_) | ValueKind::I128(_) | ValueKind::U128(_) => {
            "a whole number, not negative"
        }
        ValueKind::Float(_) => "a number",
        ValueKind::String(_) => "text",
        ValueKind::Table(_) => "a section",
        ValueKind::Array(_) => "a list",
        ValueKind::Nil => "nothing",
    }
}

/// The value in the shape at a path of keys.
pub fn find<'a>(shape: &'a Table, path: &[&str]) -> Option<&'a Value> {
    // A name that the operator gives may have dots in it.
    if let Some(value) = shape.get(path.join(".").as_str()) {
        return Some(value);
    }
    let (first, rest) = path.split_first()?;
    match (&shape.get(*first)?.kind, rest) {
        (ValueKind::Table(inner), rest) => find(inner, rest),
        _ => None,
    }
}

/// The key at a path whose case says nothing, since variables have but one, and its value.
pub fn find_in_any_case<'a>(shape: &'a Table, path: &[&str]) -> Option<(String, &'a Value)> {
    let (first, rest) = path.split_first()?;
    let (key, value) = shape.iter().find(|(key, _)| key.eq_ignore_ascii_case(first))?;
    match (&value.kind, rest) {
        (_, []) => Some((key.clone(), value)),
        (ValueKind::Table(inner), rest) => {
            find_in_any_case(inner, rest).map(|(below, value)| (format!("{key}.{below}"), value))
        }
        _ => None,
    }
}

/// Reads the text of a variable as what the shape asks for.
///
/// # Errors
/// Says what it must be instead.
pub fn from_text(expected: &Value, text: &str) -> Result<ValueKind, String> {
    let wrong = || format!("must be {}", describe(expected));
    match &expected.kind {
        ValueKind::String(_) => Ok(ValueKind::String(text.to_owned())),
        ValueKind::Boolean(_) => text.parse().map(ValueKind::Boolean).map_err(|_| wrong()),
        ValueKind::I64(_) | ValueKind::U64(_) => {
            text.parse::<u32>().map(|n| ValueKind::I64(n.into())).map_err(|_| wrong())
        }
        ValueKind::Array(items) if !items.iter().any(|item| matches!(item.kind, ValueKind::Table(_))) => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(ValueKind::Array(items.map(Value::from).collect()))
        }
        _ => Err("can be set in a file only".to_owned()),
    }
}
