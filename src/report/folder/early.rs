//! A file that goes to the disk while it is being written, so that little is left to wait for at its end: a night with a
//! million findings writes hundreds of megabytes.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

/// After so many bytes another thread is asked to bring them to the disk. Shorter files never need one.
const EARLY_LEN: usize = 16 << 20;

/// The file. It is on the disk once [`Early::finish`] has said so.
pub(super) struct Early<'scope, 'env> {
    file: File,
    scope: &'scope Scope<'scope, 'env>,
    /// So many bytes were written since somebody was asked.
    since: usize,
    syncing: Option<Syncing<'scope>>,
}

struct Syncing<'scope> {
    ask: SyncSender<()>,
    thread: ScopedJoinHandle<'scope, io::Result<()>>,
}

impl<'scope, 'env> Early<'scope, 'env> {
    /// A file whose thread, if it comes to need one, ends within the scope.
    pub(super) fn new(file: File, scope: &'scope Scope<'scope, 'env>) -> Self {
        Self { file, scope, since: 0, syncing: None }
    }

    fn sync_early(&mut self) -> io::Result<()> {
        let syncing = match &self.syncing {
            Some(syncing) => syncing,
            None => {
                let (ask, asked) = sync_channel::<()>(1);
                let file = self.file.try_clone()?;
                let thread = self.scope.spawn(move || asked.into_iter().try_for_each(|()| file.sync_data()));
                self.syncing.insert(Syncing { ask, thread })
            }
        };
        // Where it is asked already, or has failed, nothing is to be done now: its error comes at the end.
        let _ = syncing.ask.try_send(());
        Ok(())
    }

    /// Brings all of it to the disk.
    ///
    /// # Errors
    /// The file system refuses, now or before: an error is told only once by it, to whoever asked first.
    pub(super) fn finish(self) -> io::Result<()> {
        if let Some(Syncing { ask, thread }) = self.syncing {
            drop(ask);
            thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that syncs the file ended early")))?;
        }
        self.file.sync_all()
    }
}

impl Write for Early<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.since = self.since.saturating_add(written);
        if self.since >= EARLY_LEN {
            self.since = 0;
            self.sync_early()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_in_the_file_whether_or_not_they_went_early() {
        for count in [0, 1, 700, 5_000] {
            let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
            let piece: Vec<u8> = (0..10_007_u32).map(|byte| u8::try_from(byte % 251).unwrap()).collect();
            let has_thread = std::thread::scope(|scope| {
                let mut early = Early::new(File::create(&path).unwrap(), scope);
                (0..count).for_each(|_| early.write_all(&piece).unwrap());
                let has_thread = early.syncing.is_some();
                early.finish().unwrap();
                has_thread
            });
            assert_eq!(has_thread, count * piece.len() >= EARLY_LEN);
            assert!(std::fs::read(&path).unwrap() == piece.repeat(count));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_disk_without_room_is_an_error() {
        let full = std::thread::scope(|scope| {
            let file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
            Early::new(file, scope).write_all(b"x")
        });
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
