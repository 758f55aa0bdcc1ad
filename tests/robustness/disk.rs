//! Disks that are full, or must not be written (§6): writes say 503, reads go on, and the server recovers by itself.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;
use users::ports::Store;

use crate::harness::{House, Person, Town, eventually, fresh, only_on_sqlite};

/// A small disk of its own, if this system lets us have one.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::TempDir::with_prefix("diglot-disk-").unwrap();
        run(&["mount", "-t", "tmpfs", "-o", "size=6m,mode=0700", "tmpfs", folder.path().to_str().unwrap()])
            .then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, how: &str) {
        assert!(run(&["mount", "-o", &format!("remount,{how}"), self.path().to_str().unwrap()]));
    }

    /// Takes all the room that is left.
    fn fill(&self) -> PathBuf {
        let ballast = self.path().join("ballast");
        let mut file = fs::File::create(&ballast).unwrap();
        for piece in [64 * 1024, 512, 1] {
            while file.write_all(&vec![b'x'; piece]).is_ok() {}
        }
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        run(&["umount", "-l", self.path().to_str().unwrap()]);
    }
}

fn run(command: &[&str]) -> bool {
    Command::new(command[0]).args(&command[1..]).output().is_ok_and(|output| output.status.success())
}

/// Writes through both doors, until the disk refuses or has taken all of them.
fn write_until_refused(town: &Town, person: &Person) -> bool {
    (0..200).any(|_| {
        let mm = town.mm().update(&person.id, json!({"settings": {"filler": "x".repeat(100_000), "n": fresh("n")}}));
        assert!([200, 503].contains(&mm.status), "{}", mm.story());
        mm.status == 503
    })
}

/// While nothing can be written: 503 in each dialect's shape, and reads as ever.
fn only_reads(town: &Town, person: &Person) {
    town.mm().update(&person.id, json!({"bio": fresh("never")})).mm_error(503, "SERVICE_UNAVAILABLE");
    town.maisa().update(&person.id, json!({"name": fresh("never")})).maisa_error(503, "UNAVAILABLE");
    let name = fresh("never");
    let body = json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse"});
    town.mm().create(body).mm_error(503, "SERVICE_UNAVAILABLE");
    town.maisa().delete(&person.id).maisa_error(503, "UNAVAILABLE");
    town.mm().get(&person.id).expect(200);
    town.mm().list(&[("workspace_id", &town.first_workspace)]).expect(200);
    town.maisa().get(&person.id).expect(200);
    town.maisa().list(&[]).expect(200);
    town.mm_as(&person.key).me().expect(200);
}

fn recovers(town: &Town, person: &Person) {
    eventually(Duration::from_secs(5), "writes hold again", || {
        let answer = town.mm().update(&person.id, json!({"bio": "back again"}));
        assert!([200, 503].contains(&answer.status), "{}", answer.story());
        (answer.status == 200).then_some(())
    });
    town.maisa().update(&person.id, json!({"name": "Back Again"})).expect(200);
    assert_eq!(town.mm().get(&person.id).expect(200).at("/bio"), "back again");
}

