//! The shape of the settings: the built-in file has every key, with a value of the right type, so it is the measure
//! of all other layers.

use config::{Map, Value, ValueKind};

use super::problem::{Place, Problem};

/// A table of settings.
pub type Table = Map<String, Value>;

/// Compares a layer with the shape and notes every unknown key and every wrong type.
pub fn check(shape: &Table, given: &Table, path: &str, place: &Place, problems: &mut Vec<Problem>) {
    for (key, value) in given {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match shape.get(key) {
            Some(expected) => check_value(expected, value, &at, place, problems),
            None => problems.push(unknown(shape, &at, path, place)),
        }
    }
}

fn unknown(shape: &Table, at: &str, path: &str, place: &Place) -> Problem {
    let mut known: Vec<&str> = shape.keys().map(String::as_str).collect();
    known.sort_unstable();
    let section = if path.is_empty() { "the settings have".to_owned() } else { format!("[{path}] has") };
    Problem::new(at, place, format!("is not known; {section} {}", known.join(", ")))
}

fn check_value(expected: &Value, given: &Value, at: &str, place: &Place, problems: &mut Vec<Problem>) {
    use ValueKind::{Array, Boolean, I64, String, Table, U64};
    let fits = match (&expected.kind, &given.kind) {
        (Table(shape), Table(given)) => return check(shape, given, at, place, problems),
        (Array(shape), Array(given)) => return check_items(shape, given, at, place, problems),
        (I64(_) | U64(_), I64(number)) => *number >= 0,
        (I64(_) | U64(_), U64(_)) | (Boolean(_), Boolean(_)) | (String(_), String(_)) => true,
        _ => false,
    };
    if !fits {
        problems.push(Problem::new(at, place, format!("must be {}", describe(expected))));
    }
}

/// A list holds tables of one shape, each of them whole (the first built-in one is the pattern), or texts.
fn check_items(shape: &[Value], given: &[Value], at: &str, place: &Place, problems: &mut Vec<Problem>) {
    let pattern = shape.first().cloned().unwrap_or_else(|| Value::from(""));
    for (index, item) in given.iter().enumerate() {
        let at = format!("{at}[{index}]");
        check_value(&pattern, item, &at, place, problems);
        if let (ValueKind::Table(pattern), ValueKind::Table(given)) = (&pattern.kind, &item.kind) {
            let mut missing: Vec<&String> = pattern.keys().filter(|key| !given.contains_key(*key)).collect();
            missing.sort_unstable();
            problems.extend(missing.iter().map(|key| Problem::new(format!("{at}.{key}"), place, "is missing")));
        }
    }
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
    let (first, rest) = path.split_first()?;
    let value = shape.get(*first)?;
    match (&value.kind, rest) {
        (_, []) => Some(value),
        (ValueKind::Table(inner), rest) => find(inner, rest),
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
