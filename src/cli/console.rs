//! The only place that prints. The result goes to standard output in one piece, everything else to standard error.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};

use super::args::ShowArgs;
use super::fault::{Fault, Place};
use super::table::Colour;
use super::typed::LogFormat;

/// Both outputs, and what is wanted of them.
#[derive(Debug, Clone, Copy)]
pub struct Console {
    colours: bool,
    quiet: bool,
    verbose: bool,
    no_progress: bool,
    log: LogFormat,
}

impl Console {
    /// The console before the arguments are known.
    #[must_use]
    pub fn new(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        Self {
            colours: !set("NO_COLOR") && !dumb,
            quiet: false,
            verbose: false,
            no_progress: false,
            log: LogFormat::Text,
        }
    }

    /// The console as the arguments want it.
    #[must_use]
    pub fn with(self, show: &ShowArgs) -> Self {
        Self { quiet: show.quiet, verbose: show.verbose && !show.quiet, no_progress: show.no_progress, ..self }
            .with_log(show.log_format)
    }

    /// The console with a form of what goes to standard error; without one it stays as it is.
    #[must_use]
    pub fn with_log(self, log: Option<LogFormat>) -> Self {
        Self { log: log.unwrap_or(self.log), ..self }
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
        !self.quiet && !self.no_progress && self.log == LogFormat::Text && io::stderr().is_terminal()
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

    /// What stops the program, with all that is known of it.
    pub fn fault(self, fault: &Fault) {
        match self.log {
            LogFormat::Text => self.say(Level::Error, None, fault),
            LogFormat::Json => {
                let help = fault.help.as_deref().map(|help| ("help", Value::from(help)));
                self.json(Level::Error, fault.place.as_ref(), &fault.what, help.as_slice());
            }
        }
    }

    /// What stops the program, or does not hold.
    pub fn error(self, text: impl Display) {
        self.say(Level::Error, None, text);
    }

    /// As [`Console::error`], of a place in a file.
    pub fn error_at(self, place: &Place, text: impl Display) {
        self.say(Level::Error, Some(place), text);
    }

    /// What the reader should know of a result.
    pub fn warning(self, text: impl Display) {
        if !self.quiet {
            self.say(Level::Warning, None, text);
        }
    }

    /// As [`Console::warning`], of a file.
    pub fn warning_of(self, file: &str, text: impl Display) {
        if !self.quiet {
            self.say(Level::Warning, Some(&of(file)), text);
        }
    }

    /// What the reader may want to know.
    pub fn note(self, text: impl Display) {
        if self.verbose {
            self.say(Level::Note, None, text);
        }
    }

    /// As [`Console::note`], of a file.
    pub fn note_of(self, file: &str, text: impl Display) {
        if self.verbose {
            self.say(Level::Note, Some(&of(file)), text);
        }
    }

    /// That a command began or ended, and with which figures: for machines alone, unless they want nothing but errors.
    pub fn milestone(self, text: &str, figures: &[(&str, Value)]) {
        if self.log == LogFormat::Json && !self.quiet {
            self.json(Level::Note, None, text, figures);
        }
    }

    /// What the parser of arguments says, which brings its own form, such as the usage; `coloured` for a terminal.
    pub fn usage(self, plain: &str, coloured: &str) {
        let name = if plain.starts_with("error:") { "avstem: " } else { "" };
        match self.log {
            LogFormat::Text => self.plain(&format!("{name}{coloured}")),
            LogFormat::Json => self.json(Level::Error, None, plain.trim_start_matches("error: ").trim_end(), &[]),
        }
    }

    fn plain(self, text: &str) {
        // There is nobody left to tell where standard error cannot be written.
        let _ = io::stderr().write_all(text.as_bytes());
    }

    fn say(self, level: Level, place: Option<&Place>, text: impl Display) {
        match self.log {
            LogFormat::Text => {
                let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
                self.plain(&format!(
                    "avstem: {}: {place}{text}\n",
                    level.colour().paint(level.name(), self.err_colours())
                ));
            }
            LogFormat::Json => self.json(level, place, &text.to_string(), &[]),
        }
    }

    /// One line of JSON.
    fn json(self, level: Level, place: Option<&Place>, message: &str, more: &[(&str, Value)]) {
        let time = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        self.plain(&format!("{}\n", json_line(&time, level, place, message, more)));
    }
}

fn of(file: &str) -> Place {
    Place { file: file.to_owned(), line: None, column: None }
}

fn json_line(time: &str, level: Level, place: Option<&Place>, message: &str, more: &[(&str, Value)]) -> Value {
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| drop(line.insert(name.to_owned(), value));
    put("time", time.into());
    put("level", level.name().into());
    put("message", message.into());
    if let Some(Place { file, line, column }) = place {
        put("file", file.as_str().into());
        for (name, number) in [("line", line), ("column", column)] {
            number.iter().for_each(|number| put(name, (*number).into()));
        }
    }
    more.iter().for_each(|(name, value)| put(name, value.clone()));
    Value::Object(line)
}

/// How much something on standard error matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    fn colour(self) -> Colour {
        match self {
            Self::Error => Colour::Red,
            Self::Warning => Colour::Yellow,
            Self::Note => Colour::Bold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_machines_has_what_is_known_and_no_more() {
        let place = Place { file: "å\n.csv".to_owned(), line: Some(7), column: None };
        let line =
            |level, place, message, more: &[(&str, Value)]| json_line("T", level, place, message, more).to_string();
        assert_eq!(
            line(Level::Error, Some(&place), "\"x\"\n is wrong", &[("help", "mend it".into())]),
            r#"{"time":"T","level":"error","message":"\"x\"\n is wrong","file":"å\n.csv","line":7,"help":"mend it"}"#
        );
        assert_eq!(
            line(Level::Note, None, "ended", &[("status", 0.into())]),
            r#"{"time":"T","level":"note","message":"ended","status":0}"#
        );
        assert_eq!(
            line(Level::Warning, Some(&of("f")), "m", &[]),
            r#"{"time":"T","level":"warning","message":"m","file":"f"}"#
        );
    }
}
