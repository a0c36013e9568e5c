//! One run at a time: a file beside the state that is locked while a run works, and says who that is.
//!
//! The operating system gives the lock back when its holder ends, however that is, so a dead holder's lock is simply
//! free. The file stays where it is: removing it would let two runs hold two files of one name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::{StateError, beside};

/// The lock of a state, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Where the lock of a state is.
#[must_use]
pub fn lock_path(state: &Path) -> PathBuf {
    beside(state, ".lock")
}

impl Lock {
    /// Takes the lock of a state. `started` says when this run began, for whoever finds it taken.
    ///
    /// # Errors
    /// Another run holds it, or the file cannot be made.
    pub fn take(state: &Path, started: &str) -> Result<Self, StateError> {
        let path = lock_path(state);
        let failed = |problem: String| StateError::Failed { path: path.clone(), problem };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| failed(format!("cannot make the lock: {error}")))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                let holder = if holder.is_empty() { "it has not said who it is" } else { holder };
                return Err(StateError::Held { path: state.to_owned(), holder: holder.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(failed(format!("cannot lock: {error}"))),
        }
        let text = format!("process {}, since {started}\n", std::process::id());
        let written =
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(text.as_bytes()));
        written.map_err(|error| failed(format!("cannot write the lock: {error}")))?;
        Ok(Self { _file: file })
    }
}
