use std::ffi::OsString;
use std::io::Write;

use tempfile::NamedTempFile;

use super::*;

fn known() -> Vec<Known<'static>> {
    crate::dialects::known()
}

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("written");
    file
}

fn variables(pairs: &[(&str, &str)]) -> impl Iterator<Item = (OsString, OsString)> {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    pairs.into_iter()
}

fn load(text: &str, pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let file = file(text);
    read::settings(&known(), Some(file.path()), variables(pairs))
}

/// The problems, with FILE for the name of the file and its line.
fn problems(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let placed = placed(text, pairs);
    placed.into_iter().map(|(problem, line)| problem.replace(&format!("FILE, line {line}"), "FILE")).collect()
}

/// The problems, with FILE for the name of the file, and their lines; 0 for none.
fn placed(text: &str, pairs: &[(&str, &str)]) -> Vec<(String, usize)> {
    let file = file(text);
    let error = read::settings(&known(), Some(file.path()), variables(pairs)).expect_err("wrong settings");
    let name = file.path().display().to_string();
    let line = |problem: &Problem| match problem.place {
        Place::File { line, .. } => line.unwrap_or(0),
        Place::BuiltIn | Place::Variable(_) | Place::Option(_) => 0,
    };
    error.0.iter().map(|problem| (problem.to_string().replace(&name, "FILE"), line(problem))).collect()
}

