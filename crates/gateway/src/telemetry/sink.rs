//! The way of log lines to standard error. Nothing waits for whoever reads them: lines are put behind each other in memory, and a
//! thread of its own writes what has come together. Those for which there is no room, or that standard error does not take, are
//! lost and counted.
//!
//! (A queue of lines, each in memory of its own that another thread gives back, cost a sixth of what answering a request takes.)

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// So many bytes may wait.
const ROOM: usize = 2 * 1024 * 1024;

/// How long lines are gathered, so that a busy server does not wake the writer for each.
const GATHERING: Duration = Duration::from_millis(5);

/// Lines that are lost.
static LOST: AtomicUsize = AtomicUsize::new(0);

/// Where lines are put.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

/// Writes what waits. When it is dropped, the rest is written before that ends.
#[must_use]
pub struct Writer {
    sink: Sink,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Batch,
    closed: bool,
}

#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    lines: usize,
}

/// How many lines are lost.
#[must_use]
pub fn lost() -> usize {
    LOST.load(Ordering::Relaxed)
}

impl Sink {
    /// A sink whose lines go to `target`.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn into(target: impl Write + Send + 'static) -> io::Result<(Self, Writer)> {
        let sink = Self(Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() }));
        let end = sink.clone();
        let thread = thread::Builder::new().name("log".to_owned()).spawn(move || end.pour(target))?;
        Ok((sink.clone(), Writer { sink, thread: Some(thread) }))
    }

    fn put(&self, line: &[u8]) {
        let mut state = self.state();
        if state.waiting.bytes.len() + line.len() > ROOM || state.closed {
            LOST.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let is_first = state.waiting.bytes.is_empty();
        state.waiting.bytes.extend(line);
        state.waiting.lines += 1;
        drop(state);
        if is_first {
            self.0.changed.notify_one();
        }
    }

    fn pour(&self, mut target: impl Write) {
        let mut batch = Batch::default();
        while self.take(&mut batch) {
            if target.write_all(&batch.bytes).is_err() {
                LOST.fetch_add(batch.lines, Ordering::Relaxed);
            }
            batch.bytes.clear();
            batch.lines = 0;
        }
    }

    /// Waits for lines, and exchanges them for an empty batch. `false` when none will come any more.
    fn take(&self, empty: &mut Batch) -> bool {
        let mut state = self.state();
        while state.waiting.bytes.is_empty() {
            if state.closed {
                return false;
            }
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.closed {
            state = self.0.changed.wait_timeout(state, GATHERING).unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::swap(&mut state.waiting, empty);
        true
    }

    /// No code that can panic runs under this lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.sink.state().closed = true;
        self.sink.0.changed.notify_one();
        // A panic of it was told already, as far as it could be.
        let _: Option<thread::Result<()>> = self.thread.take().map(JoinHandle::join);
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

/// Takes one line at a time.
impl Write for &Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands on what is written, and waits until it may go on.
    struct Slow(mpsc::Sender<Vec<u8>>, mpsc::Receiver<()>);

    impl Write for Slow {
        fn write(&mut self, batch: &[u8]) -> io::Result<usize> {
            self.0.send(batch.to_vec()).map_err(io::Error::other)?;
            self.1.recv().map_err(io::Error::other)?;
            Ok(batch.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_come_in_order_together_and_to_the_last() {
        let ((out, written), (go_on, wait)) = (mpsc::channel(), mpsc::channel());
        let (sink, writer) = Sink::into(Slow(out, wait)).expect("a thread");
        sink.put(b"first\n");
        let mut all = written.recv().expect("the first");
        for n in 0..100 {
            sink.put(format!("{n}\n").as_bytes());
        }
        for _ in 0..2 {
            go_on.send(()).expect("it waits");
        }
        drop(writer);
        let rest: Vec<Vec<u8>> = written.iter().collect();
        assert_eq!(rest.len(), 1, "what waited came at once");
        all.extend(rest.concat());
        let numbers: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert_eq!(String::from_utf8(all), Ok(format!("first\n{numbers}")));
    }

    #[test]
    fn what_finds_no_room_is_lost_and_counted_and_waits_for_nobody() {
        let ((out, written), (go_on, wait)) = (mpsc::channel(), mpsc::channel());
        let (sink, writer) = Sink::into(Slow(out, wait)).expect("a thread");
        sink.put(b"x");
        written.recv().expect("it is being written");
        let before = lost();
        let line = vec![b'y'; ROOM / 4];
        for _ in 0..6 {
            sink.put(&line);
        }
        assert!(lost() >= before + 2);
        for _ in 0..2 {
            go_on.send(()).expect("it waits");
        }
        drop(writer);
        assert_eq!(written.recv().expect("the rest").len(), 4 * line.len());
    }
}
