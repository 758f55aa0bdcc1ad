//! People: they set a password by a mailed link, sign in, stay so for a while, and nobody else gets in by guessing.

mod asking;
mod desk;
mod guessing;
mod hostile;
mod invite;
mod links;
mod page;
mod redeeming;
mod sign_in;
mod standing;
mod storm;
mod story;
mod timing;
