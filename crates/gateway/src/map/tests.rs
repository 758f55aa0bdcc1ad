use std::sync::Arc;

use users::RolePolicy;
use users::role::{Permissions, RoleDefinition, RoleName};

use super::*;
use crate::dialects;

fn map() -> Map {
    let name = RoleName::from_stored("user".to_owned());
    let policy = RolePolicy::new(vec![RoleDefinition { name, permissions: Permissions::default() }]);
    Map::of(dialects::all(&dialects::offline(Arc::new(policy.expect("a policy")))))
}

#[test]
fn a_row_for_each_concept_and_a_name_for_each_field() {
    let map = map();
    let rows = map.rows();
    let concepts: Vec<Concept> = rows.iter().map(|row| row.concept).collect();
    assert!(concepts.is_sorted_by(|a, b| a < b), "each once, in order");
    let fields: usize = map.dialects.iter().map(|dialect| dialect.fields().len()).sum();
    assert_eq!(rows.iter().flat_map(|row| &row.names).map(Vec::len).sum::<usize>(), fields);
    assert_eq!(map.to_lines().lines().count(), rows.len() + 1);
}

#[test]
fn no_name_stands_twice_in_one_place() {
    for dialect in map().dialects {
        let mut seen = Vec::new();
        for field in dialect.fields() {
            for place in field.places {
                let of = match place {
                    Place::Body(of) | Place::Query(of) | Place::Path(of) | Place::Header(of) | Place::Answer(of) => of,
                };
                for of in *of {
                    let key = (std::mem::discriminant(place), *of, field.name);
                    assert!(!seen.contains(&key), "{} {key:?}", dialect.name());
                    seen.push(key);
                }
            }
        }
    }
}

#[test]
fn words_are_sentences_that_a_table_can_hold() {
    for field in map().dialects.iter().flat_map(|dialect| dialect.fields()) {
        assert!(field.rule.ends_with('.') && !field.rule.contains(['|', '\n']), "{}: {}", field.name, field.rule);
        assert!(field.test.contains("::"), "{}: {}", field.name, field.test);
    }
}

#[test]
fn every_place_is_an_operation_of_the_dialect() {
    for dialect in map().dialects {
        let named = dialect.fields().iter().flat_map(|field| field.places).flat_map(Place::operations);
        for operation in named {
            assert!(dialect.routes().iter().any(|route| route.operation == *operation), "{operation}");
        }
    }
}
