//! The chapter of the README in which a reader moves clients from one dialect to the other: its commands do what it says.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::harness::house::free_address;
use crate::harness::{Watch, eventually, only_on_sqlite};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
const CHAPTER: &str = "## Moving your clients from one dialect to the other";
/// What stands in the chapter for an address of this machine, and nothing else is replaced in it.
const PORT: &str = "8080";
/// Behind a command that is to end with another number than 0.
const ENDS: &str = "# ends with ";

/// What the reader types, and what is printed then.
#[derive(Debug, Default, PartialEq)]
struct Step {
    commands: Vec<String>,
    printed: Vec<String>,
}

/// The lines of a chapter, up to the next one.
fn chapter(readme: &str) -> Vec<&str> {
    let lines = readme.lines().skip_while(|line| *line != CHAPTER).skip(1);
    lines.take_while(|line| !line.starts_with("## ")).collect()
}

/// Indented blocks are commands; a fenced one is what the block before it prints.
fn steps(lines: &[&str]) -> Vec<Step> {
    let (mut steps, mut fenced, mut typing) = (Vec::<Step>::new(), false, false);
    for (n, line) in lines.iter().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
            if fenced {
                let before = steps.last().expect("something is printed by a command");
                assert!(before.printed.is_empty(), "a block has printed already: {before:?}");
                typing = false;
            }
        } else if fenced {
            steps.last_mut().unwrap().printed.push((*line).to_owned());
        } else if let Some(command) = line.strip_prefix("    ") {
            if !typing {
                steps.push(Step::default());
            }
            typing = true;
            steps.last_mut().unwrap().commands.push(command.to_owned());
        } else if line.is_empty() && typing && lines.get(n + 1).is_some_and(|next| next.starts_with("    ")) {
            steps.last_mut().unwrap().commands.push(String::new());
        } else {
            typing = false;
        }
    }
    assert!(!fenced, "a fence is open");
    steps
}

/// A command as the session runs it.
fn typed(line: &str) -> String {
    match line.rsplit_once(ENDS) {
        Some((command, code)) => {
            let code: u8 = code.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
            format!("code=0; {} || code=$?; [ $code = {code} ]", command.trim_end())
        }
        None => line.to_owned(),
    }
}

/// All commands as one script. It writes what each step prints to a file of its own, and stops at the first command that does not end
/// as it should.
fn script(steps: &[Step]) -> String {
    let mut script = "set -eu\ntrap 'echo \"ends with $?: $BASH_COMMAND\" >../failed' ERR\n".to_owned();
    for (n, step) in steps.iter().enumerate() {
        script += &format!("exec >../printed-{n} 2>&1\n");
        for line in &step.commands {
            script += &(typed(line) + "\n");
        }
    }
    script
}

/// Words with one space between them.
fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a line is what the README says of it, in which … stands for anything, and white space counts as one space.
fn is_said(line: &str, said: &str) -> bool {
    let (line, said) = (words(line), words(said));
    let mut parts = said.split('…');
    let Some(mut rest) = parts.next().and_then(|begin| line.strip_prefix(begin)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(end) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(end)
}

/// The first line that a step was to print, but has not, in the order in which it was to.
fn missing<'a>(step: &'a Step, printed: &str) -> Option<&'a String> {
    let mut lines = printed.lines();
    step.printed.iter().find(|said| !lines.any(|line| is_said(line, said)))
}

/// A shell with all that it has started.
struct Session {
    shell: Child,
    watch: Watch,
}

impl Session {
    fn begin(script: &str, folder: &Path) -> Self {
        let path = format!("{}:{}", folder.join("bin").display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DIGLOT_") || name == "RUST_LOG") {
            shell.env_remove(name);
        }
        shell.arg("-c").arg(script).env("PATH", path).current_dir(folder.join("empty"));
        let shell = shell.stdin(Stdio::null()).stdout(Stdio::null()).process_group(0).spawn().unwrap();
        let watch = Watch::over_group(shell.id(), folder);
        Self { shell, watch }
    }
}

impl Drop for Session {
    /// A number is not given away while a process of its group lives.
    fn drop(&mut self) {
        let group = format!("-{}", self.shell.id());
        Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status().ok();
        self.shell.wait().ok();
        self.watch.dismiss();
    }
}

