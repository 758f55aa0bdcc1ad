//! The choice of the process: the maps that find the dialect as [`crate::table`] does, then the operation, then who serves it.

use std::fmt::{self, Write};

use actix_web::http::Method;

use super::{Group, Process, literal, quoted};
use crate::dialects::DIALECTS;
use crate::settings::{Deployment, Settings, State};
use crate::table::claims;

/// The processes, and the groups of them that serve something together.
pub struct Choice<'a> {
    processes: &'a [Process],
    groups: Vec<Group>,
}

impl<'a> Choice<'a> {
    /// The choice between these.
    pub fn new(processes: &'a [Process]) -> Self {
        // What no operation is concerned with, all of them answer alike.
        Self { processes, groups: vec![(0..processes.len()).collect()] }
    }

    /// Who serves the operation of that name.
    pub fn group(&self, operation: &str) -> Group {
        let serves = |n: &usize| self.processes.get(*n).is_some_and(|process| process.only.includes(operation));
        (0..self.processes.len()).filter(serves).collect()
    }

    /// The groups, by the names of their upstreams.
    pub fn groups(&self) -> impl Iterator<Item = (String, &Group)> {
        self.groups.iter().enumerate().map(|(n, group)| (name(n), group))
    }

    /// The upstream of those who serve the operation.
    fn upstream(&mut self, operation: &str) -> String {
        let group = self.group(operation);
        let known = self.groups.iter().position(|known| *known == group);
        name(known.unwrap_or_else(|| {
            self.groups.push(group);
            self.groups.len() - 1
        }))
    }

