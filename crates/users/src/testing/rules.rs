//! What a schema would enforce, in general.

use std::collections::BTreeMap;

use crate::error::{Result, UserError};

pub(super) fn insert_new<K: Ord, V>(table: &mut BTreeMap<K, V>, id: K, record: V) -> Result<()> {
    if table.contains_key(&id) {
        return Err(UserError::Internal("the id is taken".to_owned()));
    }
    table.insert(id, record);
    Ok(())
}

pub(super) fn broken_reference() -> UserError {
    UserError::Internal("a reference leads nowhere".to_owned())
}
