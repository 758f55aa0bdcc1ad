//! `[sign_in]`

use users::SignInRules;

use super::rate;
use super::raw;
use super::read::Reader;

/// Reads the section.
pub fn sign_in(reader: &mut Reader<'_>, raw: &raw::SignIn) -> Option<SignInRules> {
    let session = reader.time("sign_in.session", &raw.session);
    let per_account = rate::optional(reader, "sign_in.per_account", &raw.per_account);
    let per_peer = rate::optional(reader, "sign_in.per_peer", &raw.per_peer);
    let mails_per_account = rate::optional(reader, "sign_in.mails_per_account", &raw.mails_per_account);
    let mails_per_peer = rate::optional(reader, "sign_in.mails_per_peer", &raw.mails_per_peer);
    Some(SignInRules {
        session: session?,
        per_account: per_account?,
        per_peer: per_peer?,
        mails_per_account: mails_per_account?,
        mails_per_peer: mails_per_peer?,
    })
}
