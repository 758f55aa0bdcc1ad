//! Plans: rates that keys have, by name.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use crate::settings::Rate;

/// How many unknown names are remembered.
const REMEMBERED: usize = 1_000;

/// The plans that the settings know.
#[derive(Debug, Default)]
pub struct Plans {
    rates: HashMap<String, Rate>,
    unknown: Mutex<HashSet<String>>,
}

impl Plans {
    /// These.
    #[must_use]
    pub fn new(rates: HashMap<String, Rate>) -> Self {
        Self { rates, unknown: Mutex::default() }
    }

    /// The rate of the plan of this name. One that the settings do not know is none, and is told once: a key must not stop working
    /// because a line is missing in a file.
    pub fn rate(&self, name: &str) -> Option<Rate> {
        let rate = self.rates.get(name).copied();
        if rate.is_none() && self.is_news(name) {
            tracing::warn!(plan = name, "keys have a plan that the settings do not know; they are not limited");
        }
        rate
    }

    fn is_news(&self, name: &str) -> bool {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.len() < REMEMBERED && !unknown.contains(name) && unknown.insert(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::rate::parse;

    #[test]
    fn an_unknown_plan_is_none_and_is_told_once() {
        let plans = Plans::new([("standard".to_owned(), parse("100/min").expect("a rate"))].into());
        assert_eq!(plans.rate("standard"), parse("100/min"));
        assert_eq!((plans.is_news("gold"), plans.is_news("gold"), plans.is_news("silver")), (true, false, true));
        assert_eq!(plans.rate("gold"), None);
    }
}
