//! How hard a password is to guess. Asked wherever a person chooses one; a dialect takes what its own rules allow.

use std::fmt;

use thiserror::Error;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::{Entropy, zxcvbn};

use crate::password::PlainPassword;
use crate::user::User;

/// What is found in no more guesses than this is refused. So many entries has the meter's list of common passwords; what is as quick to
/// find in another way (one letter again and again, a row of keys, a date, the user's own name) is no better.
const COMMON: u64 = 30_001;

/// So many characters of a password are weighed, from the first on. What the meter does grows with their square, and with each sign that
/// may stand for a letter: seventy of the worst take it three seconds, these as long as a hash at most.
const WEIGHED: usize = 24;

/// A part of a name or an address that is shorter than this occurs in many passwords by chance.
const SHORTEST_PART: usize = 3;

/// The most parts of names and addresses that are looked for.
const MOST_PARTS: usize = 64;

/// What whoever uses this program might take for a password first.
const OUR_NAME: &str = "diglot";

/// What makes a password weak, and what would make it stronger. In plain English; nothing of the password is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// What is wrong with it, if that can be said.
    pub warning: Option<String>,
    /// What would be better.
    pub suggestions: Vec<String>,
}

impl Advice {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.warning.is_none() && self.suggestions.is_empty()
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentences = self.warning.iter().chain(&self.suggestions).map(String::as_str);
        f.write_str(&sentences.collect::<Vec<_>>().join(" "))
    }
}

/// A password that is among the first that anybody tries.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("is too easy to guess. {0}")]
pub struct TooCommon(pub Advice);

/// What comes of a look at a password.
pub type Verdict = Result<Advice, TooCommon>;

/// Looks at a password that is to be this user's. It takes some milliseconds, and as long as a hash for a text that is made to keep it busy;
/// so whoever lets strangers ask for it has them take a turn, as for a hash.
///
/// # Errors
/// It is one of the most common ones, in whatever case, or as quick to find; or it is made of the user's own names.
pub fn check(password: &PlainPassword, user: &User) -> Verdict {
    let own = own_words(user);
    let inputs: Vec<&str> = own.iter().map(String::as_str).collect();
    // (What is easy to guess stays so by what is behind it, unless that is hard; then it can as well begin with that.)
    let weighed: String = password.expose().chars().take(WEIGHED).collect();
    let meter = zxcvbn(&weighed, &inputs);
    let mut advice = advice(&meter);
    // Capitals are what guessing varies first.
    let plainest = zxcvbn(&weighed.to_lowercase(), &inputs);
    let is_own = own.contains(&password.expose().to_lowercase());
    if plainest.guesses() > COMMON && !is_own {
        return Ok(advice);
    }
    if is_own || is_made_of(&plainest, &own) {
        advice.warning = Some("It is made of your own name or address, or of ours.".to_owned());
    }
    if advice.warning.is_none() {
        advice.warning = Some("It is one of those that are tried first.".to_owned());
    }
    Err(TooCommon(advice))
}

fn advice(meter: &Entropy) -> Advice {
    let Some(feedback) = meter.feedback() else { return Advice::default() };
    Advice {
        warning: feedback.warning().map(|warning| warning.to_string()),
        suggestions: feedback.suggestions().iter().map(ToString::to_string).collect(),
    }
}

/// What anybody would try who knows the user: names and address, as wholes and in parts.
fn own_words(user: &User) -> Vec<String> {
    let full_name = user.full_name.as_ref().map_or("", |name| name.as_str());
    let (email, domain) = (&user.email, user.email.ascii_domain());
    let wholes = [email.as_str(), email.local_part(), domain, user.username.as_str(), full_name, OUR_NAME];
    let parts = wholes.iter().flat_map(|whole| whole.split(|c: char| !c.is_alphanumeric()));
    let words = wholes.iter().copied().chain(parts).filter(|word| word.chars().count() >= SHORTEST_PART);
    let mut own: Vec<String> = Vec::new();
    for word in words.map(str::to_lowercase) {
        if own.len() < MOST_PARTS && !own.contains(&word) {
            own.push(word);
        }
    }
    own
}

