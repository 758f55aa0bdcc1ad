//! An nginx configuration that spreads the operations over several processes. All of it but the choice of the process is the example
//! that operators copy, so there is one style.

mod choice;

use std::collections::BTreeSet;

use crate::settings::{Only, Settings, State};
use choice::Choice;

/// What a front before processes that are all alike looks like.
const EXAMPLE: &str = include_str!("../../../config/nginx.example.conf");

/// What nginx waits longer than diglot does.
const LONGER: u64 = 5;

/// A process and what it serves.
#[derive(Debug, Clone)]
pub struct Process {
    /// Its address: a name or a number, and a port.
    pub address: String,
    /// What it serves.
    pub only: Only,
}

/// Processes, by their numbers.
type Group = BTreeSet<usize>;

/// The configuration for these processes.
///
/// # Errors
/// An operation is served by none of them.
pub fn front(settings: &Settings, processes: &[Process], listen: &str) -> Result<String, String> {
    let mut choice = Choice::new(processes);
    let served = settings.routes.iter().filter(|how| matches!(how.state.value, State::On | State::Gone));
    let missing: Vec<&str> =
        served.filter(|how| choice.group(&how.name).is_empty()).map(|how| how.name.as_str()).collect();
    if !missing.is_empty() {
        return Err(format!("no process serves {}; name one, or set serve = \"off\"", missing.join(", ")));
    }
    let maps = choice.maps(settings).map_err(|error| error.to_string())?;
    let (before, upstream, after) = parts(EXAMPLE).ok_or("the example has another form than this program knows")?;
    let upstreams = choice.groups().map(|(name, group)| filled(upstream, &name, processes, group));
    let upstreams: String = upstreams.collect::<Vec<_>>().join("\n");
    let server = server(settings, after, listen);
    Ok(format!("{}{}\n{maps}\n{upstreams}\n{server}", head(processes), before.trim_start()))
}

/// The example before its upstream, that, and what follows. The first paragraph says what it is the example of.
fn parts(example: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = example.split_once("\n\n")?;
    let (before, rest) = rest.split_once("upstream diglot {\n")?;
    let (upstream, after) = rest.split_once("}\n\n")?;
    Some((before, upstream, after))
}

fn head(processes: &[Process]) -> String {
    let mut text = "# Written by `diglot export nginx`, for nginx 1.19.10 or later. Include it in the http block (on Debian, \
                    put it into /etc/nginx/conf.d/), put in a name and a certificate of your own, and try it with `nginx -t`.\n# Write it anew when routes, hosts or prefixes change. The processes behind it:\n#\n"
        .to_owned();
    for process in processes {
        let only: Vec<String> = process.only.patterns().iter().map(|pattern| format!("--only '{pattern}'")).collect();
        text += &format!("#     DIGLOT_SERVER__BIND={} diglot serve {}\n", process.address, only.join(" "));
    }
    text + "\n"
}

/// The example's upstream with the servers of a group.
fn filled(example: &str, name: &str, processes: &[Process], group: &Group) -> String {
    let mut text = format!("upstream {name} {{\n");
    let mut servers = Some(group);
    for line in example.lines() {
        if !line.trim_start().starts_with("server ") {
            text += &format!("{line}\n");
        } else if let Some(group) = servers.take() {
            for process in group.iter().filter_map(|n| processes.get(*n)) {
                text += &format!("    server {} max_fails=0;\n", process.address);
            }
        }
    }
    text + "}\n"
}

/// The example's server with the choice of the process.
fn server(settings: &Settings, example: &str, listen: &str) -> String {
    let longest = settings.routes.iter().map(|how| how.timeout.value).max();
    let patience = longest.max(Some(settings.server.request_timeout)).map_or(0, |length| length.as_secs()) + LONGER;
    let mut text = String::new();
    for line in example.lines() {
        let (indent, word) = line.split_at(line.len() - line.trim_start().len());
        let line = match word.split(' ').next() {
            Some("listen") => format!("{indent}listen {listen};"),
            Some("ssl_certificate" | "ssl_certificate_key") if !listen.contains("ssl") => continue,
            Some("proxy_pass") => format!(
                "{indent}proxy_pass http://$diglot_upstream;\n\
                 {indent}# A process knows only what it serves itself.\n\
                 {indent}proxy_hide_header Allow;\n\
                 {indent}add_header Allow $diglot_allow always;"
            ),
            Some("proxy_read_timeout") => format!("{indent}proxy_read_timeout {patience}s;"),
            Some("client_max_body_size") => format!(
                "{indent}# Paths go to diglot as they are, and are looked at as they are.\n{indent}merge_slashes off;\n{line}"
            ),
            _ => line.to_owned(),
        };
        text += &line;
        text.push('\n');
    }
    text
}

/// The text as nginx reads it between quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// The text as a regular expression that means it.
fn literal(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if !(c.is_ascii_alphanumeric() || "/-_~:".contains(c)) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
