//! What does not change while the process lives, and on which everything live is put together anew.

use std::sync::Arc;
use std::time::Instant;

use dialect::{Directory, Services};

use super::{Live, Stations};
use crate::accounts::{AccountPages, Accounts};
use crate::calendar::{Announcement, Link};
use crate::cors::Cors;
use crate::dialects::DIALECTS;
use crate::limits::{Gate, Plans};
use crate::pages::Pages;
use crate::settings::{Deployment, Settings, Successor};
use crate::table::{Deployed, Mounted, Table};

/// The foundation.
pub struct Foundation {
    /// What operations share.
    pub services: Arc<Services>,
    /// Who answers.
    pub directory: Arc<dyn Directory>,
    /// Who answers the pages on which people set their password.
    pub accounts: Arc<dyn Accounts>,
    /// What is remembered.
    pub stations: Stations,
    /// The beginning of all times of limits.
    pub began: Instant,
}

impl Foundation {
    /// What these settings ask for.
    ///
    /// # Errors
    /// Says what the settings ask for that cannot be.
    pub fn live(&self, settings: &Settings) -> Result<Live, String> {
        // Roles are those of the start: whatever shows them must not show others.
        let settings = &Settings { roles: self.services.policy.clone(), ..settings.clone() };
        let table = self.table(settings)?;
        Ok(Live {
            cors: Cors::new(&settings.cors, &table).map_err(|error| format!("cors: {error}"))?,
            pages: Pages::new(settings),
            accounts: AccountPages::new(self.accounts.clone(), &settings.server),
            table,
            body_timeout: settings.server.body_timeout,
            limits: settings.limits.clone(),
        })
    }

    /// Every dialect where the settings put it.
    fn table(&self, settings: &Settings) -> Result<Table, String> {
        let plans = Arc::new(Plans::new(settings.limits.plans.clone()));
        let mut mounted = Vec::new();
        for entry in DIALECTS {
            if let Some(mounting) = settings.dialects.of(entry.name) {
                let own = settings.routes.iter().filter(|deployment| deployment.dialect == entry.name);
                let routes = own.map(|how| self.deployed(settings, how, entry.name, &plans)).collect();
                mounted.push(Mounted::new((entry.build)(&self.services), entry.header, mounting, routes));
            }
        }
        Table::new(mounted, &settings.dialects)
            .ok_or_else(|| "dialects.default must name a dialect that is served".to_owned())
    }

    /// One operation as the settings want it. Each is answered by this directory; one that is answered elsewhere gets another one
    /// here.
    fn deployed(&self, settings: &Settings, how: &Deployment, dialect: &'static str, plans: &Arc<Plans>) -> Deployed {
        let station = self.stations.get(&how.name);
        let calendar = how.calendar();
        let link = calendar.successor.as_ref().and_then(|successor| link(settings, successor));
        let gate = Gate {
            dialect,
            rate: how.rate_limit.value,
            plans: plans.clone(),
            limiter: station.limiter,
            began: self.began,
        };
        Deployed {
            route: how.route.clone(),
            name: how.name.as_str().into(),
            directory: self.directory.clone(),
            guard: Arc::new(gate),
            announcement: Announcement::new(&calendar, link, station.outage),
            state: how.state.value,
            max_body: how.max_body.value,
            timeout: how.timeout.value,
        }
    }
}

/// The way to a successor. `None` if it is not served at all, and so cannot be led to.
fn link(settings: &Settings, successor: &Successor) -> Option<Link> {
    let found = match successor {
        Successor::Address(_) => None,
        Successor::Operation(name) => settings
            .routes
            .get(name)
            .and_then(|how| settings.dialects.of(&how.dialect).map(|mounting| (mounting, &how.route))),
    };
    Link::new(successor, found)
}
