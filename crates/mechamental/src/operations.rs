//! The operations, one file each: what the request says, what the directory is asked, and what is answered.

pub(crate) mod create_user;
pub(crate) mod delete_user;
pub(crate) mod forgot_password;
pub(crate) mod get_auth_config;
pub(crate) mod get_current_user;
pub(crate) mod get_user;
pub(crate) mod list_users;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod update_my_preferences;
pub(crate) mod update_user;
