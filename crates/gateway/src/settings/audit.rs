//! `[audit]`

use std::time::Duration;

use super::read::{DAY, Reader};
use super::{duration, raw};

/// What has happened, and how long that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditSettings {
    /// How long.
    pub retention: Duration,
}

pub fn audit(reader: &mut Reader<'_>, raw: &raw::Audit) -> Option<AuditSettings> {
    let retention = duration::parse(&raw.retention).filter(|length| *length >= DAY);
    let retention = reader.require("audit.retention", retention, "a time of one day at least, such as 400d");
    Some(AuditSettings { retention: retention? })
}
