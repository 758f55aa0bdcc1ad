//! Entity tags (RFC 9110 §8.8.3), and the lists of them that preconditions are made of (§13.1.1, §13.1.2).

use actix_web::http::header::{HeaderMap, HeaderName};

const WEAK: &[u8] = b"W/";
const QUOTE: u8 = b'"';

/// The name of one state of what an address leads to. What it says is between it and who made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    /// Whether it stands for more than one sequence of bytes.
    pub is_weak: bool,
    /// What stands between the quotes: visible ASCII but quotes, and bytes beyond ASCII.
    pub opaque: Vec<u8>,
}

/// The tags of a precondition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagList {
    /// `*`: whatever there is.
    Any,
    /// These, which may be none.
    These(Vec<EntityTag>),
}

/// A header is no list of entity tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoTagList;

impl EntityTag {
    /// As it stands in a header.
    #[cfg(test)]
    pub fn to_bytes(&self) -> Vec<u8> {
        let weak = if self.is_weak { WEAK } else { &[] };
        [weak, &[QUOTE], &self.opaque, &[QUOTE]].concat()
    }

    /// The tag that the text begins with, and what follows it.
    fn take(text: &[u8]) -> Option<(Self, &[u8])> {
        let unmarked = text.strip_prefix(WEAK);
        let quoted = unmarked.unwrap_or(text).strip_prefix(&[QUOTE])?;
        let end = quoted.iter().position(|byte| *byte == QUOTE)?;
        let (opaque, behind) = (&quoted[..end], &quoted[end + 1..]);
        let is_tag = opaque.iter().all(|byte| byte.is_ascii_graphic() || !byte.is_ascii());
        is_tag.then(|| (Self { is_weak: unmarked.is_some(), opaque: opaque.to_vec() }, behind))
    }
}

impl TagList {
    /// The tags of all headers of that name together (§5.3). `None` if there is none.
    ///
    /// # Errors
    /// They are no list of tags.
    pub fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, NoTagList> {
        let lines: Vec<&[u8]> = headers.get_all(name).map(|value| value.as_bytes()).collect();
        if lines.is_empty() { Ok(None) } else { Self::parse(&lines.join(&b',')).map(Some).ok_or(NoTagList) }
    }

    /// Elements of a list may be empty (§5.6.1).
    fn parse(text: &[u8]) -> Option<Self> {
        if text.trim_ascii() == b"*" {
            return Some(TagList::Any);
        }
        let (mut tags, mut rest) = (Vec::new(), text.trim_ascii_start());
        while let Some((first, behind)) = rest.split_first() {
            rest = if *first == b',' {
                behind
            } else {
                let (tag, behind) = EntityTag::take(rest)?;
                tags.push(tag);
                let behind = behind.trim_ascii_start();
                if behind.is_empty() { behind } else { behind.strip_prefix(b",")? }
            };
            rest = rest.trim_ascii_start();
        }
        Some(TagList::These(tags))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderValue, IF_MATCH};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&[u8]]) -> Result<Option<TagList>, NoTagList> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(IF_MATCH, HeaderValue::from_bytes(line).expect("a header's value"));
        }
        TagList::read(&headers, &IF_MATCH)
    }

    fn strong(opaque: &str) -> EntityTag {
        EntityTag { is_weak: false, opaque: opaque.as_bytes().to_vec() }
    }

    fn weak(opaque: &str) -> EntityTag {
        EntityTag { is_weak: true, ..strong(opaque) }
    }

    #[test]
    fn lists() {
        for (lines, tags) in [
            (vec![r#""a""#], vec![strong("a")]),
            (vec![r#" "a" ,W/"a"	, "b,c" "#], vec![strong("a"), weak("a"), strong("b,c")]),
            (vec![r#""a","b""#, r#"W/"c""#], vec![strong("a"), strong("b"), weak("c")]),
            (vec![r#""""#], vec![strong("")]),
            (vec![r#""W/""#, r#""\""#, r#""*""#], vec![strong("W/"), strong("\\"), strong("*")]),
            (vec![r#",, "a",,"b","#], vec![strong("a"), strong("b")]),
            (vec![""], vec![]),
            (vec![" , "], vec![]),
            (vec!["", r#""a""#], vec![strong("a")]),
        ] {
            let bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(read(&bytes), Ok(Some(TagList::These(tags))), "{lines:?}");
        }
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[b" * "]), Ok(Some(TagList::Any)));
        let beyond = EntityTag { is_weak: false, opaque: vec![0xe9, 0xff, 0x80] };
        assert_eq!(read(&[b"\"\xe9\xff\x80\""]), Ok(Some(TagList::These(vec![beyond]))));
    }

    #[test]
    fn what_is_no_list() {
        for lines in [
            vec!["a"],
            vec!["\"a"],
            vec!["a\""],
            vec!["'a'"],
            vec!["\"a\" \"b\""],
            vec!["\"a\"b"],
            vec!["\"a\";\"b\""],
            vec!["w/\"a\""],
            vec!["W/a"],
            vec!["W /\"a\""],
            vec!["W/ \"a\""],
            vec!["W/W/\"a\""],
            vec!["\"a b\""],
            vec!["\"a\tb\""],
            vec!["*,\"a\""],
            vec!["\"a\",*"],
            vec!["**"],
            vec!["*", "*"],
            vec!["*", "\"a\""],
        ] {
            let bytes: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            assert_eq!(read(&bytes), Err(NoTagList), "{lines:?}");
        }
    }

    fn any_tag() -> impl Strategy<Value = EntityTag> {
        let byte = any::<u8>()
            .prop_filter("a byte of a tag", |byte| *byte == 0x21 || (0x23..=0x7e).contains(byte) || *byte >= 0x80);
        (any::<bool>(), vec(byte, 0..12)).prop_map(|(is_weak, opaque)| EntityTag { is_weak, opaque })
    }

    proptest! {
        #[test]
        fn a_list_reads_back_as_it_was_written(lines in vec(vec((any_tag(), "[ \t]{0,2}", "[ \t]{0,2}"), 0..4), 1..3)) {
            let written: Vec<Vec<u8>> = lines.iter().map(|line| {
                let elements: Vec<Vec<u8>> = line.iter().map(|(tag, before, behind)| {
                    [before.as_bytes(), &tag.to_bytes(), behind.as_bytes()].concat()
                }).collect();
                elements.join(&b',')
            }).collect();
            let lines_read: Vec<&[u8]> = written.iter().map(Vec::as_slice).collect();
            let tags = lines.into_iter().flatten().map(|(tag, ..)| tag).collect();
            prop_assert_eq!(read(&lines_read), Ok(Some(TagList::These(tags))));
        }

        #[test]
        fn whatever_is_read_is_written_to_the_same_effect(text in vec(prop::sample::select(b"W/\"a*, \\\xff".to_vec()), 0..12)) {
            if let Some(TagList::These(tags)) = TagList::parse(&text) {
                let written: Vec<Vec<u8>> = tags.iter().map(EntityTag::to_bytes).collect();
                prop_assert_eq!(TagList::parse(&written.join(&b',')), Some(TagList::These(tags)));
            }
        }
    }
}
