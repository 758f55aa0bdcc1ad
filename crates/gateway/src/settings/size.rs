//! Sizes, as people write them.

/// What [`parse`] reads, for messages.
pub const FORM: &str = "a size such as 4096B or 64KiB";

/// Reads a whole number with a unit: B, KiB or MiB. `None` for anything else.
#[must_use]
pub fn parse(text: &str) -> Option<usize> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: usize = number.parse().ok()?;
    match unit {
        "B" => Some(number),
        "KiB" => number.checked_mul(1 << 10),
        "MiB" => number.checked_mul(1 << 20),
        _ => None,
    }
}

/// The shortest text that [`parse`] reads as this size.
#[must_use]
pub fn text(size: usize) -> String {
    match size {
        size if size > 0 && size % (1 << 20) == 0 => format!("{}MiB", size >> 20),
        size if size > 0 && size % (1 << 10) == 0 => format!("{}KiB", size >> 10),
        size => format!("{size}B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for (written, size) in [("0B", 0), ("1500B", 1_500), ("64KiB", 65_536), ("2MiB", 2_097_152)] {
            assert_eq!((parse(written), text(size)), (Some(size), written.to_owned()));
        }
        for wrong in ["", "1", "B", "1 KiB", "1kib", "-1B", "1.5MiB", "1GiB", "99999999999999999999B"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
