//! Conditional requests (RFC 9110 §13) on users: the tags that a dialect's answers have, and what those that a client sends ask
//! of the directory.

use actix_web::HttpResponse;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use actix_web::web::Bytes;
use users::{Precondition, Timestamp, UserError, UserId, Version, Versions};

use crate::tag::{EntityTag, TagList};

/// What a tag takes, about.
const TAG: usize = 96;

/// Stands between the parts of a tag; in none of them.
const SEPARATOR: char = '.';

/// How a dialect shows a user. A tag stands for these very bytes, so the form's name says all that they depend on besides the
/// user: the dialect, and whatever may differ from one release or one set of settings to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form<'a> {
    name: &'static str,
    settings: Option<&'a str>,
}

/// A precondition that cannot be read, by its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// `If-Match`
    IfMatch,
    /// `If-None-Match`
    IfNoneMatch,
}

impl Unreadable {
    /// The header.
    #[must_use]
    pub fn header(self) -> HeaderName {
        match self {
            Unreadable::IfMatch => IF_MATCH,
            Unreadable::IfNoneMatch => IF_NONE_MATCH,
        }
    }
}

impl<'a> Form<'a> {
    /// The form of that name: letters and digits.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, settings: None }
    }

    /// The form of that name under settings of which this text tells: letters and digits.
    #[must_use]
    pub fn under(name: &'static str, settings: &'a str) -> Self {
        Self { name, settings: Some(settings) }
    }

    /// The answer that shows this state of a user, with the tag for it.
    #[must_use]
    pub fn tagged(&self, mut response: HttpResponse, version: &Version) -> HttpResponse {
        let mut tag = String::with_capacity(TAG);
        tag.push('"');
        self.write_opaque(version, &mut tag);
        tag.push('"');
        match HeaderValue::from_maybe_shared(Bytes::from(tag)) {
            Ok(tag) => {
                response.headers_mut().insert(ETAG, tag);
                response
            }
            // A tag is made of what may stand in a header.
            Err(_) => HttpResponse::InternalServerError().finish(),
        }
    }

    /// What the request asks of the user. `If-Match` is compared strongly: a weak tag matches nothing. `If-None-Match` is
    /// compared weakly. A tag that was not made here for this form stands for no state at all.
    ///
    /// # Errors
    /// A header is no list of tags.
    pub fn precondition(&self, headers: &HeaderMap) -> Result<Precondition, Unreadable> {
        let one_of = TagList::read(headers, &IF_MATCH).map_err(|_| Unreadable::IfMatch)?;
        let none_of = TagList::read(headers, &IF_NONE_MATCH).map_err(|_| Unreadable::IfNoneMatch)?;
        let strong = |tag: EntityTag| if tag.is_weak { None } else { self.version(&tag) };
        Ok(Precondition {
            one_of: one_of.map(|list| versions(list, strong)),
            none_of: none_of.map(|list| versions(list, |tag| self.version(&tag))),
        })
    }

    fn tag(&self, version: &Version) -> EntityTag {
        let mut opaque = String::with_capacity(TAG);
        self.write_opaque(version, &mut opaque);
        EntityTag { is_weak: false, opaque: opaque.into_bytes() }
    }

    /// Every answer with one user has a tag: the parts are put together without the formatting machinery.
    fn write_opaque(&self, version: &Version, text: &mut String) {
        let Version { user, revision, changed_at } = version;
        text.push_str(self.name);
        if let Some(settings) = self.settings {
            text.push('-');
            text.push_str(settings);
        }
        let mut number = itoa::Buffer::new();
        text.push(SEPARATOR);
        text.push_str(user.as_str());
        text.push(SEPARATOR);
        text.push_str(number.format(*revision));
        text.push(SEPARATOR);
        text.push_str(number.format(changed_at.micros()));
    }

    fn version(&self, tag: &EntityTag) -> Option<Version> {
        let Ok(text) = std::str::from_utf8(&tag.opaque) else { return None };
        let parts: Vec<&str> = text.split(SEPARATOR).collect();
        let [_form, user, revision, micros] = parts[..] else { return None };
        let (Ok(revision), Ok(micros)) = (revision.parse(), micros.parse()) else { return None };
        let version = Version { user: UserId::parse(user)?, revision, changed_at: Timestamp::from_micros(micros)? };
        // Tags are the same to the letter or not at all: the form, and how the numbers are written.
        (self.tag(&version).opaque == tag.opaque).then_some(version)
    }
}

fn versions(list: TagList, version: impl Fn(EntityTag) -> Option<Version>) -> Versions {
    match list {
        TagList::Any => Versions::All,
        TagList::These(tags) => Versions::These(tags.into_iter().filter_map(version).collect()),
    }
}

