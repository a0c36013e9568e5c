//! The progress bar, on standard error and only there.

use indicatif::{ProgressBar, ProgressStyle};

use crate::pipeline::plan::Event;

/// What a run is at, for whoever watches.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A progress bar, or none.
    #[must_use]
    pub fn new(enabled: bool) -> Self {
        Self { bar: if enabled { ProgressBar::no_length() } else { ProgressBar::hidden() } }
    }

    /// Shows an event of the pipeline; any thread may call it.
    pub fn on(&self, event: Event) {
        match event {
            Event::Stage { name, total } => self.stage(name, total),
            Event::Advance { by } => self.advance(by),
        }
    }

    /// Begins a stage; 0 where its size is not known.
    pub fn stage(&self, name: &str, total: u64) {
        let template =
            if total == 0 { "{spinner} {msg} ({elapsed})" } else { "{msg:<12} {wide_bar} {percent:>3} % {eta}" };
        self.bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_length(total);
        self.bar.set_message(name.to_owned());
        self.bar.reset();
    }

    /// The stage went on by so much.
    pub fn advance(&self, by: u64) {
        self.bar.inc(by);
    }

    /// Takes the bar away, so that what is printed next stands alone.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
