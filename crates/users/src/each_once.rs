//! Lists in which nothing stands twice.

/// These in their order, each once. For a handful: it compares each with all that come before it.
pub(crate) fn each_once<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_stays_where_it_is() {
        assert_eq!(each_once([3, 1, 3, 2, 1]), [3, 1, 2]);
        assert!(each_once(Vec::<u8>::new()).is_empty());
    }
}
