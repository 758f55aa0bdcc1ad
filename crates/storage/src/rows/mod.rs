//! Between the rows of the tables and the records of the core. A row that makes no sense is `Internal`: it was changed from
//! outside.

mod audit_row;
mod claim_row;
mod found;
mod key_row;
mod mail_row;
mod usage_row;
mod user_row;
mod workspace_row;

pub(crate) use audit_row::{EventRow, NewEventRow};
pub(crate) use claim_row::{ClaimRow, NewClaimRow};
pub(crate) use found::{BETWEEN_IDS, FoundRow, OwnedKeyRow, found, owned_key};
pub(crate) use key_row::{KeyRow, NewKeyRow, OWNER};
pub(crate) use mail_row::{DeliveryRow, MessageRow, NewMessageRow, NewTokenRow, TokenRow};
pub(crate) use usage_row::{CallsRow, DayDetailRow, DayRow, DetailRow, NewDetailRow, NewUsageRow, days, totals};
pub(crate) use user_row::{CredentialsRow, PRINCIPAL_COLUMNS, PrincipalRow, USER_COLUMNS, UserRow, UserRowChange};
pub(crate) use workspace_row::{NewWorkspaceRow, WorkspaceRow};

use users::error::Result;
use users::{Timestamp, UserError};

/// A stored text list.
fn list(text: &str, what: &'static str) -> Result<Vec<String>> {
    serde_json::from_str(text).map_err(|_| damaged(what))
}

/// A text list to be stored.
fn list_text<'a>(items: impl Iterator<Item = &'a str>) -> String {
    serde_json::Value::from_iter(items).to_string()
}

pub(crate) fn time(micros: i64, what: &'static str) -> Result<Timestamp> {
    Timestamp::from_micros(micros).ok_or_else(|| damaged(what))
}

fn damaged(what: &'static str) -> UserError {
    UserError::Internal(format!("the stored {what} makes no sense"))
}
