//! Where a report stands: what may be there before, and what a program that died has left beside it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::report::folder::{PublishError, failed};
use crate::report::json::{self, PROGRAM, SUMMARY_FILE};

/// Letters and digits at the end of a hidden folder's name.
pub(super) const RANDOM_LENGTH: usize = 6;

const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The target, its links followed.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The folder of the report.
    pub(super) folder: PathBuf,
    /// The folder that holds it.
    pub(super) parent: PathBuf,
    name: String,
}

impl Place {
    pub(super) fn find(out: &Path) -> Result<Self, PublishError> {
        let bad = |problem: &str| PublishError::Place { folder: out.to_owned(), problem: problem.to_owned() };
        let folder = match fs::symlink_metadata(out) {
            Ok(_) => match fs::canonicalize(out) {
                Ok(folder) => folder,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(bad("it is a link to nothing; remove the link or give another folder"));
                }
                Err(error) => return Err(failed("find", out)(error)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                std::path::absolute(out).map_err(failed("find", out))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(bad("a file stands where a folder above it should; give another folder"));
            }
            Err(error) => return Err(failed("find", out)(error)),
        };
        let (Some(parent), Some(name)) = (folder.parent(), folder.file_name()) else {
            return Err(bad("it has no name that a rename could give it; give a folder below it"));
        };
        let Some(name) = name.to_str() else {
            return Err(bad("its name is not UTF-8; give another folder"));
        };
        Ok(Self { name: name.to_owned(), parent: parent.to_owned(), folder })
    }

    /// What the name of a folder in the making begins with.
    pub(super) fn prefix_new(&self) -> String {
        format!(".{}.tmp-", self.name)
    }

    /// What the name of a report that was set aside begins with.
    fn prefix_old(&self) -> String {
        format!(".{}.old-", self.name)
    }

    /// Where the earlier report is set aside while `new` takes its place.
    pub(super) fn aside(&self, new: &Path) -> PathBuf {
        let name = new.file_name().unwrap_or_default().to_string_lossy();
        let random = name.strip_prefix(&self.prefix_new()).unwrap_or_default();
        self.parent.join(format!("{}{random}", self.prefix_old()))
    }

    /// Keeps other runs from renaming in the same folder until it is dropped. Who cannot have the lock (a file system
    /// without any, a scheduler that holds one on the same folder) goes on without: it only guards two runs that
    /// publish in the same moment.
    pub(super) fn lock(&self) -> Option<File> {
        let parent = open_folder(&self.parent)?;
        for _ in 0..LOCK_TRIES {
            match parent.try_lock() {
                Ok(()) => return Some(parent),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::Error(_)) => return None,
            }
        }
        None
    }

    /// The hidden folders beside the target whose names begin thus.
    fn hidden(&self, prefix: &str) -> Result<Vec<PathBuf>, PublishError> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.parent).map_err(failed("list", &self.parent))? {
            let entry = entry.map_err(failed("list", &self.parent))?;
            let name = entry.file_name();
            let random = name.to_str().and_then(|name| name.strip_prefix(prefix)).unwrap_or_default();
            let named = random.len() == RANDOM_LENGTH && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if named && entry.file_type().is_ok_and(|kind| kind.is_dir()) && holds_files_only(&entry.path()) {
                found.push(entry.path());
            }
        }
        found.sort();
        Ok(found)
    }
}

/// A handle of a folder, where the system gives one.
pub(super) fn open_folder(folder: &Path) -> Option<File> {
    if cfg!(unix) { File::open(folder).ok() } else { None }
}

fn holds_files_only(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).into_iter().flatten();
    entries.all(|entry| entry.and_then(|entry| entry.file_type()).is_ok_and(|kind| kind.is_file()))
}

