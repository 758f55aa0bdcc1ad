//! Who starts and ends a server: a shell that reads commands from a pipe. However the test ends, also by a signal, the pipe
//! is closed then, and the shell ends the server and removes its files.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::binaries::Binaries;

/// `$1` is the folder of the programs, `$2` the server's. Every answer is a line. `copy` makes a hot standby of the server that
/// listens on the port and in the folder named behind it.
const SCRIPT: &str = r#"
    all() { echo "$pid" $(cat "/proc/$pid/task/$pid/children" 2>/dev/null); }
    end() {
        [ -n "$pid" ] || return
        kill -CONT $(all) 2>/dev/null
        kill -QUIT "$pid" 2>/dev/null
        wait "$pid"
        pid=
    }
    # Nobody may be left to read an answer; and who is left alone beside a frozen server is sent SIGHUP.
    trap '' PIPE HUP
    pid=
    while read -r word port socket; do
        case $word in
            init) "$1/initdb" --pgdata="$2/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C \
                --no-sync >"$2/log" 2>&1 </dev/null ;;
            copy) "$1/pg_basebackup" --pgdata="$2/data" --host="$socket" --port="$port" --username=postgres \
                --checkpoint=fast --write-recovery-conf --no-sync >"$2/log" 2>&1 </dev/null ;;
            start) "$1/postgres" -D "$2/data" >>"$2/log" 2>&1 </dev/null & pid=$! ;;
            stop) end ;;
            freeze) kill -STOP "$pid"; kill -STOP $(all) ;;
            thaw) kill -CONT $(all) ;;
        esac
        echo done
    done
    end
    rm -rf "$2"
"#;

/// The shell.
pub(super) struct Guard {
    shell: Child,
    words: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Guard {
    /// Starts the shell, in a group of its own: what interrupts the tests must not interrupt the cleaning up. The server finds its
    /// language in the folder `locales`.
    pub fn start(binaries: &Binaries, folder: &Path, locales: Option<&Path>) -> Self {
        let mut command: Command = binaries.command("sh");
        command.envs(locales.map(|folder| ("LOCPATH", folder)));
        command.args(["-c", SCRIPT, "sh"]).arg(binaries.folder()).arg(folder).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().expect("a shell");
        let (words, answers) = (shell.stdin.take(), shell.stdout.take().expect("a pipe"));
        Self { shell, words, answers: BufReader::new(answers) }
    }

    /// Gives a command, and waits until it is carried out.
    pub fn say(&mut self, word: &str) {
        let words = self.words.as_mut().expect("a pipe");
        writeln!(words, "{word}").expect("the shell listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("an answer");
        assert_eq!(answer, "done\n", "{word}");
    }

    pub fn stop(&mut self) {
        self.say("stop");
    }

    pub fn freeze(&mut self) {
        self.say("freeze");
    }

    pub fn thaw(&mut self) {
        self.say("thaw");
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.words = None;
        let ended = self.shell.wait();
        assert!(ended.is_ok() || std::thread::panicking(), "{ended:?}");
    }
}
