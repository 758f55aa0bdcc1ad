//! `/activate`: the password is set here.

use dialect::directory::Result;
use users::{Holder, PlainPassword, Redeemed};

use super::form::Fields;
use super::views::{self, Problem};
use super::{Accounts, Answer, Visit};

/// Shows the form. That uses nothing up: whoever guards a mailbox may look at each link in it first.
pub async fn show(accounts: &dyn Accounts, visit: &Visit<'_>) -> Answer {
    let fields = Fields::of_query(visit.query);
    let token = fields.text("token");
    match holder(accounts, token).await? {
        Some(holder) => views::password_form(&holder, token, &[]),
        None => views::void(),
    }
}

/// Takes the form.
pub async fn set(accounts: &dyn Accounts, visit: &Visit<'_>, body: &[u8]) -> Answer {
    let fields = Fields::of(visit.headers, body)?;
    let token = fields.text("token");
    // Who has no token learns nothing of the rules, and costs nothing.
    let Some(holder) = holder(accounts, token).await? else { return views::void() };
    let (password, mut problems) = match PlainPassword::parse(fields.text("password")) {
        Ok(password) => (Some(password), Vec::new()),
        Err(error) => (None, vec![Problem::new("password", format!("The password {error}."))]),
    };
    if fields.text("again") != fields.text("password") {
        problems.push(Problem::new("again", "The two passwords differ.".to_owned()));
    }
    let Some(password) = password.filter(|_| problems.is_empty()) else {
        return views::password_form(&holder, token, &problems);
    };
    match accounts.redeem(token, password).await? {
        Redeemed::Done { holder, advice } => views::done(&holder, &advice),
        Redeemed::TooCommon(advice) => views::password_form(&holder, token, &[Problem::too_common(&advice)]),
        Redeemed::Void => views::void(),
    }
}

/// Whose link it is. Who brings none is shown what others are shown, but has guessed at nothing that would be noted.
async fn holder(accounts: &dyn Accounts, token: &str) -> Result<Option<Holder>> {
    if token.is_empty() { Ok(None) } else { accounts.holder(token).await }
}
