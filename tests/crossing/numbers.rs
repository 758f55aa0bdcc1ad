//! Free objects keep their numbers exactly as sent (§1).

use crate::harness::town;

const LITERALS: [&str; 16] = [
    "0",
    "-0",
    "1.0",
    "1",
    "100",
    "1e2",
    "1E+2",
    "12345678901234567890",
    "-12345678901234567890123456789",
    "0.1e-7",
    "1.7976931348623157e308",
    "5e-324",
    "1e-999",
    "0.30000000000000004",
    "3.14159265358979323846264338327950288",
    "-0.0",
];

#[test]
fn number_literals_survive_every_way_in_and_out() {
    let person = town().workspace().person("admin");
    let (mm, maisa) = (town().mm_as(&person.key), town().maisa_as(&person.key));
    for literal in LITERALS {
        let object = format!(r#"{{"n":{literal},"list":[{literal},{{"deep":{literal}}}]}}"#);
        mm.update(&person.id, format!(r#"{{"settings":{object}}}"#)).expect(200);
        mm.patch_preferences(format!(r#"{{"preferences":{object}}}"#)).expect(200);
        maisa.update(&person.id, format!(r#"{{"metadata":{object}}}"#)).expect(200);
        maisa.update(&person.id, r#"{"department":"touched"}"#).expect(200);
        mm.update(&person.id, r#"{"bio":"touched"}"#).expect(200);

        let seen = mm.me().expect(200).text();
        assert!(seen.contains(&format!(r#""settings":{object}"#)), "{literal}: {seen}");
        assert!(seen.contains(&format!(r#""preferences":{object}"#)), "{literal}: {seen}");
        let seen = maisa.get(&person.id).expect(200).text();
        assert!(seen.contains(&format!(r#""metadata":{object}"#)), "{literal}: {seen}");
    }
}

#[test]
fn a_number_in_another_form_is_another_value() {
    let person = town().workspace().person("user");
    let mm = town().mm_as(&person.key);
    for literal in ["1", "1.0", "1e0"] {
        let answer = mm.patch_preferences(format!(r#"{{"preferences":{{"n":{literal}}}}}"#)).expect(200);
        assert!(answer.text().contains(&format!(r#""preferences":{{"n":{literal}}}"#)), "{}", answer.story());
    }
}

#[test]
fn numbers_beyond_a_double_are_refused_and_change_nothing() {
    let user = town().workspace().user("ada");
    let before = town().record(&user);
    for literal in ["1e400", "-1e309", "123456789e400"] {
        let refused = town().mm().update(&user, format!(r#"{{"settings":{{"n":{literal}}}}}"#));
        assert!([400, 422].contains(&refused.status), "{}", refused.story());
        town()
            .maisa()
            .update(&user, format!(r#"{{"metadata":{{"n":{literal}}}}}"#))
            .maisa_error(400, "VALIDATION_ERROR");
    }
    assert_eq!(town().record(&user), before);
}

#[test]
fn keys_keep_the_order_in_which_they_came() {
    let user = town().workspace().user("ada");
    let object = r#"{"z":1,"a":{"y":2,"b":3},"10":4,"9":5,"":6}"#;
    town().maisa().update(&user, format!(r#"{{"metadata":{object}}}"#)).expect(200);
    assert!(town().maisa().get(&user).expect(200).text().contains(object));
    town().mm().update(&user, format!(r#"{{"preferences":{object}}}"#)).expect(200);
    assert!(town().mm().get(&user).expect(200).text().contains(object));
}