/// Whether a report can be written to `out`: nothing is there, or an empty folder, or an earlier report and no file
/// beside its own.
///
/// # Errors
/// It cannot; the message says why and what to do.
pub fn check_out(out: &Path) -> Result<(), PublishError> {
    let place = Place::find(out)?;
    let bad = |problem: &str| PublishError::Place { folder: out.to_owned(), problem: problem.to_owned() };
    let kind = match fs::metadata(&place.folder) {
        Ok(kind) => kind,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let above = place.parent.ancestors().find(|folder| folder.exists());
            return above.map_or(Ok(()), check_writable);
        }
        Err(error) => return Err(failed("read", &place.folder)(error)),
    };
    if !kind.is_dir() {
        return Err(bad("it is not a folder; give another one"));
    }
    if is_mount_point(&place, &kind) {
        return Err(bad("it is a mount point, which cannot be renamed; give a folder below it"));
    }
    check_earlier(&place.folder, out)?;
    if std::env::current_dir().is_ok_and(|current| current.starts_with(&place.folder)) {
        return Err(bad("it is the current folder, or holds it, and would be replaced; start from another folder"));
    }
    check_writable(&place.parent)
}

/// Refuses a folder that holds anything but an earlier report.
fn check_earlier(folder: &Path, out: &Path) -> Result<(), PublishError> {
    let foreign = |problem: String| PublishError::Foreign { folder: out.to_owned(), problem };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed("list", folder))? {
        let entry = entry.map_err(failed("list", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            return Err(foreign(format!("it holds {name}, which is no file")));
        }
        names.push(name);
    }
    if names.is_empty() {
        return Ok(());
    }
    names.sort();
    if !names.iter().any(|name| name == SUMMARY_FILE) {
        let first = names.first().map_or("", String::as_str);
        return Err(foreign(format!("it holds {first} and no {SUMMARY_FILE}")));
    }
    let path = folder.join(SUMMARY_FILE);
    let bytes = fs::read(&path).map_err(failed("read", &path))?;
    let head = json::parse_head(&bytes).map_err(|_| foreign(format!("its {SUMMARY_FILE} is not one of {PROGRAM}")))?;
    if head.program.split(' ').next() != Some(PROGRAM) {
        return Err(foreign(format!("its {SUMMARY_FILE} is not one of {PROGRAM}")));
    }
    let is_own = |name: &String| name == SUMMARY_FILE || head.files.iter().any(|file| &file.name == name);
    match names.iter().find(|name| !is_own(name)) {
        Some(name) => Err(foreign(format!("it also holds {name}, which the report did not write"))),
        None => Ok(()),
    }
}

/// Removes what runs that died have left beside `out`, and puts an earlier report back that was set aside while the
/// new one never came. Folders of runs that still live are left alone.
///
/// # Errors
/// The file system refuses.
pub fn recover(out: &Path) -> Result<(), PublishError> {
    let place = Place::find(out)?;
    if !place.parent.is_dir() {
        return Ok(());
    }
    let _guard = place.lock();
    for aside in place.hidden(&place.prefix_old())? {
        let empty = fs::read_dir(&place.folder).is_ok_and(|mut entries| entries.next().is_none());
        if empty {
            fs::remove_dir(&place.folder).map_err(failed("replace", &place.folder))?;
        }
        if empty || !place.folder.exists() {
            fs::rename(&aside, &place.folder).map_err(failed("put back", &aside))?;
        } else {
            fs::remove_dir_all(&aside).map_err(failed("remove", &aside))?;
        }
    }
    for new in place.hidden(&place.prefix_new())? {
        // Only who has the lock knows that nobody else does.
        let lock = open_folder(&new).filter(|folder| folder.try_lock().is_ok());
        if lock.is_some() {
            fs::remove_dir_all(&new).map_err(failed("remove", &new))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_mount_point(place: &Place, kind: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(&place.parent).is_ok_and(|parent| parent.dev() != kind.dev())
}

#[cfg(not(unix))]
fn is_mount_point(_: &Place, _: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn check_writable(folder: &Path) -> Result<(), PublishError> {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| failed("write in", folder)(error.into()))
}

#[cfg(not(unix))]
fn check_writable(_: &Path) -> Result<(), PublishError> {
    Ok(())
}

/// Exchanges two folders in one step; `false` where the system or the file system cannot.
#[cfg(target_os = "linux")]
pub(super) fn exchange(left: &Path, right: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, left, CWD, right, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Exchanges two folders in one step; `false` where the system or the file system cannot.
#[cfg(not(target_os = "linux"))]
pub(super) fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}
