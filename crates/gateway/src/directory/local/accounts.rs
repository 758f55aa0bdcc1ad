//! The pages' side of the local directory.

use std::net::IpAddr;

use async_trait::async_trait;
use dialect::Directory;
use dialect::directory::Result;
use users::ports::Store;
use users::{Email, Holder, PlainPassword, Redeemed};

use super::LocalDirectory;
use crate::accounts::Accounts;
use crate::telemetry::answering;

#[async_trait]
impl<S: Store> Accounts for LocalDirectory<S> {
    async fn holder(&self, token: &str) -> Result<Option<Holder>> {
        let (users, token) = (self.users.clone(), token.to_owned());
        self.reads.run_briefly(move || users.holder(&token)).await
    }

    async fn redeem(&self, token: &str, password: PlainPassword) -> Result<Redeemed> {
        let (users, token) = (self.users.on(answering::occasion()), token.to_owned());
        self.writes.run(move || users.redeem(&token, &password)).await
    }

    async fn ask_for_link(&self, address: Email, origin: Option<IpAddr>) -> Result<()> {
        self.ask_for_mail(address, origin).await
    }
}
