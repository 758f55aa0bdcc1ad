//! What a running server does as its settings say, and how it comes to do otherwise without a restart: a request takes one look at
//! what is live, and keeps to it to its end, so a change is never seen in halves.

mod foundation;
mod reload;
mod stations;
mod step;
mod verdict;

use std::time::Duration;

use crate::accounts::AccountPages;
use crate::cors::Cors;
use crate::pages::Pages;
use crate::settings::LimitSettings;
use crate::table::Table;

pub use foundation::Foundation;
pub use reload::{Reloader, Source};
pub use stations::Stations;
pub use step::Step;
pub use verdict::Verdict;

/// All of what answers requests that a change of the settings replaces.
pub struct Live {
    /// Where requests go.
    pub table: Table,
    /// What is answered before that.
    pub pages: Pages,
    /// The pages on which people set their password.
    pub accounts: AccountPages,
    /// What pages of other origins may do, if anything.
    pub cors: Option<Cors>,
    /// How long a body may take.
    pub body_timeout: Duration,
    /// How often an address may fail to present a key, and which addresses speak for others.
    pub limits: LimitSettings,
}
