//! Requests as the clients of a dialect send them: what is asked of a directory, and how a dialect says it.

use users::json::FreeObject;
use users::page::Filter;
use users::{Email, Json, NewUser, SignIn, UserChange};

use crate::directory::{Begin, ListQuery};
use crate::fields::{self, Concept, Field};

/// What a request asks of a directory. Which user it is about, its path says.
#[derive(Debug, Clone)]
pub enum Ask {
    /// A page of users.
    List(ListQuery),
    /// A new user.
    Create(Box<NewUser>),
    /// One user, perhaps as a member of a workspace.
    Get {
        /// The workspace, as the client named it.
        workspace: Option<String>,
    },
    /// The user that the key acts for.
    GetOwn,
    /// A change to a user.
    Update(Box<UserChange>),
    /// A merge into the preferences of the user that the key acts for.
    MergeOwnPreferences(FreeObject),
    /// The end of a user.
    Delete,
    /// A key for whoever knows an account's password.
    SignIn(Box<SignIn>),
    /// The end of the key that is presented.
    SignOut,
    /// A mail to this address with the way to a new password.
    AskForMail(Email),
}

/// How much of what was asked a dialect's request says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// The operation has no word for it.
    Lost(Concept),
    /// It has one, but cannot say this with it; why.
    Unsaid(Concept, &'static str),
    /// It says it, and something beside it; when that matters.
    Differs(Concept, &'static str),
    /// The operation needs it, and nothing was asked that it could be made of.
    Missing(Concept),
}

/// A request in the making. Nothing goes into it but by the names in the registry, and nothing that was asked is left out without
/// a remark.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The operation's name within its dialect.
    pub operation: &'static str,
    /// The parameters of the query.
    pub query: Vec<(&'static str, String)>,
    /// The members of the body, each with its JSON text.
    pub body: Vec<(&'static str, String)>,
    /// What the request does not say as it was asked.
    pub remarks: Vec<Remark>,
    fields: &'static [Field],
}

impl Draft {
    /// A request to this operation of the dialect with these fields.
    #[must_use]
    pub fn new(operation: &'static str, fields: &'static [Field]) -> Self {
        Self { operation, query: Vec::new(), body: Vec::new(), remarks: Vec::new(), fields }
    }

    /// Says a value in the body; `None` for nothing to say.
    pub fn say(&mut self, concept: Concept, value: Option<String>) {
        let member = self.named(concept, value);
        self.body.extend(member);
    }

    /// Says a value in the query; `None` for nothing to say.
    pub fn ask(&mut self, concept: Concept, value: Option<String>) {
        let parameter = self.named(concept, value);
        self.query.extend(parameter);
    }

    /// The value under the name that the operation has for it; without one it is lost.
    fn named(&mut self, concept: Concept, value: Option<String>) -> Option<(&'static str, String)> {
        let value = value?;
        let field = fields::said(self.fields, self.operation, concept);
        if field.is_none() {
            self.remarks.push(Remark::Lost(concept));
        }
        field.map(|field| (field.name, value))
    }

    /// Says what a new user's record is to have. Its name, its roles, and whether it is invited, are for the dialect to say.
    pub fn say_record(&mut self, new: &NewUser) {
        let NewUser {
            email,
            username,
            password,
            full_name: _,
            avatar_url,
            bio,
            timezone,
            locale,
            department,
            preferences,
            settings,
            metadata,
            roles: _,
            invite: _,
            workspace,
        } = new;
        self.say(Concept::Email, Some(text(email.as_str())));
        self.say(Concept::Username, username.as_ref().map(|name| text(name.as_str())));
        self.say(Concept::Password, password.as_ref().map(|password| text(password.expose())));
        self.say(Concept::AvatarUrl, avatar_url.as_ref().map(|url| text(url.as_str())));
        self.say(Concept::Bio, bio.as_ref().map(|bio| text(bio.as_str())));
        self.say(Concept::Timezone, timezone.as_ref().map(|zone| text(zone.as_str())));
        self.say(Concept::Locale, locale.as_ref().map(|locale| text(locale.as_str())));
        self.say(Concept::Department, department.as_ref().map(|department| text(department.as_str())));
        for (concept, object) in
            [(Concept::Preferences, preferences), (Concept::Settings, settings), (Concept::Metadata, metadata)]
        {
            self.say(concept, (*object != FreeObject::empty()).then(|| object.as_str().to_owned()));
        }
        self.say(Concept::DefaultWorkspace, workspace.as_deref().map(text));
    }

    /// Says what is to become of a record. Its name, its status and its roles are for the dialect to say.
    pub fn say_changes(&mut self, change: &UserChange) {
        let UserChange {
            email,
            username,
            password,
            full_name: _,
            avatar_url,
            bio,
            timezone,
            locale,
            department,
            preferences,
            settings,
            metadata,
            status: _,
            roles: _,
            default_workspace,
        } = change;
        self.say(Concept::Email, email.as_ref().map(|email| text(email.as_str())));
        self.say(Concept::Username, username.as_ref().map(|name| text(name.as_str())));
        self.say(Concept::Password, password.as_ref().map(|password| text(password.expose())));
        self.say(Concept::AvatarUrl, avatar_url.as_ref().map(|url| or_null(url.as_ref().map(|url| url.as_str()))));
        self.say(Concept::Bio, bio.as_ref().map(|bio| or_null(bio.as_ref().map(|bio| bio.as_str()))));
        self.say(Concept::Timezone, timezone.as_ref().map(|zone| or_null(zone.as_ref().map(|zone| zone.as_str()))));
        self.say(Concept::Locale, locale.as_ref().map(|tag| or_null(tag.as_ref().map(|tag| tag.as_str()))));
        self.say(Concept::Department, department.as_ref().map(|name| or_null(name.as_ref().map(|name| name.as_str()))));
        for (concept, object) in
            [(Concept::Preferences, preferences), (Concept::Settings, settings), (Concept::Metadata, metadata)]
        {
            self.say(concept, object.as_ref().map(|object| object.as_str().to_owned()));
        }
        self.say(Concept::DefaultWorkspace, default_workspace.as_ref().map(|id| or_null(id.as_deref())));
    }

    /// Says which users are listed, where a page has so many of them at most.
    pub fn say_query(&mut self, query: &ListQuery, most: u32) {
        let ListQuery { workspace, filter: Filter { search, role }, begin, limit } = query;
        self.ask(Concept::Workspace, workspace.clone());
        self.ask(Concept::Search, search.as_ref().map(|search| search.folded().to_owned()));
        self.ask(Concept::RoleFilter, role.as_ref().map(|role| role.as_str().to_owned()));
        if *limit > most {
            self.leave(Concept::Limit, "a page cannot have so many users; the request asks for as many as it can");
        }
        self.ask(Concept::Limit, Some(limit.min(&most).to_string()));
        match begin {
            Begin::Beginning | Begin::Skip(0) => {}
            Begin::At(position) => self.ask(Concept::Position, Some(position.0.clone())),
            Begin::Skip(offset) => self.ask(Concept::Offset, Some(offset.to_string())),
        }
    }

    /// Notes that the operation needs this, if it was not said.
    pub fn require(&mut self, concept: Concept) {
        let name = fields::said(self.fields, self.operation, concept).map(|field| field.name);
        let mut said = self.body.iter().chain(&self.query).map(|(name, _)| *name);
        if !said.any(|said| Some(said) == name) {
            self.remarks.push(Remark::Missing(concept));
        }
    }

    /// Notes that this cannot be said with the word that there is.
    pub fn leave(&mut self, concept: Concept, why: &'static str) {
        self.remarks.push(Remark::Unsaid(concept, why));
    }

    /// Notes that what is said means more or less than what was asked, and when.
    pub fn differ(&mut self, concept: Concept, when: &'static str) {
        self.remarks.push(Remark::Differs(concept, when));
    }

    /// The body as JSON text.
    #[must_use]
    pub fn body_text(&self) -> String {
        let members = self.body.iter().map(|(name, value)| format!("{}:{value}", text(name)));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// A text as JSON.
#[must_use]
pub fn text(text: &str) -> String {
    Json::String(text.to_owned()).to_string()
}

/// Texts as JSON.
pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    Json::Array(texts.into_iter().map(|text| Json::String(text.to_owned())).collect()).to_string()
}

/// A text, or what clears it, as JSON.
#[must_use]
pub fn or_null(value: Option<&str>) -> String {
    value.map_or_else(|| Json::Null.to_string(), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::Place;

    const FIELDS: &[Field] = &[
        Field::exact(Concept::Email, "mail", &[Place::Body(&["create"])], "", ""),
        Field::exact(Concept::Limit, "most", &[Place::Query(&["list"])], "", ""),
    ];

    #[test]
    fn what_has_no_name_is_lost_and_what_is_not_given_is_missing() {
        let mut draft = Draft::new("create", FIELDS);
        draft.say(Concept::Email, Some(text("a\"b")));
        draft.say(Concept::Bio, Some(text("x")));
        draft.say(Concept::Locale, None);
        draft.require(Concept::Username);
        draft.require(Concept::Email);
        draft.ask(Concept::Limit, Some("1".to_owned()));
        assert_eq!(draft.body_text(), r#"{"mail":"a\"b"}"#);
        assert!(draft.query.is_empty());
        assert_eq!(
            draft.remarks,
            [Remark::Lost(Concept::Bio), Remark::Missing(Concept::Username), Remark::Lost(Concept::Limit)]
        );
    }

    #[test]
    fn values_are_json_to_the_letter() {
        assert_eq!(texts(["a", "\n"]), r#"["a","\n"]"#);
        assert_eq!((or_null(None), or_null(Some("1"))), ("null".to_owned(), "\"1\"".to_owned()));
    }
}
