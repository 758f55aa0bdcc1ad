//! Stores in a folder that goes with them.

use std::ops::Deref;
use std::path::PathBuf;

use storage::{AnyStore, Settings};
use tempfile::TempDir;

/// A folder for one store.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn settings(&self) -> Settings {
        self.settings_of("diglot.db")
    }

    pub fn settings_of(&self, name: &str) -> Settings {
        let url = format!("sqlite://{}", self.path(name).display());
        Settings::new(url.parse().expect("a URL"))
    }

    pub fn open(&self) -> AnyStore {
        storage::open(&self.settings()).expect("a store")
    }
}

/// A store of its own.
pub struct TempStore {
    store: AnyStore,
    _folder: Folder,
}

impl TempStore {
    pub fn new() -> Self {
        let folder = Folder::new();
        // Opened a second time, as nearly every store is: what the first opening set up must not be needed.
        drop(folder.open());
        let store = storage::open_existing(&folder.settings()).expect("a store");
        Self { store, _folder: folder }
    }
}

impl Deref for TempStore {
    type Target = AnyStore;

    fn deref(&self) -> &AnyStore {
        &self.store
    }
}
