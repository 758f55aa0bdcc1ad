//! JSON as diglot needs it: numbers keep their text, keys their order, and the decoder says where a text
//! stops being JSON. (A general library gives the first two up, and counts bytes where clients expect
//! characters.)

mod decode;
mod object;
mod value;

pub use decode::{DecodeError, MAX_DEPTH, decode};
pub use object::FreeObject;
pub use value::Json;
