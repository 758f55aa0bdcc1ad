//! The routes that are served and those that the documents tell of are the same.

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{NOBODY, Request, town};

use super::{DIALECTS, kept, operations};

/// A path of a template.
fn example(template: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { NOBODY.to_owned() } else { segment.to_owned() };
    template.split('/').map(segment).collect::<Vec<_>>().join("/")
}

fn is_like(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(word, given)| word == given || word.starts_with('{'))
}

#[test]
fn each_path_has_exactly_the_methods_that_its_document_names() {
    for dialect in DIALECTS {
        let operations = operations(&kept(dialect));
        for (template, ..) in &operations {
            let path = example(template);
            let meant = operations.iter().filter(|(other, ..)| is_like(other, &path));
            let mut expected: BTreeSet<&str> = meant.map(|(_, method, _)| method.as_str()).collect();
            if expected.contains("GET") {
                expected.insert("HEAD");
            }
            let answer =
                town().server.http.send(&Request::new("TRACE", &format!("/{dialect}{path}"))).unwrap().expect(405);
            let allowed = answer.header("allow").unwrap();
            assert_eq!(allowed.split(", ").collect::<BTreeSet<_>>(), expected, "{dialect} {path}");
        }
    }
}

#[test]
fn each_operation_of_a_document_is_served_under_its_name() {
    let metrics_of = |name: &str| town().server.metrics().contains(&format!("operation=\"{name}\""));
    for dialect in DIALECTS {
        for (template, method, operation) in operations(&kept(dialect)) {
            let path = format!("/{dialect}{}", example(&template));
            let answer = town().server.http.send(&Request::new(&method, &path).json("{}")).unwrap();
            // Where no key is asked for, such a body is read.
            let is_open = operation["security"] == json!([]);
            assert!(
                if is_open { [200, 422].contains(&answer.status) } else { answer.status == 401 },
                "{}",
                answer.story()
            );
            let name = format!("{dialect}.{}", operation["operationId"].as_str().unwrap());
            assert!(metrics_of(&name), "{name}");
        }
    }
}
