//! Identifiers.

use std::fmt;

use uuid::Uuid;

/// Declares an identifier: a UUID in its hyphenated lower-case text form (RFC 9562).
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads an identifier that came from outside. `None` if it is no UUID in its usual form;
            /// upper-case hexadecimal digits are accepted, as RFC 9562 §4 asks of readers.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
                let id = Uuid::try_parse(text).ok().filter(|_| hyphenated)?;
                Some(Self(id.hyphenated().to_string()))
            }

            /// The identifier that a store gives back; it was checked on its way in.
            #[must_use]
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }

            /// The text form.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id.hyphenated().to_string())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// A user. Version 7, so that ids sort by the time of creation.
    UserId
}
identifier! {
    /// A workspace, the tenant.
    WorkspaceId
}
identifier! {
    /// Something that has happened. Version 7.
    EventId
}
identifier! {
    /// A message that is to be sent. It names the message to the outside as well, so that a repeat is known as one.
    MessageId
}
