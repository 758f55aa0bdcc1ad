//! Mail on this process's own store: looks on the lane of reads, changes on that of writes.

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use dialect::directory::Result;
use users::audit::Occasion;
use users::outbox::Backlog;
use users::ports::Store;
use users::{Fate, Held, Setback, Taken};

use super::local::LocalDirectory;
use crate::mail::Outbox;

#[async_trait]
impl<S: Store> Outbox for LocalDirectory<S> {
    async fn is_due(&self) -> Result<bool> {
        let users = self.users.clone();
        self.reads.run(move || users.has_mail()).await
    }

    async fn backlog(&self) -> Result<Backlog> {
        let users = self.users.clone();
        self.reads.run(move || users.mail_backlog()).await
    }

    async fn take(&self, limit: u32, lease: Duration) -> Result<Taken> {
        let users = self.users.on(sending());
        let lease = TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
        self.writes.run(move || users.take_mail(limit, lease)).await
    }

    async fn sent(&self, held: &Held) -> Result<bool> {
        let (users, held) = (self.users.clone(), held.clone());
        self.writes.run(move || users.mail_sent(&held)).await
    }

    async fn failed(&self, held: &Held, setback: Setback) -> Result<Fate> {
        let (users, held) = (self.users.on(sending()), held.clone());
        self.writes.run(move || users.mail_failed(&held, setback)).await
    }

    async fn released(&self, held: &Held, why: Option<String>) -> Result<()> {
        let (users, held) = (self.users.clone(), held.clone());
        self.writes.run(move || users.mail_released(&held, why)).await
    }
}

/// The occasion of what becomes of a message that is being sent.
fn sending() -> Occasion {
    Occasion::command("sending mail")
}
