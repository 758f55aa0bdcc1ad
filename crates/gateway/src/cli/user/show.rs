//! `diglot user show`

use dialect::answer;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use users::UserDetails;
use users::json::FreeObject;

use crate::cli::Form;
use crate::cli::output::{self, user_object};
use crate::exit::{Failure, Outcome};

pub fn run(details: &UserDetails, form: Form) -> Outcome {
    let record = Record::new(details)?;
    output::result(form, &record, &record.lines())
}

/// All that is known of a user, in the order in which it is printed.
struct Record(Vec<(String, Member)>);

/// A member of the record.
#[derive(Serialize)]
#[serde(untagged)]
enum Member {
    /// One of diglot's own.
    Own(Value),
    /// A client's, as it is stored, to the letter: a [`Value`] would change numbers, and names that mean something to it.
    Free(Box<RawValue>),
}

impl Record {
    fn new(details: &UserDetails) -> Result<Self, Failure> {
        let user = &details.user;
        let mut record = Self(Vec::new());
        record.add(user_object(user));
        record.add(json!({
            "permissions": details.permissions.iter().map(|permission| permission.as_str()).collect::<Vec<_>>(),
            "workspaces": details.workspaces.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
            "department": user.department.as_ref().map(|text| text.as_str()),
            "avatar_url": user.avatar_url.as_ref().map(|text| text.as_str()),
            "bio": user.bio.as_ref().map(|text| text.as_str()),
            "timezone": user.timezone.as_ref().map(|text| text.as_str()),
            "locale": user.locale.as_ref().map(|text| text.as_str()),
            "auth_provider": user.auth_provider,
        }));
        record.add_free("preferences", &user.preferences)?;
        record.add_free("settings", &user.settings)?;
        record.add_free("metadata", &user.metadata)?;
        record.add(json!({"revision": user.revision}));
        Ok(record)
    }

    fn add(&mut self, object: Value) {
        if let Value::Object(members) = object {
            self.0.extend(members.into_iter().map(|(name, value)| (name, Member::Own(value))));
        }
    }

    fn add_free(&mut self, name: &str, object: &FreeObject) -> Result<(), Failure> {
        self.0.push((name.to_owned(), Member::Free(answer::raw(object)?.into_owned())));
        Ok(())
    }

    /// A line for each member.
    fn lines(&self) -> String {
        let line = |(name, member): &(String, Member)| {
            let text = match member {
                Member::Own(Value::String(text)) => text.clone(),
                Member::Own(value) => value.to_string(),
                Member::Free(object) => object.get().to_owned(),
            };
            format!("{name:<22}{}\n", text.replace(char::is_control, " "))
        };
        self.0.iter().map(line).collect()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, member)| (name, member)))
    }
}