/// Runs a chapter as a reader does who types all of it, and tells what is not as it says.
fn follow(lines: &[&str]) -> Result<(), String> {
    let port = free_address().port().to_string();
    let lines: Vec<String> = lines.iter().map(|line| line.replace(PORT, &port)).collect();
    let steps = steps(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let folder = TempDir::with_prefix("diglot-suite-").unwrap();
    for name in ["bin", "empty"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_diglot-under-test"), folder.path().join("bin/diglot")).unwrap();
    let mut session = Session::begin(&script(&steps), folder.path());
    let status = eventually(Duration::from_secs(180), "the chapter ends", || session.shell.try_wait().unwrap());
    drop(session);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
    for (n, step) in steps.iter().enumerate() {
        let Some(printed) = read(&format!("printed-{n}")) else {
            return Err(format!("{status}, and this was not begun:\n{}", step.commands.join("\n")));
        };
        let story = format!("{}\n\n{printed}", step.commands.join("\n"));
        let is_last = read(&format!("printed-{}", n + 1)).is_none();
        if is_last && !status.success() {
            return Err(format!("{status}\n{}{story}", read("failed").unwrap_or_default()));
        }
        if let Some(line) = missing(step, &printed) {
            return Err(format!("not printed: {line}\n{story}"));
        }
    }
    Ok(())
}

#[test]
fn the_chapter_can_be_followed_step_by_step() {
    if !only_on_sqlite("the chapter plays with a file") {
        return;
    }
    let readme = fs::read_to_string(README).unwrap();
    let lines = chapter(&readme);
    let steps = steps(&lines);
    assert!(steps.len() > 10, "the chapter is there: {steps:?}");
    for name in ["map", "translate", "clients", "key pin", "check", "plan", "reload", "brownout", "routes", "export"] {
        let is_typed =
            |line: &String| line.contains(&format!("diglot {name} ")) || line.ends_with(&format!("diglot {name}"));
        assert!(steps.iter().any(|step| step.commands.iter().any(is_typed)), "diglot {name} is shown");
    }
    follow(&lines).unwrap_or_else(|wrong| panic!("{wrong}"));
}

#[test]
fn a_chapter_that_is_not_true_is_found_out() {
    let right: &[&[&str]] = &[
        &["    echo a; echo 'b  x c'; echo d", "", "```", "a", "b …   c", "```"],
        &["    X=1", "", "    echo $X", "Prose.", "", "    echo $X 8080", "```", "1 8080", "```"],
        &["    cat <<END", "    x", "", "    END", "```", "x", "```"],
        &["    false    # ends with 1", "    (exit 2)    # ends with 2"],
    ];
    for chapter in right {
        assert_eq!(follow(chapter), Ok(()), "{chapter:?}");
    }
    let wrong: &[(&[&str], &str)] = &[
        (&["    false", "    echo on"], "ends with 1: false"),
        (&["    true    # ends with 1"], "[ $code = 1 ]"),
        (&["    (exit 2)    # ends with 1"], "[ $code = 1 ]"),
        (&["    echo a", "Prose.", "    nonsense-of-mine"], "nonsense-of-mine: command not found"),
        (&["    echo $UNKNOWN"], "UNKNOWN: unbound variable"),
        (&["    echo 'a"], "exit status"),
        (&["    exit 0", "Prose.", "    true"], "was not begun"),
        (&["    echo a; echo b", "```", "b", "a", "```"], "not printed: a"),
        (&["    echo a b", "```", "a", "```"], "not printed: a"),
        (&["    echo a b c", "```", "a … b", "```"], "not printed: a … b"),
        (&["    echo a", "", "    true", "```", "a", "```", "    true", "```", "a", "```"], "not printed: a"),
    ];
    for (chapter, named) in wrong {
        let said = follow(chapter).err().unwrap_or_else(|| panic!("nothing is wrong: {chapter:?}"));
        assert!(said.contains(named), "{named}: {said}");
    }
}

#[test]
fn what_a_chapter_has_started_is_ended_with_it() {
    let said = follow(&["    sleep 600 &", "    echo process $!", "    false"]).expect_err("it fails");
    let process = said.lines().find_map(|line| line.strip_prefix("process ")).unwrap_or_else(|| panic!("{said}"));
    eventually(Duration::from_secs(5), "it is gone", || {
        let listed = Command::new("ps").args(["-o", "stat=", "-p", process]).output().unwrap();
        let state = String::from_utf8_lossy(&listed.stdout).trim().to_owned();
        (state.is_empty() || state.starts_with('Z')).then_some(())
    });
}
