//! The pages' side of the local directory.

use std::net::IpAddr;

use async_trait::async_trait;
use dialect::Directory;
use dialect::directory::Result;
use users::audit::Refusal;
use users::ports::Store;
use users::{Email, Holder, PlainPassword, Redeemed};

use super::LocalDirectory;
use crate::accounts::Accounts;
use crate::telemetry::answering::{self, Sender};

#[async_trait]
impl<S: Store> Accounts for LocalDirectory<S> {
    async fn holder(&self, token: &str) -> Result<Option<Holder>> {
        let (users, token) = (self.users.clone(), token.to_owned());
        let looked = self.reads.run_briefly(move || match users.holder(&token)? {
            Some(holder) => Ok(Ok(holder)),
            None => users.void_link(&token).map(Err),
        });
        Ok(noted(looked.await?))
    }

    async fn redeem(&self, token: &str, password: PlainPassword) -> Result<Redeemed> {
        let (users, token) = (self.users.on(answering::occasion()), token.to_owned());
        let redeemed = self.writes.run(move || match users.redeem(&token, &password)? {
            Redeemed::Void => users.void_link(&token).map(Err),
            redeemed => Ok(Ok(redeemed)),
        });
        Ok(noted(redeemed.await?).unwrap_or(Redeemed::Void))
    }

    async fn ask_for_link(&self, address: Email, origin: Option<IpAddr>) -> Result<()> {
        self.ask_for_mail(address, origin).await
    }
}

/// What came of a link, unless it does not count, which is noted.
fn noted<T>(outcome: std::result::Result<T, Refusal>) -> Option<T> {
    match outcome {
        Ok(good) => Some(good),
        Err(refusal) => {
            answering::note(Sender::Refused(refusal));
            None
        }
    }
}
