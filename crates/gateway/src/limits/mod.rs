//! How often a key, or who needs none, may use an operation, and an address may fail to present one. In memory, and each process for itself: two
//! processes allow twice as much.

mod gate;
mod limiter;
mod origin;
mod peers;
mod plans;

pub use gate::{Gate, Who};
pub use limiter::Limiter;
pub use origin::origin;
pub use peers::Peers;
pub use plans::Plans;
