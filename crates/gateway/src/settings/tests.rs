use std::ffi::OsString;
use std::io::Write;

use tempfile::NamedTempFile;

use super::*;

const NAMES: [&str; 2] = ["mechamental", "maisa"];

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
    read::settings(&NAMES, Some(file.path()), variables(pairs))
}

/// The problems, with FILE for the name of the file.
fn problems(text: &str, pairs: &[(&str, &str)]) -> Vec<String> {
    let file = file(text);
    let error = read::settings(&NAMES, Some(file.path()), variables(pairs)).expect_err("wrong settings");
    let name = file.path().display().to_string();
    error.0.iter().map(|problem| problem.to_string().replace(&name, "FILE")).collect()
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
        "dialects.mechamental.host (FILE): is not known; [dialects.mechamental] has enabled, hosts, prefix",
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
        assert!(found[0].starts_with("file FILE: TOML parse error at line"), "{found:?}");
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
            "dialects.maisa.prefix (file FILE): dialects.mechamental has the same prefix",
            "dialects.maisa.hosts (file FILE): dialects.mechamental has one of these hosts as well",
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
            found.len() == 1 && found[0].starts_with("dialects.maisa.hosts (file FILE): must"),
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
    let settings =
        read::settings(&["plain"], None, variables(&[("DIGLOT_DIALECTS__PLAIN__PREFIX", "/p")])).expect("good");
    assert_eq!(settings.dialects.default, "plain");
    assert_eq!(settings.dialects.served[0].prefix, "/p");
    let error = read::settings(&["plain"], None, variables(&[("DIGLOT_DIALECTS__MAISA__PREFIX", "/p")]));
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
        "database.replica_urls[1] (file FILE): must be postgres://",
        "database.replica_urls[2] (file FILE): the database URL must be postgres://user:password@",
        "database.replica_urls[3] (file FILE): must name one server",
        "database.replica_urls[4] (file FILE): must name one server",
        "database.replica_urls (file FILE): needs a database.url that is postgres://",
        "database.replica_staleness (file FILE): must be a time from 500ms to 5m",
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
    let both = ["replica_urls (variable DIGLOT_DATABASE__REPLICA_URLS)", "replica_staleness (variable"];
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
