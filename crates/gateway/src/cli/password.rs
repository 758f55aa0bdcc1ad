//! A password from a person or a script, never from the command line, which other users of the machine can read.

use std::io::{self, BufRead, IsTerminal};

use users::{PlainPassword, User, strength};

use crate::exit::Failure;

/// More than any password may have.
const LONGEST_LINE: u64 = 4_096;

/// Asks for a new password of this user, twice and without echo, or takes the first line of the input if nobody sits there. One that is
/// among the first that anybody tries is refused here, as on the pages where users choose theirs.
pub fn read(user: &User) -> Result<PlainPassword, Failure> {
    let text = if io::stdin().is_terminal() { ask()? } else { first_line(io::stdin().lock())? };
    let password = PlainPassword::parse(&text).map_err(|error| Failure::Usage(format!("the password {error}")))?;
    strength::check(&password, user).map_err(|error| Failure::Usage(format!("the password {error}")))?;
    Ok(password)
}

fn ask() -> Result<String, Failure> {
    let prompt = |text| rpassword::prompt_password(text).map_err(unreadable);
    let (first, second) = (prompt("New password: ")?, prompt("Once more: ")?);
    if first == second { Ok(first) } else { Err(Failure::Usage("the two passwords differ".to_owned())) }
}

fn first_line(input: impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    input.take(LONGEST_LINE).read_line(&mut line).map_err(unreadable)?;
    let line = line.strip_suffix('\n').map_or(line.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.to_owned())
}

fn unreadable(error: io::Error) -> Failure {
    Failure::Usage(format!("cannot read the password: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts() {
        for (input, line) in
            [("secret word\nmore", "secret word"), ("secret\r\n", "secret"), (" a \n", " a "), ("x", "x"), ("", "")]
        {
            assert_eq!(first_line(input.as_bytes()).expect("text"), line);
        }
    }
}
