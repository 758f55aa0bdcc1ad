//! People: they sign in, stay so for a while, and nobody else gets in by guessing.

mod desk;
mod guessing;
mod sign_in;
mod standing;
mod storm;
mod timing;