/// Without the right to have a disk of one's own: the limit of a file's size stands for it.
fn limited() -> Town {
    let house = House::empty();
    let first = house.init();
    let server = house.serve_under(&["sh", "-c", r#"trap "" XFSZ; ulimit -S -f 4000; exec "$@""#, "sh"]);
    Town::settle(house, server, &first)
}

fn lift_the_limit(town: &Town) {
    assert!(
        run(&["prlimit", "--pid", &town.server.pid().to_string(), "--fsize=unlimited"]),
        "prlimit does not work here"
    );
}

#[test]
fn when_no_file_may_grow_writes_wait_and_reads_go_on() {
    if !only_on_sqlite("the size of the store's files") {
        return;
    }
    let town = limited();
    let person = town.workspace().person("user");
    assert!(write_until_refused(&town, &person), "the limit is never met");
    only_reads(&town, &person);
    lift_the_limit(&town);
    recovers(&town, &person);
}

#[test]
fn on_a_full_disk_writes_wait_and_reads_go_on() {
    if !only_on_sqlite("the disk under the store's files") {
        return;
    }
    let Some(disk) = SmallDisk::mount() else {
        println!(
            "no right to mount: a file's greatest size stands for the size of the disk, in the test beside this one"
        );
        return when_no_file_may_grow_writes_wait_and_reads_go_on();
    };
    let town = Town::in_house(House::with_data_in(disk.path()));
    let person = town.workspace().person("user");
    for _ in 0..3 {
        let ballast = disk.fill();
        assert!(write_until_refused(&town, &person), "the disk is never full");
        only_reads(&town, &person);
        assert!(!town.server.log().contains("panicked"));
        fs::remove_file(ballast).unwrap();
        recovers(&town, &person);
    }
    assert!(town.server.log().to_lowercase().contains("full"), "a clear line in the log:\n{}", town.server.log());
}

/// A disk for tests that have no other way. Where it cannot be had, that must be said on purpose.
fn small_disk() -> Option<SmallDisk> {
    let disk = SmallDisk::mount();
    let excused = std::env::var_os("NO_MOUNT").is_some();
    assert!(disk.is_some() || excused, "no right to mount a small disk: run as root, or set NO_MOUNT=1 to go without");
    disk
}

#[test]
fn what_was_written_before_the_disk_was_full_is_there_after_a_kill() {
    if !only_on_sqlite("the disk under the store's files") {
        return;
    }
    let Some(disk) = small_disk() else { return };
    let town = Town::in_house(House::with_data_in(disk.path()));
    let person = town.workspace().person("user");
    let ballast = disk.fill();
    write_until_refused(&town, &person);
    let before = town.record(&person.id);
    let Town { server, house, root, .. } = town;
    server.kill();
    fs::remove_file(ballast).unwrap();
    let server = house.serve();
    let mm = crate::harness::Mm::new(&server.http, &root.key);
    assert_eq!(mm.get(&person.id).expect(200).json(), before["mechamental"]);
}

#[test]
fn a_store_that_must_not_be_written_is_refused_clearly_or_served_for_reading() {
    if !only_on_sqlite("a disk that must not be written") {
        return;
    }
    let Some(disk) = small_disk() else { return };
    let town = Town::in_house(House::with_data_in(disk.path()));
    let person = town.workspace().person("user");
    let Town { server, house, root, first_workspace } = town;
    server.stop();
    disk.remount("ro");
    match house.try_serve() {
        Ok(server) => {
            let town = Town { server, house, root, first_workspace };
            only_reads(&town, &person);
            disk.remount("rw");
            recovers(&town, &person);
        }
        Err(log) => {
            let last = log.trim_end().lines().last().unwrap_or_default().to_lowercase();
            assert!(
                last.contains("read") && last.contains("only") || last.contains("readonly"),
                "no clear line:\n{log}"
            );
            disk.remount("rw");
            let server = house.serve();
            crate::harness::Mm::new(&server.http, &root.key).get(&person.id).expect(200);
        }
    }
}

/// One process reads, and looks at the store for all of its readers while nobody writes. (A look keeps what is written meanwhile from
/// being brought over.) Another one writes.
#[test]
fn beside_a_server_that_is_only_read_the_log_of_another_process_stays_small() {
    const PAGE: usize = 4_096;
    const PAGES_AT_ONCE: usize = 100;
    /// As many as are brought over by themselves, ten times.
    const MOST: usize = 10 * 1_000 * PAGE;
    if !only_on_sqlite("the log beside the store's file") {
        return;
    }
    let town = Town::new();
    let other = town.house.store();
    // Pages that stay as they are would not be written.
    let texts = ["x", "y"].map(|letter| letter.repeat(PAGES_AT_ONCE * PAGE));
    let (mut written, end) = (0, Instant::now() + Duration::from_secs(4));
    while Instant::now() < end {
        let text = texts[written % 2].clone();
        other.write(move |tx| tx.set_fact("long", &text)).unwrap();
        town.maisa().list(&[]).expect(200);
        written += 1;
        // From time to time long enough for either to think that nobody writes.
        if written % 30 == 0 {
            let quiet = Instant::now() + Duration::from_millis(300);
            while Instant::now() < quiet {
                town.maisa().list(&[]).expect(200);
            }
        }
    }
    let logs = town.house.data_files().into_iter().filter(|path| path.to_string_lossy().ends_with("-wal"));
    let log: u64 = logs.map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(written * PAGES_AT_ONCE * PAGE > MOST, "only {written}");
    assert!(0 < log && log < MOST as u64, "{log} bytes");
}
