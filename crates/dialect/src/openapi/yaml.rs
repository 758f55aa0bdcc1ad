//! JSON as YAML that people can read. YAML 1.2 takes all JSON as it is, so only the layout is ours: indentation in place of
//! brackets, plain words without quotes, and texts of several lines as such. Whatever YAML could take for anything but a text
//! is written as JSON. (A serializer for YAML would be one more dependency, and know nothing of the numbers of `serde_json`,
//! which keep their digits.)

use serde_json::Value;

/// The words that some version of YAML takes for something else than a text, in any case.
const RESERVED: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// The value as a YAML document.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(_) | Value::Array(_) => block(&mut out, value, "", ""),
        scalar => out.push_str(&text_of(scalar, "")),
    }
    out
}

/// Writes what an object or an array holds, one line at least for each. `indent` is before each line, `first` in its place
/// before the first.
fn block(out: &mut String, value: &Value, indent: &str, first: &str) {
    let mut start = first;
    let mut entry = |label: &str, value: &Value| {
        out.extend([start, label]);
        start = indent;
        let deeper = format!("{indent}  ");
        match value {
            Value::Object(members) if !members.is_empty() && label == "-" => block(out, value, &deeper, " "),
            Value::Object(members) if !members.is_empty() => {
                out.push('\n');
                block(out, value, &deeper, &deeper);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                block(out, value, &deeper, &deeper);
            }
            scalar => out.extend([" ", &text_of(scalar, &deeper), "\n"]),
        }
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| entry(&format!("{}:", quoted(name)), value)),
        Value::Array(items) => items.iter().for_each(|item| entry("-", item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A value that holds no others. Lines after the first begin with `indent`.
fn text_of(scalar: &Value, indent: &str) -> String {
    match scalar {
        Value::String(text) if has_plain_lines(text) => {
            let lines =
                text.lines().map(|line| if line.is_empty() { String::new() } else { format!("{indent}{line}") });
            format!("|-\n{}", lines.collect::<Vec<_>>().join("\n"))
        }
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// Several lines that can stand as they are.
fn has_plain_lines(text: &str) -> bool {
    let is_plain = |c: char| c == '\n' || !c.is_control();
    let is_framed = text.starts_with([' ', '\n']) || text.ends_with([' ', '\n']);
    text.contains('\n') && text.chars().all(is_plain) && !is_framed
}

/// A text in quotes, unless it is one beyond doubt.
fn quoted(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { Value::from(text).to_string() }
}

fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || "/$".contains(c));
    let is_harmless = |c: char| c.is_ascii_alphanumeric() || " _-./{}$,;()'?:+*".contains(c);
    let is_word = !RESERVED.iter().any(|word| text.eq_ignore_ascii_case(word));
    begins && is_word && text.chars().all(is_harmless) && !text.contains(": ") && !text.ends_with([' ', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn layout() {
        let value = json!({
            "openapi": "3.1.0",
            "empty": [{}, []],
            "200": {"$ref": "#/x", "no": null, "plain": "It's a list (of users:read), or not"},
            "list": [{"name": "a", "more": {"b": true}}, "- x", ["y", 1.50]],
            "text": "One.\n\nTwo: three #four",
            "odd": ["", "Yes", "a: b", "end:", "é\t", "\n"],
        });
        let expected = r##"openapi: "3.1.0"
empty:
  - {}
  - []
"200":
  $ref: "#/x"
  "no": null
  plain: It's a list (of users:read), or not
list:
  - name: a
    more:
      b: true
  - "- x"
  -
    - "y"
    - 1.5
text: |-
  One.

  Two: three #four
odd:
  - ""
  - "Yes"
  - "a: b"
  - "end:"
  - "é\t"
  - "\n"
"##;
        assert_eq!(to_yaml(&value), expected);
    }
}
