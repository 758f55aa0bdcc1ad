//! diglot as it ships, but for the cheap password hashes that a build for tests allows.

use std::process::ExitCode;

fn main() -> ExitCode {
    gateway::cli::main()
}
