use super::*;

fn malformed(text: &str) -> (&'static str, usize) {
    match decode(text.as_bytes()) {
        Err(DecodeError::Malformed { message, position }) => (message, position),
        other => panic!("{text:?} gives {other:?}"),
    }
}

fn is_unreadable(bytes: &[u8]) -> bool {
    matches!(decode(bytes), Err(DecodeError::Unreadable(_)))
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

#[test]
fn values_keep_their_text_and_order() {
    for text in ["null", "[true,false]", r#"{"b":1.50,"a":[-0,1E+2,{}]}"#, "[]", r#""é😀\n""#] {
        assert_eq!(decode(text.as_bytes()).map(|value| value.to_string()).as_deref(), Ok(text));
    }
    let spaced = " \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n";
    assert_eq!(decode(spaced.as_bytes()).map(|value| value.to_string()).as_deref(), Ok(r#"{"a":[1,2],"b":{}}"#));
    assert_eq!(decode(br#""\u0041\ud83d\ude00\/\b\f""#), Ok(Json::String("A😀/\u{8}\u{c}".to_owned())));
}

/// Recorded with CPython 3.11.7.
#[test]
fn messages_and_positions_are_those_of_python() {
    for (text, message, position) in [
        ("", "Expecting value", 0),
        ("  \n", "Expecting value", 3),
        ("nul", "Expecting value", 0),
        ("-", "Expecting value", 0),
        ("[1,]", "Expecting value", 3),
        ("[", "Expecting value", 1),
        (r#"{"email":"#, "Expecting value", 9),
        ("{", EXPECTING_NAME, 1),
        ("{'a':1}", EXPECTING_NAME, 1),
        (r#"{"a":1,}"#, EXPECTING_NAME, 7),
        (r#"{"a"}"#, EXPECTING_COLON, 4),
        (r#"{"😀" 1}"#, EXPECTING_COLON, 5),
        (r#"{"a":1 "b":2}"#, EXPECTING_COMMA, 7),
        ("[1 2]", EXPECTING_COMMA, 3),
        ("01", "Extra data", 1),
        ("1.", "Extra data", 1),
        ("1e+", "Extra data", 1),
        ("1.5.5", "Extra data", 3),
        ("{} x", "Extra data", 3),
        (r#"["é"#, "Unterminated string starting at", 1),
        (r#""a\"#, "Unterminated string starting at", 0),
        ("\"é\n\"", "Invalid control character at", 2),
        (r#""\x""#, "Invalid \\escape", 1),
        (r#""\u12g4""#, "Invalid \\uXXXX escape", 2),
        (r#""\u12"#, "Invalid \\uXXXX escape", 2),
        (r#""\u1234"#, "Invalid \\uXXXX escape", 2),
        (r#""\ud800\u12g4""#, "Invalid \\uXXXX escape", 8),
    ] {
        assert_eq!(malformed(text), (message, position), "{text:?}");
    }
}

#[test]
fn what_python_takes_and_diglot_does_not() {
    assert_eq!(malformed(r#"{"é":1, "b":2, "é":3}"#), (DUPLICATE_NAME, 15));
    assert_eq!(malformed(r#"[{"a":{"a":1},"\u0061":2}]"#), (DUPLICATE_NAME, 14));
    for text in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(malformed(&format!("[{text}]")), (EXPECTING_VALUE, 1));
    }
    for text in [r#""\ud800""#, r#""\udc00 ""#, r#""\ud800\u0041""#, r#""\ud800\ud800""#] {
        assert_eq!(malformed(text), ("Invalid \\uXXXX escape", 2), "{text}");
    }
    assert_eq!(malformed(r#"["\ud800x]"#), ("Unterminated string starting at", 1), "what Python reports comes first");
    assert!(is_unreadable(b"\xef\xbb\xbf{}"));
    assert!(is_unreadable(b"\"\xff\""));
    assert!(is_unreadable(b"{\0}\0"));
    assert!(is_unreadable(b"\0{\0}"));
}

#[test]
fn numbers_fit_a_double_and_nesting_is_bounded() {
    for text in ["1e400", "-1e400", &"9".repeat(400), &"9".repeat(4_400)] {
        assert!(is_unreadable(text.as_bytes()), "{text}");
    }
    let long = format!("0.{}1", "0".repeat(5_000));
    assert_eq!(decode(long.as_bytes()), Ok(Json::Number(long)));
    assert!(decode(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(is_unreadable(nested(MAX_DEPTH + 1).as_bytes()));
    assert!(is_unreadable("{\"a\":".repeat(100_000).as_bytes()));
    assert_eq!(malformed(&format!("[x{}", nested(100))), (EXPECTING_VALUE, 1), "the first fault counts");
}

#[test]
fn a_large_object_takes_linear_time_and_finds_its_duplicate() {
    let members: Vec<String> = (0..100_000).map(|n| format!("\"{n}\":0")).collect();
    let text = format!("{{{}}}", members.join(","));
    assert!(decode(text.as_bytes()).is_ok());
    let doubled = format!("{{{},\"99999\":1}}", members.join(","));
    assert_eq!(malformed(&doubled), (DUPLICATE_NAME, text.len()));
}
