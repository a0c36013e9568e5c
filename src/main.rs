//! The program: arguments in, exit status out. Everything else is in the library.

#![deny(clippy::unwrap_used, clippy::panic, clippy::as_conversions, clippy::float_arithmetic)]
#![deny(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(avstem::cli::run(std::env::args_os()))
}
