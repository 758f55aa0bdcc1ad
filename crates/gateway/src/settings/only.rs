//! Which operations one process serves: `--only`.

use super::near::nearest;

/// Some operations, by their names or by patterns, in which one `*` stands for any text: `maisa.listUsers`, `maisa.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Only(Vec<String>);

impl Only {
    /// Reads patterns. `names` are all operations of the program.
    ///
    /// # Errors
    /// A pattern that no operation fits, with what there is.
    pub fn parse(patterns: &[String], names: &[&str]) -> Result<Self, String> {
        match patterns.iter().find(|pattern| !names.iter().any(|name| fits(pattern, name))) {
            None => Ok(Self(patterns.to_vec())),
            Some(unknown) => Err(no_such(unknown, names)),
        }
    }

    /// The patterns.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.0
    }

    /// Whether the operation of this name is one of them.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| fits(pattern, name))
    }
}

/// What to say of an operation or a pattern that is none.
#[must_use]
pub fn no_such(unknown: &str, names: &[&str]) -> String {
    let meant = nearest(unknown, names.iter().copied());
    let meant = meant.map(|name| format!("; perhaps {name} is meant")).unwrap_or_default();
    format!("there is no operation {unknown}{meant}. There are {}", names.join(", "))
}

fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)) && !end.contains('*'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["red.list", "red.get", "blue.list"];

    fn included(patterns: &[&str]) -> Vec<&'static str> {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let only = Only::parse(&patterns, &NAMES).expect("good patterns");
        NAMES.into_iter().filter(|name| only.includes(name)).collect()
    }

    #[test]
    fn patterns() {
        assert_eq!(included(&["red.list"]), ["red.list"]);
        assert_eq!(included(&["red.*"]), ["red.list", "red.get"]);
        assert_eq!(included(&["*.list"]), ["red.list", "blue.list"]);
        assert_eq!(included(&["*"]), NAMES);
        assert_eq!(included(&["blue.*", "red.get"]), ["red.get", "blue.list"]);
        assert!(included(&[]).is_empty());
    }

    #[test]
    fn a_pattern_that_nothing_fits_is_told() {
        for wrong in ["", "list", "green.*", "red.*.*", "Red.list", "red.lst"] {
            let error = Only::parse(&[wrong.to_owned()], &NAMES).expect_err(wrong);
            assert!(error.ends_with("There are red.list, red.get, blue.list"), "{error}");
        }
        let error = Only::parse(&["red.lst".to_owned()], &NAMES).expect_err("wrong");
        assert!(error.contains("perhaps red.list is meant"), "{error}");
    }
}
