//! The only place that prints. The result goes to standard output in one piece, everything else to standard error.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use super::args::ShowArgs;
use super::table::Colour;

/// Both outputs, and what is wanted of them.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    colours: bool,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
}

impl Console {
    /// The console before the arguments are known.
    #[must_use]
    pub fn new(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        Self { colours: !set("NO_COLOR") && !dumb, quiet: false, verbose: false, no_progress: false }
    }

    /// The console as the arguments want it.
    #[must_use]
    pub fn with(self, show: &ShowArgs) -> Self {
        Self { quiet: show.quiet, verbose: show.verbose && !show.quiet, no_progress: show.no_progress, ..self }
    }

    /// The console of a command that knows only `--quiet`.
    #[must_use]
    pub fn with_quiet(self, quiet: bool) -> Self {
        Self { quiet, ..self }
    }

    /// Whether standard output shows colours.
    #[must_use]
    pub fn out_colours(self) -> bool {
        self.colours && io::stdout().is_terminal()
    }

    /// Whether standard error shows colours.
    #[must_use]
    pub fn err_colours(self) -> bool {
        self.colours && io::stderr().is_terminal()
    }

    /// Whether a progress bar is wanted and somebody can see it.
    #[must_use]
    pub fn progress(self) -> bool {
        !self.quiet && !self.no_progress && io::stderr().is_terminal()
    }

    /// Prints the result. A reader that has seen enough (`| head`) is no failure.
    ///
    /// # Errors
    /// Standard output cannot be written, such as on a full disk.
    pub fn result(self, text: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// What stops the program, or does not hold.
    pub fn error(self, text: impl Display) {
        self.say("error", Colour::Red, text);
    }

    /// What the reader should know of a result.
    pub fn warning(self, text: impl Display) {
        if !self.quiet {
            self.say("warning", Colour::Yellow, text);
        }
    }

    /// What the reader may want to know.
    pub fn note(self, text: impl Display) {
        if self.verbose {
            self.say("note", Colour::Bold, text);
        }
    }

    /// Text for standard error as it is, such as the usage.
    pub fn plain(self, text: &str) {
        // There is nobody left to tell where standard error cannot be written.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    fn say(self, kind: &str, colour: Colour, text: impl Display) {
        self.plain(&format!("avstem: {}: {text}\n", colour.paint(kind, self.err_colours())));
    }
}