/// Whether the longest that was recognised is one of these words.
fn is_made_of(meter: &Entropy, words: &[String]) -> bool {
    let longest = meter.sequence().iter().max_by_key(|found| found.token.len());
    longest.is_some_and(|found| match &found.pattern {
        MatchPattern::Dictionary(word) => words.contains(&word.matched_word),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::email::Email;
    use crate::service::tests::house::House;

    fn ada() -> User {
        let house = House::new();
        house.user("ada.lovelace", &["user"], &house.first)
    }

    fn verdict(password: &str) -> Verdict {
        check(&PlainPassword::parse(password).unwrap(), &ada())
    }

    #[test]
    fn the_most_common_ones_are_refused_in_words() {
        let TooCommon(advice) = verdict("password").unwrap_err();
        assert_eq!(advice.warning.as_deref(), Some("This is a top-10 common password."));
        assert_eq!(advice.suggestions, ["Add another word or two. Uncommon words are better."]);
        for common in [
            "12345678",
            "PASSWORD",
            "PassWord",
            "pASSWORD",
            "qwertyuiop",
            "iloveyou",
            "11111111",
            "Password1",
            "sunshine",
            // Near the end of the list.
            "donaldduck",
            "dOnAlDdUcK",
            "abcdefgh",
            "trustno1",
            "password123",
            "aaaaaaaaaaaaaaaa",
            "p@ssw0rd",
            "drowssap",
            "zxcvbnm,",
            "19700101",
        ] {
            let TooCommon(advice) = verdict(common).expect_err(common);
            assert!(advice.warning.is_some(), "{common}");
        }
    }

    #[test]
    fn the_users_own_names_are_refused_as_such() {
        for own in [
            "ada.lovelace",
            "Ada.Lovelace",
            "lovelace",
            "LoveLace1",
            "ada.lovelace@example.com",
            "Example.com",
            "example.com1",
            "diglotdiglot",
        ] {
            let TooCommon(advice) = verdict(own).expect_err(own);
            let warning = advice.warning.expect("a warning");
            assert!(warning.contains("your own name") || warning.contains("Repeats"), "{own}: {warning}");
        }
    }

    #[test]
    fn a_long_one_is_refused_for_how_it_begins_or_for_being_an_address() {
        let user = User { email: Email::parse("maximiliana.mustermann-musterfrau@example.com").unwrap(), ..ada() };
        let verdict = |text: &str| check(&PlainPassword::parse(text).unwrap(), &user);
        for text in ["a".repeat(71), "abc".repeat(23), "Maximiliana.Mustermann-Musterfrau@Example.com".to_owned()] {
            let TooCommon(advice) = verdict(&text).expect_err(&text);
            assert!(advice.warning.is_some(), "{text}");
        }
        assert!(verdict(&format!("{}violet tundra lamp", "a".repeat(16))).is_ok());
    }

    #[test]
    fn others_are_taken_with_advice_where_they_are_weak() {
        for good in ["correct horse", "canary horse staple", "another password", "violet-tundra-9", "Grüße aus Köln!"]
        {
            assert!(verdict(good).is_ok(), "{good}");
        }
        assert_eq!(verdict("correct horse battery staple"), Ok(Advice::default()));
        let advice = verdict("monkeys1987").expect("not that common");
        assert!(!advice.suggestions.is_empty(), "{advice:?}");
    }

    /// The meter's work grows with what it may put in place of other characters. Nobody can hold a thread with that.
    #[test]
    fn nothing_takes_long() {
        let (user, longest) = (ada(), PlainPassword::MAX_BYTES);
        let repeated = |unit: &str| unit.chars().cycle().take(longest).collect::<String>();
        let units = [
            "4@8({[<3690",
            "4@8({[<3691!|70$5+%2",
            "4@8({[<3691!|70$5+%2aeio",
            "1!|17$5+72%",
            "aA4@",
            "password",
            "4({[<",
            "abcabcabd",
            "12.3.2001",
            "1",
            "qwertyuiop",
            "p4$$w0rd",
        ];
        for unit in units {
            let password = PlainPassword::parse(&repeated(unit)).unwrap();
            let began = Instant::now();
            let _either_way = check(&password, &user);
            assert!(began.elapsed() < Duration::from_secs(2), "{unit}: {:?}", began.elapsed());
        }
    }
}
