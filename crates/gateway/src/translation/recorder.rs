//! A directory that does nothing but remember what it was asked.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use dialect::client::Ask;
use dialect::directory::Result;
use dialect::{Call, Directory, DirectoryError, ListQuery, Page, retry};
use users::json::FreeObject;
use users::key::KeyId;
use users::{
    Caller, Created, Email, NewUser, Once, Permissions, Precondition, PresentedKey, Reach, SignIn, SignedIn, User,
    UserChange, View,
};

/// The directory.
pub struct Recorder(OnceLock<Ask>);

/// What a handler gets for an answer, and nobody reads.
const NOTHING: DirectoryError = DirectoryError::Unavailable { retry_after: retry::SOON };

/// The key that is presented to it: no server knows it.
pub fn key() -> PresentedKey {
    PresentedKey::from_random(&Default::default(), &[0; 20])
}

impl Recorder {
    /// One that was not asked anything yet.
    pub fn new() -> Self {
        Self(OnceLock::new())
    }

    /// What it was asked first, if anything.
    pub fn asked(&self) -> Option<Ask> {
        self.0.get().cloned()
    }

    fn note<T>(&self, ask: Ask) -> Result<T> {
        // Of several questions the first counts: a handler asks one.
        self.0.get_or_init(|| ask);
        Err(NOTHING)
    }
}

#[async_trait]
impl Directory for Recorder {
    async fn authenticate(&self, presented: &PresentedKey) -> Result<Arc<Caller>> {
        Ok(Arc::new(Caller {
            key: KeyId::from_stored(presented.id().as_str().to_owned()),
            owner: None,
            permissions: Permissions::default(),
            reach: Reach::Installation,
            home: None,
            pinned: None,
            plan: None,
            session: false,
        }))
    }

    async fn list(&self, _: &Call, query: ListQuery, _: View<'static>) -> Result<Page> {
        self.note(Ask::List(query))
    }

    async fn create(&self, _: &Call, new: NewUser, _: Option<Once>) -> Result<Created> {
        self.note(Ask::Create(Box::new(new)))
    }

    async fn get(&self, _: &Call, _: &str, workspace: Option<&str>) -> Result<User> {
        self.note(Ask::Get { workspace: workspace.map(str::to_owned) })
    }

    async fn get_own(&self, _: &Call) -> Result<User> {
        self.note(Ask::GetOwn)
    }

    async fn update(&self, _: &Call, _: &str, change: UserChange, _: Precondition) -> Result<User> {
        self.note(Ask::Update(Box::new(change)))
    }

    async fn merge_own_preferences(&self, _: &Call, patch: FreeObject, _: Precondition) -> Result<User> {
        self.note(Ask::MergeOwnPreferences(patch))
    }

    async fn delete(&self, _: &Call, _: &str, _: Precondition) -> Result<()> {
        self.note(Ask::Delete)
    }

    async fn sign_in(&self, sign_in: SignIn) -> Result<SignedIn> {
        self.note(Ask::SignIn(Box::new(sign_in)))
    }

    async fn sign_out(&self, _: &Call) -> Result<()> {
        self.note(Ask::SignOut)
    }

    async fn ask_for_mail(&self, address: Email, _: Option<IpAddr>) -> Result<()> {
        self.note(Ask::AskForMail(address))
    }
}
