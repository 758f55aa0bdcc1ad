//! A directory that knows one key and one user, and remembers what it was asked.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dialect::{Call, Directory, DirectoryError, ListQuery, Page};
use users::json::FreeObject;
use users::key::KeyId;
use users::{
    Caller, Created, Email, NewUser, Once, Permissions, Precondition, PresentedKey, Reach, Shown, SignIn, SignedIn,
    User, UserChange, UserError, View,
};

use super::{key, user};

/// What the directory was asked.
#[derive(Debug)]
pub(crate) enum Command {
    List(ListQuery),
    Create(NewUser),
    Get(String, Option<String>),
    Update(String, UserChange, Precondition),
    Delete(String, Precondition),
}

/// Knows one key and one user.
pub(super) struct FakeDirectory {
    pub(super) verdict: Option<DirectoryError>,
    pub(super) is_repeat: bool,
    pub(super) commands: Mutex<Vec<Command>>,
}

impl FakeDirectory {
    fn answer<T>(&self, command: Command, answer: T) -> Result<T, DirectoryError> {
        self.commands.lock().expect("no panic").push(command);
        self.verdict.clone().map_or(Ok(answer), Err)
    }
}

#[async_trait]
impl Directory for FakeDirectory {
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>, DirectoryError> {
        if presented.reveal() != key().reveal() {
            return Err(UserError::Unauthenticated.into());
        }
        Ok(Arc::new(Caller {
            key: KeyId::from_stored(presented.id().as_str().to_owned()),
            owner: None,
            permissions: Permissions::from_iter([]),
            reach: Reach::Installation,
            home: None,
            pinned: None,
            plan: None,
            session: false,
        }))
    }

    async fn list(&self, call: &Call, query: ListQuery, view: View<'static>) -> Result<Page, DirectoryError> {
        assert_eq!((&*call.request_id, &*call.operation), ("request-1", "maisa.test"));
        let users = vec![Shown::of(&user(), view)?];
        self.answer(Command::List(query), Page { users, total: 41, has_more: true, next: None })
    }

    async fn create(&self, _: &Call, new: NewUser, once: Option<Once>) -> Result<Created, DirectoryError> {
        let created = match once.filter(|_| self.is_repeat) {
            Some(once) => Created::Before((once.answer)(&user())?),
            None => Created::Now(user()),
        };
        self.answer(Command::Create(new), created)
    }

    async fn get(&self, _call: &Call, id: &str, workspace: Option<&str>) -> Result<User, DirectoryError> {
        self.answer(Command::Get(id.to_owned(), workspace.map(str::to_owned)), user())
    }

    async fn get_own(&self, _call: &Call) -> Result<User, DirectoryError> {
        unreachable!("this API has no word for it")
    }

    async fn update(
        &self,
        _call: &Call,
        id: &str,
        change: UserChange,
        precondition: Precondition,
    ) -> Result<User, DirectoryError> {
        self.answer(Command::Update(id.to_owned(), change, precondition), user())
    }

    async fn merge_own_preferences(&self, _: &Call, _: FreeObject, _: Precondition) -> Result<User, DirectoryError> {
        unreachable!("this API has no word for it")
    }

    async fn delete(&self, _call: &Call, id: &str, precondition: Precondition) -> Result<(), DirectoryError> {
        self.answer(Command::Delete(id.to_owned(), precondition), ())
    }

    async fn sign_in(&self, _: SignIn) -> Result<SignedIn, DirectoryError> {
        unreachable!("this API has no word for it")
    }

    async fn sign_out(&self, _: &Call) -> Result<(), DirectoryError> {
        unreachable!("this API has no word for it")
    }

    async fn ask_for_mail(&self, _: Email, _: Option<IpAddr>) -> Result<(), DirectoryError> {
        unreachable!("this API has no word for it")
    }
}