#[test]
fn the_defaults() {
    let settings = Settings::built_in().expect("the built-in settings");
    let server = &settings.server;
    assert_eq!(server.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(server.admin_bind, None);
    assert!(server.workers >= 1);
    for limit in [server.head_timeout, server.body_timeout] {
        assert!(limit > Duration::from_secs(5) && limit < Duration::from_secs(10), "slow clients are cut within 10 s");
    }
    assert_eq!(server.request_timeout, Duration::from_secs(30));
    assert_eq!(server.drain_delay, Duration::ZERO);
    assert_eq!(server.shutdown_timeout, Duration::from_secs(30));
    assert_eq!(settings.database.url.to_string(), "sqlite://data/diglot.db");
    assert_eq!(settings.bcrypt_cost, Cost::new(12).expect("a cost"));
    let roles: Vec<&str> = settings.roles.names().map(|name| name.as_str()).collect();
    assert_eq!(roles, ["admin", "developer", "operator", "viewer", "user"]);
    assert_eq!((settings.cors.origins, settings.cors.max_age), (Origins::None, Duration::from_secs(3_600)));
    assert!(settings.dialects.shared);
    let prefixes = settings.dialects.served.iter().all(|mounting| mounting.prefix == format!("/{}", mounting.name));
    assert!(prefixes && settings.dialects.served.len() == crate::dialects::DIALECTS.len());
}

#[test]
fn a_file_beats_the_defaults_and_a_variable_beats_the_file() {
    let text = "[server]\nbind = \"127.0.0.1:1\"\nhead_timeout = \"250ms\"\n[log]\nformat = \"json\"";
    let settings = load(text, &[("DIGLOT_SERVER__BIND", "[::1]:2"), ("HOME", "/x")]).expect("good");
    assert_eq!(settings.server.bind.to_string(), "[::1]:2");
    assert_eq!(settings.server.head_timeout, Duration::from_millis(250));
    assert_eq!(settings.log.format, LogFormat::Json);
}

#[test]
fn variables_of_every_type() {
    let pairs = [
        ("DIGLOT_DIALECTS__MAISA__HOSTS", "api.maisa.example, Maisa.example:8443,"),
        ("DIGLOT_DIALECTS__SHARED", "false"),
        ("DIGLOT_SERVER__WORKERS", "3"),
        ("DIGLOT_SERVER__ADMIN_BIND", "127.0.0.1:9"),
        ("DIGLOT_CONFIG", "elsewhere"),
    ];
    let settings = load("", &pairs).expect("good");
    assert_eq!(settings.dialects.served[1].hosts.len(), 2);
    assert!(settings.dialects.served[1].hosts[1].is("maisa.example:8443"));
    assert!(!settings.dialects.shared);
    assert_eq!(settings.server.workers, 3);
    assert_eq!(settings.server.admin_bind, Some("127.0.0.1:9".parse().expect("an address")));
}

#[test]
fn unknown_keys_are_all_named_with_their_place() {
    let text = "top = 1\n[server]\nprot = 80\n[dialects.mechamental]\nhost = []\n[dialects.klingon]\n[[roles]]\nname = \"a\"\n\
                permissions = []\nrank = 1";
    let mut found = problems(
        text,
        &[("DIGLOT_SERVER__BNID", "x"), ("DIGLOT_BIND", "x"), ("DIGLOT_LOG__FORMAT__X", "x"), ("DIGLOT_TEST_PG", "x")],
    );
    found.sort();
    let starts = [
        "bind (variable DIGLOT_BIND): is not known",
        "dialects.klingon (FILE): is not known; [dialects] has default, maisa, mechamental, shared",
        "dialects.mechamental.host (FILE): is not known; [dialects.mechamental] has brownouts, deprecated, enabled, exempt, hosts, ",
        "log.format.x (variable DIGLOT_LOG__FORMAT__X): is not known",
        "roles[0].rank (FILE): is not known",
        "server.bnid (variable DIGLOT_SERVER__BNID): is not known",
        "server.prot (FILE): is not known",
        "test_pg (variable DIGLOT_TEST_PG): is not known",
        "top (FILE): is not known",
    ];
    let found: Vec<String> = found.iter().map(|problem| problem.replace("(file FILE)", "(FILE)")).collect();
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (problem, start) in found.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn wrong_types_are_named_and_never_shown() {
    let text = "[server]\nbind = 8080\nworkers = \"secret\"\n[dialects]\nshared = \"secret\"\n[dialects.maisa]\nhosts = \"secret\"\n\
                [passwords]\nbcrypt_cost = -1\n[log]\nformat = [\"secret\"]";
    let found =
        problems(text, &[("DIGLOT_SERVER__WORKERS", "secret"), ("DIGLOT_DATABASE", "x"), ("DIGLOT_ROLES", "secret")]);
    assert_eq!(found.len(), 9, "{found:#?}");
    for expected in [
        "server.bind (file FILE): must be text",
        "server.workers (file FILE): must be a whole number, not negative",
        "server.workers (variable DIGLOT_SERVER__WORKERS): must be a whole number, not negative",
        "dialects.shared (file FILE): must be true or false",
        "dialects.maisa.hosts (file FILE): must be a list",
        "passwords.bcrypt_cost (file FILE): must be a whole number, not negative",
        "log.format (file FILE): must be text",
        "database (variable DIGLOT_DATABASE): can be set in a file only",
        "roles (variable DIGLOT_ROLES): can be set in a file only",
    ] {
        assert!(found.iter().any(|problem| problem == expected), "{expected} is not in {found:#?}");
    }
}

#[test]
fn wrong_values_are_named_and_never_shown() {
    let text = "[server]\nbind = \"secret\"\nhead_timeout = \"0s\"\n[database]\nreaders = 99999\n[dialects]\ndefault = \"secret\"\n\
                [passwords]\nbcrypt_cost = 15\n[log]\nformat = \"secret\"\n[[roles]]\nname = \"admin\"\npermissions = [\"secret\"]";
    let found = problems(
        text,
        &[("DIGLOT_DATABASE__URL", "mysql://root:secret@host/x"), ("DIGLOT_SERVER__ADMIN_BIND", "secret")],
    );
    let starts = [
        "server.bind (file FILE): must be an IP address and a port",
        "server.admin_bind (variable DIGLOT_SERVER__ADMIN_BIND): must be an IP address and a port",
        "server.head_timeout (file FILE): must be a time",
        "database.url (variable DIGLOT_DATABASE__URL): ",
        "database.readers (file FILE): must be a number from 0 to 1024",
        "dialects.default (file FILE): must be a dialect that is served: mechamental, maisa",
        "passwords.bcrypt_cost (file FILE): must be a number from",
        "roles[0].permissions[0] (file FILE): must be a permission",
        "log.format (file FILE): must be \"text\" or \"json\"",
    ];
    for start in starts {
        assert!(found.iter().any(|problem| problem.starts_with(start)), "{start} is not in {found:#?}");
    }
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    assert!(!found.concat().contains("secret"), "{found:#?}");
}

#[test]
fn the_listeners_have_an_address_each() {
    let both = |address| format!("[server]\nbind = \"{address}\"\nadmin_bind = \"{address}\"");
    let found = problems(&both("127.0.0.1:9"), &[]);
    assert_eq!(found, ["server.admin_bind (file FILE): must differ from server.bind"]);
    assert!(load(&both("127.0.0.1:0"), &[]).is_ok(), "port 0 stands for any");
}

#[test]
fn roles_are_whole_and_each_stands_once() {
    let one = "name = \"a\"\npermissions = [\"users:read\"]";
    for (text, expected) in [
        ("roles = []".to_owned(), vec!["roles (file FILE): must be a list of one role at least"]),
        ("roles = [\"admin\"]".to_owned(), vec!["roles[0] (file FILE): must be a section"]),
        ("[roles]".to_owned(), vec!["roles (file FILE): must be a list"]),
        ("[[roles]]\nname = \"a\"".to_owned(), vec!["roles[0].permissions (file FILE): is missing"]),
        (
            format!("[[roles]]\n{one}\n[[roles]]"),
            vec!["roles[1].name (file FILE): is missing", "roles[1].permissions (file FILE): is missing"],
        ),
        (
            format!("[[roles]]\n{one}\n[[roles]]\nname = \"b\"\npermissions = []\n[[roles]]\n{one}"),
            vec!["roles[2].name (file FILE): is the name of roles[0] already"],
        ),
        ("[[roles]]\nname = \"\"\npermissions = []".to_owned(), vec!["roles[0].name (file FILE): must not be empty"]),
        (
            "[[roles]]\nname = \"a\"\npermissions = [\"users:read\", \"Users\", \":\"]".to_owned(),
            vec![
                "roles[0].permissions[1] (file FILE): must be a permission, such as users:read",
                "roles[0].permissions[2] (file FILE): must be a permission, such as users:read",
            ],
        ),
        (
            "[[roles]]\nname = \"a\"\npermissions = \"users:read\"".to_owned(),
            vec!["roles[0].permissions (file FILE): must be a list"],
        ),
    ] {
        assert_eq!(problems(&text, &[]), expected, "{text}");
    }
}

#[test]
fn a_broken_file_is_named_without_its_text() {
    for text in
        ["[database]\nurl = postgres://root:secret@host/db", "secret", "[a\nsecret = 1", "a = 1\na = \"secret\""]
    {
        let found = problems(text, &[]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("file FILE: is no TOML at column "), "{found:?}");
        assert!(!found[0].contains("secret"), "{found:?}");
    }
    let missing = Settings::load(Some(Path::new("/nowhere/diglot.toml")), variables(&[])).expect_err("no file");
    assert!(missing.to_string().contains("file /nowhere/diglot.toml: cannot be read"));
}

#[test]
fn clashes_between_dialects() {
    let text = "[dialects.mechamental]\nhosts = [\"API.example\"]\nprefix = \"/x\"\n[dialects.maisa]\nhosts = [\"api.example\"]\nprefix = \"/x\"";
    let found = problems(text, &[]);
    assert_eq!(
        found,
        [
            "dialects.maisa.hosts (file FILE): has a host of dialects.mechamental.hosts (file FILE, line 2)",
            "dialects.maisa.prefix (file FILE): is the same as dialects.mechamental.prefix (file FILE, line 3)",
        ]
    );
}

#[test]
fn bad_prefixes_and_hosts() {
    for prefix in [
        "x",
        "/",
        "/x/",
        "//x",
        "/a b",
        "/v1",
        "/v1/x",
        "/healthz",
        "/readyz",
        "/docs",
        "/openapi/x",
        "/activate",
        "/activate/x",
        "/.",
        "/a/../b",
        "/%41",
    ] {
        let found = problems(&format!("[dialects.maisa]\nprefix = \"{prefix}\""), &[]);
        assert!(
            found.len() == 1 && found[0].starts_with("dialects.maisa.prefix (file FILE): must"),
            "{prefix}: {found:?}"
        );
    }
    for prefix in ["", "/x", "/x/y", "/v1x", "/V1", "/a.b-c_d~"] {
        assert!(load(&format!("[dialects.maisa]\nprefix = \"{prefix}\""), &[]).is_ok(), "{prefix}");
    }
    for host in ["", "http://a", "a/b", "a:", "a:x", "a:0", "a:70000", "[::1", "a b"] {
        let found = problems(&format!("[dialects.maisa]\nhosts = [\"{host}\"]"), &[]);
        assert!(
            found.len() == 1 && found[0].starts_with("dialects.maisa.hosts[0] (file FILE): must"),
            "{host}: {found:?}"
        );
    }
    for host in ["a", "a.b:80", "[::1]", "[::1]:80", "127.0.0.1"] {
        assert!(load(&format!("[dialects.maisa]\nhosts = [\"{host}\"]"), &[]).is_ok(), "{host}");
    }
}

#[test]
fn a_dialect_can_be_switched_off_but_not_all_and_not_the_default() {
    let settings = load("[dialects.maisa]\nenabled = false", &[]).expect("good");
    assert_eq!(settings.dialects.served.len(), 1);
    let found = problems("[dialects.mechamental]\nenabled = false", &[]);
    assert!(found[0].starts_with("dialects.default"), "{found:?}");
    let found = problems("[dialects.mechamental]\nenabled = false\n[dialects.maisa]\nenabled = false", &[]);
    assert!(found[0].starts_with("dialects (file FILE): one dialect must be enabled"), "{found:?}");
}

#[test]
fn a_program_with_other_dialects_has_settings_for_them() {
    let settings = read::settings(
        &[Known { name: "plain", routes: &[] }],
        None,
        variables(&[("DIGLOT_DIALECTS__PLAIN__PREFIX", "/p")]),
    )
    .expect("good");
    assert_eq!(settings.dialects.default, "plain");
    assert_eq!(settings.dialects.served[0].prefix, "/p");
    let error = read::settings(
        &[Known { name: "plain", routes: &[] }],
        None,
        variables(&[("DIGLOT_DIALECTS__MAISA__PREFIX", "/p")]),
    );
    assert!(error.is_err());
}

#[cfg(feature = "postgres")]
#[test]
fn replicas_are_servers_of_a_server() {
    let settings = Settings::built_in().expect("good").database.replicas;
    assert_eq!((settings.urls.len(), settings.staleness), (0, Duration::from_secs(1)));
    let two = "postgres://u:secret@a/db,postgres://b/db";
    let settings = [("DIGLOT_DATABASE__URL", "postgres://p,q/db"), ("DIGLOT_DATABASE__REPLICA_URLS", two)];
    let replicas = load("[database]\nreplica_staleness = \"5m\"", &settings).expect("good").database.replicas;
    assert_eq!(
        replicas.urls.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["postgres://u@a/db", "postgres://b/db"]
    );
    assert_eq!(replicas.staleness, Duration::from_secs(300));

    let text = "[database]\nreplica_staleness = \"499ms\"\nreplica_urls = [\"postgres://a/db\", \"sqlite://a.db\", \
                \"postgres://u:secr@t@a/db\", \"postgres://a,b/db\", \"postgres:///db?host=/a,/b\"]";
    let found = problems(text, &[]);
    let starts = [
        "database.replica_staleness (file FILE): must be a time from 500ms to 5m",
        "database.replica_urls (file FILE): needs a database.url that is postgres://",
        "database.replica_urls[1] (file FILE): must be postgres://",
        "database.replica_urls[2] (file FILE): the database URL must be postgres://user:password@",
        "database.replica_urls[3] (file FILE): must name one server",
        "database.replica_urls[4] (file FILE): must name one server",
    ];
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (problem, start) in found.iter().zip(starts) {
        assert!(problem.starts_with(start) && !problem.contains("secr"), "{problem}");
    }
    let again = "postgres://a/db,sqlite://b.db,nonsense,postgres://u:secret@a/db?sslmode=require,postgres://p/db";
    let found = problems("", &[("DIGLOT_DATABASE__URL", "postgres://p/db"), ("DIGLOT_DATABASE__REPLICA_URLS", again)]);
    let parts = [
        "[1] (variable DIGLOT_DATABASE__REPLICA_URLS): must be postgres://",
        "[2] (variable DIGLOT_DATABASE__REPLICA_URLS): must be postgres://",
        "[3] (variable DIGLOT_DATABASE__REPLICA_URLS): is named twice: it is database.replica_urls[0] already",
        "[4] (variable DIGLOT_DATABASE__REPLICA_URLS): is the place of database.url",
    ];
    assert_eq!(found.len(), parts.len(), "{found:#?}");
    for (problem, part) in found.iter().zip(parts) {
        assert!(problem.contains(part) && !problem.contains("sqlite") && !problem.contains("secret"), "{problem}");
    }
    let found = problems("", &[("DIGLOT_DATABASE__REPLICA_URLS", two), ("DIGLOT_DATABASE__REPLICA_STALENESS", "6m")]);
    let both = ["replica_staleness (variable", "replica_urls (variable DIGLOT_DATABASE__REPLICA_URLS)"];
    assert!(found.len() == 2 && found.iter().zip(both).all(|(problem, part)| problem.contains(part)), "{found:?}");
}

#[test]
fn origins_are_read_as_browsers_send_them() {
    let text = r#"[cors]
origins = ["https://App.Example.COM:443", "http://localhost:3000", "http://[::1]:80", "https://a.example:80", "capacitor://localhost"]
max_age = "0s""#;
    let cors = load(text, &[]).expect("good").cors;
    let origins = ["https://app.example.com", "http://localhost:3000", "http://[::1]", "https://a.example:80"];
    let origins = origins.into_iter().chain(["capacitor://localhost"]).map(str::to_owned).collect();
    assert_eq!((cors.origins, cors.max_age), (Origins::These(origins), Duration::ZERO));
    assert_eq!(load("", &[("DIGLOT_CORS__ORIGINS", " * ")]).expect("good").cors.origins, Origins::Any);
    assert_eq!(load("[cors]\norigins = [\"*\"]", &[]).expect("good").cors.origins, Origins::Any);
    assert_eq!(load("[cors]\norigins = []", &[]).expect("good").cors.origins, Origins::None);
}

#[test]
fn what_is_no_origin_is_told_with_its_place() {
    let text = "[cors]\norigins = [\"https://a.example/\", \"https://b.example\", \"b.example\"]\nmax_age = \"1\"";
    let form = "must be an origin such as https://app.example.com or http://localhost:3000, without a path";
    assert_eq!(
        problems(text, &[]),
        [
            format!("cors.origins[0] (file FILE): {form}"),
            format!("cors.origins[2] (file FILE): {form}"),
            "cors.max_age (file FILE): must be a time such as 250ms, 10s, 5m, 2h or 90d".to_owned(),
        ]
    );
    for origin in
        ["", "null", "https://", "://a", "https:/a", "1x://a", "https://a/", "https://u@a", "https://a:x", "https://*"]
    {
        let found = problems(&format!("[cors]\norigins = [\"{origin}\"]"), &[]);
        assert_eq!(found, [format!("cors.origins[0] (file FILE): {form}")], "{origin}");
    }
    let found = problems("[cors]\norigins = [\"https://a\", \"*\"]", &[]);
    assert_eq!(found, ["cors.origins (file FILE): must be * alone, or a list of origins without it"]);
}

#[test]
fn what_is_wrong_is_told_all_at_once_and_with_its_line() {
    let text = "nonsense = 1\n[server]\nbind = 1\nhead_timeout = \"soon\"\n[dialects.maisa]\nprefix = \"x\"\n\
                hosts = [\n\"a\",\n\"b c\"]\n[routes.\"maisa.delteUser\"]\nserve = \"off\"\n[routes.\"maisa.getUser\"]\n\
                serve = \"read_only\"\n[routes.maisa.listUsers]\nmax_body = \"1MiB\"\ntimeout = 1\n\
                [routes.\"klingon.getUser\"]\n[[roles]]\nname = \"a\"\npermissions = [\"x\"]\n[cors]\norigins = [\"a\"]\n";
    let mut found = placed(text, &[("DIGLOT_SERVER__WORKERS", "many")]);
    found.sort_by_key(|(_, line)| *line);
    let expected = [
        (0, "server.workers (variable DIGLOT_SERVER__WORKERS): must be a whole number"),
        (1, "nonsense (file FILE, line 1): is not known"),
        (3, "server.bind (file FILE, line 3): must be text"),
        (4, "server.head_timeout (file FILE, line 4): must be a time"),
        (6, "dialects.maisa.prefix (file FILE, line 6): must be empty or a path"),
        (9, "dialects.maisa.hosts[1] (file FILE, line 9): must be a host name"),
        (
            10,
            "routes.\"maisa.delteUser\" (file FILE, line 10): is not known; [routes.maisa] has createUser, deleteUser, ",
        ),
        (13, "routes.\"maisa.getUser\".serve (file FILE, line 13): must be \"on\", \"off\" or \"gone\""),
        (15, "routes.\"maisa.listUsers\".max_body (file FILE, line 15): must be a size such as"),
        (16, "routes.\"maisa.listUsers\".timeout (file FILE, line 16): must be text"),
        (17, "routes.klingon (file FILE, line 17): is not known; [routes] has maisa, mechamental"),
        (20, "roles[0].permissions[0] (file FILE, line 20): must be a permission"),
        (22, "cors.origins[0] (file FILE, line 22): must be an origin"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((problem, line), (place, start)) in found.iter().zip(expected) {
        assert!(problem.starts_with(start), "{problem}");
        assert_eq!(*line, place, "{problem}");
    }
    assert!(found[6].0.ends_with("; perhaps deleteUser is meant"), "{}", found[6].0);
}

/// `state max_body timeout`, each with its key, of an operation.
fn told(settings: &Settings, name: &str) -> String {
    let found = settings.routes.get(name).expect("an operation");
    let (state, body, timeout) = (&found.state, &found.max_body, &found.timeout);
    let (body, seconds) = (size::text(body.value), timeout.value.as_secs());
    format!("{} {} {body} {} {seconds} {}", state.value.as_str(), state.key, found.max_body.key, timeout.key)
}

#[test]
fn operations_are_deployed_as_the_closest_section_says() {
    let settings = Settings::built_in().expect("good");
    assert_eq!(settings.routes.iter().count(), 16);
    assert!(settings.routes.iter().all(|route| route.state.value == State::On && route.state.place == Place::BuiltIn));
    assert_eq!(
        told(&settings, "maisa.getUser"),
        "on dialects.maisa.serve 256KiB dialects.maisa.max_body 30 server.request_timeout"
    );
    let text = "[server]\nrequest_timeout = \"20s\"\n[dialects.mechamental]\nserve = \"read_only\"\nmax_body = \"64KiB\"\n\
                timeout = \"5s\"\n[routes.\"mechamental.deleteUser\"]\nserve = \"gone\"\n[routes.mechamental.createUser]\n\
                serve = \"on\"\nmax_body = \"2KiB\"\ntimeout = \"\"\n[dialects.maisa]\nenabled = false\n";
    let settings = load(text, &[("DIGLOT_ROUTES__MECHAMENTAL__GETCURRENTUSER__SERVE", "off")]).expect("good");
    for (name, expected) in [
        (
            "mechamental.listUsers",
            "on dialects.mechamental.serve 64KiB dialects.mechamental.max_body 5 dialects.mechamental.timeout",
        ),
        (
            "mechamental.updateUser",
            "read_only dialects.mechamental.serve 64KiB dialects.mechamental.max_body 5 dialects.mechamental.timeout",
        ),
        (
            "mechamental.deleteUser",
            "gone routes.mechamental.deleteUser.serve 64KiB dialects.mechamental.max_body 5 dialects.mechamental.timeout",
        ),
        (
            "mechamental.createUser",
            "on routes.mechamental.createUser.serve 2KiB routes.mechamental.createUser.max_body 20 server.request_timeout",
        ),
        (
            "mechamental.getCurrentUser",
            "off routes.mechamental.getCurrentUser.serve 64KiB dialects.mechamental.max_body 5 dialects.mechamental.timeout",
        ),
        ("maisa.getUser", "disabled dialects.maisa.enabled 256KiB dialects.maisa.max_body 20 server.request_timeout"),
    ] {
        assert_eq!(told(&settings, name), expected, "{name}");
    }
    let place = |name: &str| settings.routes.get(name).expect("an operation").state.place.to_string();
    assert!(place("mechamental.deleteUser").ends_with(", line 8"), "{}", place("mechamental.deleteUser"));
    assert_eq!(place("mechamental.getCurrentUser"), "variable DIGLOT_ROUTES__MECHAMENTAL__GETCURRENTUSER__SERVE");
}

#[test]
fn a_process_may_serve_a_part_only() {
    let text = "[routes.\"maisa.deleteUser\"]\nserve = \"off\"\n[routes.\"maisa.updateUser\"]\nserve = \"gone\"\n";
    let settings = load(text, &[]).expect("good");
    let patterns = ["maisa.listUsers".to_owned(), "maisa.deleteUser".to_owned()];
    let only = Only::parse(&patterns, &settings.routes.names()).expect("good");
    let settings = settings.narrowed(only);
    let state = |name: &str| settings.routes.get(name).expect("an operation").state.value;
    assert_eq!(state("maisa.listUsers"), State::On);
    assert_eq!(state("maisa.deleteUser"), State::Off);
    assert_eq!(state("maisa.updateUser"), State::Elsewhere);
    assert_eq!(state("mechamental.getUser"), State::Elsewhere);
}

#[test]
fn dates_limits_and_who_is_spared_are_of_the_route_or_of_its_dialect() {
    let text = "[dialects.mechamental]\nrate_limit = \"100/min\"\ndeprecated = 2027-01-01\nsunset = \"2027-06-30\"\n\
                brownouts = [{ at = \"2027-05-01\", for = \"15m\" }]\nexempt = []\n\
                [routes.\"mechamental.getUser\"]\nrate_limit = \"\"\nsunset = \"2027-12-31T12:00:00+01:00\"\n\
                successor = \"maisa.getUser\"\nbrownouts = []\n";
    let settings = load(text, &[]).expect("good");
    let rate = |name: &str| settings.routes.get(name).expect("it").rate_limit.value.map(|rate| rate.text());
    assert_eq!(rate("mechamental.listUsers").as_deref(), Some("100/min"));
    assert_eq!((rate("mechamental.getUser"), rate("maisa.getUser")), (None, None));
    let common = settings.routes.get("mechamental.listUsers").expect("it").calendar();
    assert_eq!((common.brownouts.len(), common.successor.is_some()), (1, false));
    let own = settings.routes.get("mechamental.getUser").expect("it").calendar();
    assert_eq!(own.deprecated, common.deprecated);
    assert!(own.sunset > common.sunset && own.brownouts.is_empty());
    assert_eq!(own.successor, Some(Successor::Operation("maisa.getUser".to_owned())));
}

#[test]
fn nothing_goes_before_it_is_deprecated() {
    let text = "[dialects.maisa]\ndeprecated = \"2027-06-01\"\nsunset = \"2027-05-01\"\n\
                [dialects.mechamental]\ndeprecated = \"2027-06-01\"\n\
                [routes.\"mechamental.getUser\"]\nsunset = \"2027-05-31\"\n\
                [routes.\"mechamental.listUsers\"]\ndeprecated = \"2027-01-01\"\nsunset = \"2027-01-01\"\n";
    assert_eq!(
        placed(text, &[]),
        [
            (
                "dialects.maisa.sunset (file FILE, line 3): is before the deprecation in dialects.maisa.deprecated \
                 (file FILE, line 2)"
                    .to_owned(),
                3
            ),
            (
                "routes.\"mechamental.getUser\".sunset (file FILE, line 7): is before the deprecation in \
                 dialects.mechamental.deprecated (file FILE, line 5)"
                    .to_owned(),
                7
            ),
        ]
    );
}

#[test]
fn a_dialect_and_all_its_routes_can_be_reached() {
    let nowhere = "[dialects.maisa]\nprefix = \"\"\nshared = false\n";
    let found = problems(nowhere, &[]);
    assert_eq!(
        found,
        ["dialects.maisa (file FILE): cannot be reached: it has no hosts, no prefix, and no part in the shared mount"]
    );
    let elsewhere = [("DIGLOT_DIALECTS__MAISA__HOSTS", "maisa.example")];
    assert!(load(nowhere, &elsewhere).is_ok(), "a host is enough");
    let found = problems("[dialects]\nshared = false\n[dialects.maisa]\nprefix = \"\"\n", &[]);
    assert_eq!(found.len(), 1, "{found:?}");

    let nested = |outer: &str, inner: &str| {
        format!("[dialects.mechamental]\nprefix = \"{outer}\"\n[dialects.maisa]\nprefix = \"{inner}\"\n")
    };
    for (outer, inner, hidden) in [
        (
            "/a",
            "/a/v1",
            "listUsers, createUser, getCurrentUser, getUser, updateUser, deleteUser, updateMyPreferences, login, logout, getAuthConfig, forgotPassword",
        ),
        ("/a", "/a/v1/users/me", "getCurrentUser, getUser, updateUser, deleteUser, updateMyPreferences"),
        ("/a", "/a/v1/users/x", "getUser, updateUser, deleteUser"),
    ] {
        let expected = format!(
            "dialects.maisa.prefix (file FILE): lies within dialects.mechamental.prefix and hides paths of its {hidden}"
        );
        assert_eq!(problems(&nested(outer, inner), &[]), [expected]);
    }
    for (outer, inner) in [("/a", "/a/b"), ("/a", "/a/v2"), ("/a", "/a/v1x"), ("/a", "/a/v1/users/me/preferences/x")] {
        assert!(load(&nested(outer, inner), &[]).is_ok(), "{outer} {inner}");
    }
}

#[test]
fn a_dialect_can_stay_away_from_the_shared_mount_but_not_the_default_alone() {
    let settings = load("[dialects.maisa]\nshared = false", &[]).expect("good").dialects;
    assert!(settings.shared && settings.served[0].shared && !settings.served[1].shared);
    let found = problems("[dialects.mechamental]\nshared = false", &[]);
    assert_eq!(found, ["dialects.default (the built-in settings): must take part in the shared mount, as maisa does"]);
    let none = load("[dialects.mechamental]\nshared = false\n[dialects.maisa]\nshared = false", &[]).expect("good");
    assert!(!none.dialects.shared, "nobody is there");
}
