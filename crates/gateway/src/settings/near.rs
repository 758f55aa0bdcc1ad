//! What somebody may have meant who has mistyped a name.

/// The closest of these names, if one is close: by case, by a part of it, or by few letters.
#[must_use]
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let distances = names.into_iter().map(|name| (distance(&lower, &name.to_lowercase()), name));
    distances.filter(|(distance, _)| *distance <= allowed).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many letters must be put in, left out or changed to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (n, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = n + 1;
        for (m, opposite) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != *opposite);
            diagonal = row[m + 1];
            row[m + 1] = change.min(row[m] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        let names = ["listUsers", "createUser", "deleteUser", "serve"];
        for (word, meant) in [
            ("deleteuser", Some("deleteUser")),
            ("delteUser", Some("deleteUser")),
            ("listUser", Some("listUsers")),
            ("serv", Some("serve")),
            ("removeUser", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
    }
}