    /// All maps. The last two say where a request goes, and what its path has where its method is not allowed.
    pub fn maps(&mut self, settings: &Settings) -> Result<String, fmt::Error> {
        let mut text = String::new();
        self.dialect(settings, &mut text)?;
        let (mut rows, mut allowed) = (String::new(), String::new());
        for at in &settings.dialects.served {
            let routes: Vec<&Deployment> = settings.routes.iter().filter(|how| how.dialect == at.name).collect();
            let mut paths: Vec<&str> = Vec::new();
            for path in routes.iter().map(|how| how.route.path) {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
            for path in paths {
                let prefix = if at.prefix.is_empty() { String::new() } else { format!("({})?", literal(&at.prefix)) };
                let place = format!("{prefix}{}", pattern(path));
                self.path(&at.name, &routes, path, &place, &mut rows, &mut allowed)?;
            }
        }
        write!(
            text,
            "# Who serves it: by dialect, method and path. What no process serves, one answers that serves something at the same path.\n\
             map \"$diglot_dialect $request_method $diglot_path\" $diglot_upstream {{\n    default  {};\n{rows}}}\n\n\
             # What is allowed at a path, whoever serves it.\n\
             map \"$upstream_status $diglot_dialect $diglot_path\" $diglot_allow {{\n    \
             default  $upstream_http_allow;\n{allowed}}}\n",
            name(0)
        )?;
        Ok(text)
    }

    /// The rows of one path.
    fn path(
        &mut self,
        dialect: &str,
        routes: &[&Deployment],
        path: &str,
        place: &str,
        rows: &mut String,
        allowed: &mut String,
    ) -> fmt::Result {
        let claims = claims(routes.iter().map(|how| &how.route), path);
        let claims: Vec<(&Deployment, Method)> =
            claims.into_iter().filter_map(|claim| Some((*routes.get(claim.route)?, claim.method))).collect();
        let of = |state| claims.iter().filter(move |(how, _)| how.state.value == state);
        let mut row = |methods: &str, end: &str, operation: &str| {
            let key = quoted(&format!("~^{dialect} {methods} {place}{end}"));
            writeln!(rows, "    {key}  {};", self.upstream(operation))
        };
        for (how, method) in of(State::On).chain(of(State::Gone)) {
            let methods = if *method == Method::GET { "(GET|HEAD)" } else { method.as_str() };
            if *method != Method::HEAD {
                row(methods, END, &how.name)?;
            }
        }
        // Other methods, and the way from a slash too many.
        if let Some((how, _)) = of(State::On).chain(of(State::Gone)).next() {
            row("[^ ]+", &format!("/*{END}"), &how.name)?;
        }
        let methods: Vec<&str> = of(State::On).map(|(_, method)| method.as_str()).collect();
        if !methods.is_empty() {
            let key = quoted(&format!("~405 {dialect} {place}{END}"));
            writeln!(allowed, "    {key}  {};", quoted(&methods.join(", ")))?;
        }
        Ok(())
    }

    /// Which dialect a request is for; none where all processes answer alike.
    fn dialect(&self, settings: &Settings, text: &mut String) -> fmt::Result {
        let dialects = &settings.dialects;
        writeln!(text, "# The path as diglot reads it: decoded, with all its dots.")?;
        let dots = r"~*^(?<diglot_raw>[^?]*/(\.|%2e){1,2}(/[^?]*)?)(\?|$)";
        writeln!(
            text,
            "map $request_uri $diglot_path {{\n    {}  $diglot_raw;\n    default  $uri;\n}}\n",
            quoted(dots)
        )?;

        writeln!(text, "# The dialect: by the host, then by the prefix, then by the header with the key.")?;
        let hosts = dialects.served.iter().flat_map(|at| at.hosts.iter().map(move |host| (at, host.as_str())));
        let mut rows: Vec<(bool, String)> = Vec::new();
        for (at, host) in hosts {
            rows.push((true, format!("    {}  {};\n", quoted(&format!("~*^{}$", literal(host))), at.name)));
            rows.push((false, format!("    {}  {};\n", quoted(&format!("~*^{}:[^:\\]]*$", literal(host))), at.name)));
        }
        // A host with a port is closer than the same host without.
        rows.sort_by_key(|(is_exact, _)| !is_exact);
        let rows: String = rows.into_iter().map(|(_, row)| row).collect();
        writeln!(text, "map $http_host $diglot_by_host {{\n    default  \"\";\n{rows}}}\n")?;

        let mut prefixed: Vec<_> = dialects.served.iter().filter(|at| !at.prefix.is_empty()).collect();
        prefixed.sort_by_key(|at| std::cmp::Reverse(at.prefix.len()));
        let rows = prefixed
            .iter()
            .map(|at| format!("    {}  {};\n", quoted(&format!("~^{}(/|$)", literal(&at.prefix))), at.name));
        let rows: String = rows.collect();
        writeln!(text, "map $diglot_path $diglot_by_prefix {{\n    default  \"\";\n{rows}}}\n")?;
        self.header(settings, text)?;
        writeln!(
            text,
            "map $diglot_by_prefix $diglot_elsewhere {{\n    \"\"  $diglot_on_shared;\n    default  $diglot_by_prefix;\n}}\n"
        )?;
        writeln!(
            text,
            "map $diglot_by_host $diglot_dialect {{\n    \"\"  $diglot_elsewhere;\n    default  $diglot_by_host;\n}}\n"
        )
    }

    /// On the shared mount, the header with the key tells. Two of them are one too many for every process.
    fn header(&self, settings: &Settings, text: &mut String) -> fmt::Result {
        let default = settings.dialects.default.as_str();
        let sharing = || settings.dialects.served.iter().filter(|at| at.shared);
        let header = |name: &str| DIALECTS.iter().find(|entry| entry.name == name).map_or("", |entry| entry.header);
        // Where several have the same header it stands for the default, or else for the first of them.
        let mut keys: Vec<(&str, &str)> = Vec::new();
        for name in sharing().map(|at| at.name.as_str()) {
            match keys.iter_mut().find(|(known, _)| *known == header(name)) {
                Some((_, dialect)) if name == default => *dialect = name,
                Some(_) => {}
                None => keys.push((header(name), name)),
            }
        }
        for (n, (header, _)) in keys.iter().enumerate() {
            let variable = header.to_ascii_lowercase().replace('-', "_");
            writeln!(text, "map $http_{variable} $diglot_key_{n} {{\n    \"\"  \"\";\n    default  {n};\n}}\n")?;
        }
        let all: String = (0..keys.len()).map(|n| format!("$diglot_key_{n}")).collect();
        let rows: String = keys.iter().enumerate().map(|(n, (_, dialect))| format!("    {n}  {dialect};\n")).collect();
        if keys.is_empty() {
            return writeln!(text, "map $diglot_path $diglot_on_shared {{\n    default  \"\";\n}}\n");
        }
        writeln!(text, "map \"{all}\" $diglot_by_header {{\n    \"\"  {default};\n{rows}    default  \"\";\n}}\n")?;
        writeln!(
            text,
            "map $diglot_path $diglot_on_shared {{\n    \"~^/v1/\"  $diglot_by_header;\n    default  \"\";\n}}\n"
        )
    }
}

fn name(group: usize) -> String {
    if group == 0 { "diglot".to_owned() } else { format!("diglot_{group}") }
}

/// The end of what is compared. `$` would match before a last newline too.
const END: &str = r"\z";

/// The path of a route as a regular expression; a parameter is any text but the empty one.
fn pattern(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        segments.push(if segment.starts_with('{') { "[^/]+".to_owned() } else { literal(segment) });
    }
    segments.join("/")
}
