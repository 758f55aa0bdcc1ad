//! The source while it is copied: nobody writes to it, everybody reads.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use storage::{CopyError, Phase, Settings};
use users::UserError;
use users::ports::Store;

use crate::fixture::Folder;

fn impatient(folder: &Folder) -> Settings {
    Settings { busy_timeout: Duration::from_millis(50), ..folder.settings("from") }
}

#[test]
fn writes_to_the_source_are_refused_meanwhile_and_reads_go_on() {
    let folder = Folder::crowded(1_200);
    let server = storage::open(&impatient(&folder)).expect("a store");
    let mut phases = Vec::new();
    let report = folder.copy_watched(&mut |progress| {
        if phases.contains(&progress.phase) || progress.table.is_empty() {
            return;
        }
        phases.push(progress.phase);
        let written = server.write(|tx| tx.set_fact("a", "b"));
        assert!(matches!(written, Err(UserError::Unavailable(_))), "{written:?}");
        assert_eq!(server.read(|reads| reads.fact("a")), Ok(None));
    });
    assert_eq!(phases, [Phase::Reading, Phase::Copying, Phase::Comparing]);
    assert!(report.expect("copied").agrees());
    server.write(|tx| tx.set_fact("a", "b")).expect("written, now that the copy is done");
}

#[test]
fn a_write_that_can_wait_is_done_afterwards() {
    let folder = Folder::crowded(1_200);
    let server = folder.open("from");
    std::thread::scope(|scope| {
        let mut writer = None;
        let report = folder.copy_watched(&mut |progress| {
            if progress.phase == Phase::Copying && writer.is_none() {
                writer = Some(scope.spawn(|| server.write(|tx| tx.set_fact("a", "b"))));
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        assert!(report.expect("copied").agrees());
        writer.expect("a writer").join().expect("an outcome").expect("written");
    });
    assert_eq!(folder.number("from", "SELECT count(*) FROM facts"), 1);
    assert_eq!(folder.number("to", "SELECT count(*) FROM facts"), 0);
}

#[test]
fn a_source_that_somebody_writes_to_is_refused() {
    let folder = Folder::crowded(3);
    let mut other = folder.raw("from");
    other.batch_execute("BEGIN IMMEDIATE").expect("locked");
    let error = storage::copy(&impatient(&folder), &folder.settings("to"), &mut |_| {}).expect_err("refused");
    assert!(matches!(error, CopyError::Locked(_)), "{error}");
    assert!(!error.to_string().contains('\n') && !folder.path("to").exists());
    other.batch_execute("COMMIT").expect("unlocked");
    assert!(folder.copy().expect("copied").agrees());
}

#[test]
fn a_source_under_load_is_copied_as_it_is_at_one_moment() {
    let folder = Folder::crowded(1_200);
    let server = folder.open("from");
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for name in ["a", "b"] {
            let (server, stop) = (&server, &stop);
            scope.spawn(move || {
                for n in 0_u32.. {
                    if stop.load(std::sync::atomic::Ordering::Relaxed) {
                        return;
                    }
                    server.write(move |tx| tx.set_fact(name, &n.to_string())).expect("written");
                }
            });
        }
        let copied = folder.copy();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(copied.expect("copied").agrees());
    });
}
