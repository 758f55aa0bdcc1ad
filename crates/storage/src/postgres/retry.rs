//! How often a write is tried.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use users::UserError;
use users::error::Result;

/// As often may another write stand in its way.
const COLLISIONS: u32 = 7;

/// The first pause is at most that long, each later one at most twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// The tries of one write.
#[derive(Debug, Default)]
pub(crate) struct Tries {
    collisions: u32,
    was_cut_off: bool,
}

impl Tries {
    /// Another write stood in its way. Waits a moment, a random one, so that the two do not meet again.
    ///
    /// # Errors
    /// `Busy` if that was once too often.
    pub fn collided(&mut self) -> Result<()> {
        if self.collisions == COLLISIONS {
            return Err(UserError::Busy("others keep changing the same records"));
        }
        std::thread::sleep(jittered(FIRST_PAUSE * 2_u32.pow(self.collisions)));
        self.collisions += 1;
        Ok(())
    }

    /// The connection was lost before the end. A connection of a pool may have been dead for long, so one loss proves nothing.
    ///
    /// # Errors
    /// Gives the error back the second time.
    pub fn cut_off(&mut self, error: UserError) -> Result<()> {
        match std::mem::replace(&mut self.was_cut_off, true) {
            false => Ok(()),
            true => Err(error),
        }
    }
}

/// Between half and all of it. The standard library seeds its hashers at random.
fn jittered(most: Duration) -> Duration {
    let half = most / 2;
    let share = RandomState::new().hash_one(()) % 1_024;
    half + half.mul_f64(share as f64 / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_bounded() {
        let mut tries = Tries::default();
        for _ in 0..COLLISIONS {
            assert_eq!(tries.collided(), Ok(()));
        }
        assert!(matches!(tries.collided(), Err(UserError::Busy(_))));
        let gone = || UserError::Unavailable("gone".to_owned());
        assert_eq!(tries.cut_off(gone()), Ok(()));
        assert_eq!(tries.cut_off(gone()), Err(gone()));
    }

    #[test]
    fn pauses_stay_within_their_bounds() {
        for _ in 0..100 {
            let pause = jittered(Duration::from_millis(10));
            assert!(pause >= Duration::from_millis(5) && pause <= Duration::from_millis(10), "{pause:?}");
        }
    }
}