/// What a reader of this user gets: the answer, or, if it has it already, only the news that it has (304).
///
/// # Errors
/// `PreconditionFailed` if the user is in no state that the reader expects.
pub fn unless_known(
    answer: HttpResponse,
    version: &Version,
    precondition: &Precondition,
) -> Result<HttpResponse, UserError> {
    if !precondition.expects(version) {
        return Err(UserError::PreconditionFailed);
    }
    if !precondition.excludes(version) {
        return Ok(answer);
    }
    let mut unchanged = HttpResponse::NotModified();
    if let Some(tag) = answer.headers().get(ETAG) {
        unchanged.insert_header((ETAG, tag.clone()));
    }
    Ok(unchanged.finish())
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use proptest::prelude::*;
    use users::User;
    use users::testing::contract::user;

    use super::*;

    const FORM: &str = "form1";
    const OF_USER_1: &str = r#""form1.00000001-0000-7000-8000-000000000000.1.1767323045000006""#;

    fn form() -> Form<'static> {
        Form::new(FORM)
    }

    fn shown(user: &User) -> HttpResponse {
        form().tagged(HttpResponse::Ok().body("a user"), &user.version())
    }

    fn tag_of(response: &HttpResponse) -> &str {
        response.headers().get(ETAG).expect("a tag").to_str().expect("ASCII")
    }

    fn asked(lines: &[(HeaderName, &str)]) -> Result<Precondition, Unreadable> {
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(name.clone(), HeaderValue::from_str(line).expect("a header's value"));
        }
        form().precondition(&headers)
    }

    fn these(versions: impl IntoIterator<Item = Version>) -> Option<Versions> {
        Some(Versions::These(versions.into_iter().collect()))
    }

    #[test]
    fn a_tag_says_form_user_and_state() {
        assert_eq!(tag_of(&shown(&user(1))), OF_USER_1);
        let changed = [
            User { revision: 2, ..user(1) },
            User { updated_at: Timestamp::from_micros(0).expect("a time"), ..user(1) },
            user(2),
        ];
        for other in changed {
            assert_ne!(tag_of(&shown(&other)), OF_USER_1);
        }
        assert_ne!(tag_of(&Form::new("form2").tagged(HttpResponse::Ok().finish(), &user(1).version())), OF_USER_1);
    }

    #[test]
    fn the_headers_become_a_precondition() {
        let version = user(1).version();
        let weak = format!("W/{OF_USER_1}");
        for (lines, one_of, none_of) in [
            (vec![], None, None),
            (vec![(IF_MATCH, OF_USER_1)], these([version.clone()]), None),
            (vec![(IF_NONE_MATCH, OF_USER_1)], None, these([version.clone()])),
            (vec![(IF_MATCH, weak.as_str())], these([]), None),
            (vec![(IF_NONE_MATCH, weak.as_str())], None, these([version.clone()])),
            (vec![(IF_MATCH, "*"), (IF_NONE_MATCH, "*")], Some(Versions::All), Some(Versions::All)),
            (vec![(IF_MATCH, "\"x\""), (IF_MATCH, OF_USER_1)], these([version.clone()]), None),
            (vec![(IF_MATCH, "")], these([]), None),
        ] {
            assert_eq!(asked(&lines), Ok(Precondition { one_of, none_of }), "{lines:?}");
        }
        for bare in ["x", "*, *", "\"x"] {
            assert_eq!(asked(&[(IF_MATCH, bare)]), Err(Unreadable::IfMatch), "{bare}");
            assert_eq!(asked(&[(IF_NONE_MATCH, bare), (IF_MATCH, "*")]), Err(Unreadable::IfNoneMatch), "{bare}");
        }
    }

    #[test]
    fn what_was_not_made_here_to_the_letter_is_no_version() {
        let id = "00000001-0000-7000-8000-00000000000a";
        for foreign in [
            "",
            "1",
            "form1",
            "form1...",
            &format!("form2.{id}.1.1"),
            &format!("form1.{id}.1"),
            &format!("form1.{id}.1.1.1"),
            &format!("form1.{id}.+1.1"),
            &format!("form1.{id}.01.1"),
            &format!("form1.{id}.1.-0"),
            &format!("form1.{id}.1.9223372036854775807"),
            &format!("form1.{id}.9223372036854775808.1"),
            &format!("form1.{}.1.1", id.to_uppercase()),
            &format!("form1.{{{id}}}.1.1"),
        ] {
            let header = format!("\"{foreign}\"");
            assert_eq!(asked(&[(IF_MATCH, &header)]).map(|asked| asked.one_of), Ok(these([])), "{foreign}");
        }
        assert_ne!(asked(&[(IF_MATCH, &format!("\"form1.{id}.1.1\""))]).map(|asked| asked.one_of), Ok(these([])));
    }

    #[test]
    fn a_reader_gets_the_user_or_the_news_that_it_has_it() {
        let versions = |versions: &[&User]| these(versions.iter().map(|user| user.version()));
        let (known, other) = (user(1), user(2));
        for (one_of, none_of, status) in [
            (None, None, Some(StatusCode::OK)),
            (versions(&[&known]), None, Some(StatusCode::OK)),
            (versions(&[&other]), None, None),
            (None, versions(&[&other, &known]), Some(StatusCode::NOT_MODIFIED)),
            (None, versions(&[&other]), Some(StatusCode::OK)),
            (versions(&[&known]), versions(&[&known]), Some(StatusCode::NOT_MODIFIED)),
            (versions(&[&other]), versions(&[&known]), None),
            (None, Some(Versions::All), Some(StatusCode::NOT_MODIFIED)),
        ] {
            let precondition = Precondition { one_of, none_of };
            match unless_known(shown(&known), &known.version(), &precondition) {
                Ok(response) => {
                    assert_eq!((Some(response.status()), tag_of(&response)), (status, OF_USER_1), "{precondition:?}")
                }
                Err(error) => {
                    assert_eq!((None, UserError::PreconditionFailed), (status, error), "{precondition:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_version_reads_back_as_it_was_written(id in any::<u128>(), revision in any::<i64>(), micros in any::<i64>()) {
            let hex = format!("{id:032x}");
            let id = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
            prop_assume!(Timestamp::from_micros(micros).is_some());
            let (user, changed_at) = (UserId::parse(&id).expect("an id"), Timestamp::from_micros(micros).expect("a time"));
            let version = Version { user, revision, changed_at };
            prop_assert_eq!(form().version(&form().tag(&version)), Some(version));
        }
    }
}
