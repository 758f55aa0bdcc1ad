//! The program as a person or a script uses it.

use super::harness::{Ended, Program};

#[test]
fn init_makes_an_installation_and_shows_its_key_once() {
    let program = Program::new();
    let first = program.run(&["init", "--json", "--email", "root@example.com"]);
    assert_eq!(first.code, 0, "{first:?}");
    let object = first.json();
    assert!(object["key"].as_str().is_some_and(|key| key.starts_with("dgl_")));
    assert!(object["workspace_id"].is_string() && object["user_id"].is_string());
    assert_eq!(object.as_object().map(|members| members.len()), Some(3));
    for again in [program.run(&["init"]), program.run(&["init", "--json"])] {
        assert_eq!(again.code, 1);
        assert!(again.error.contains("has an administrator already") && !again.text().contains("dgl_"), "{again:?}");
    }
    let key = &program.run(&["key", "list", "--json"]).json()[0];
    assert_eq!((key["workspace"].as_str(), key["user_id"].as_str()), (Some("*"), object["user_id"].as_str()));
    assert_eq!(program.run(&["check"]).code, 0);
    let deep = program.run(&["check", "--deep"]);
    assert_eq!((deep.code, deep.output.as_str()), (0, "The settings and the store are in order.\n"), "{deep:?}");
}

#[test]
fn init_if_needed_makes_an_installation_once_and_is_content_with_one() {
    let program = Program::new();
    let first = program.run(&["init", "--if-needed", "--json"]);
    assert!(first.code == 0 && first.json()["key"].is_string(), "{first:?}");
    let again = program.run(&["init", "--if-needed", "--email", "other@example.com"]);
    assert_eq!((again.code, again.error.as_str()), (0, ""));
    let hint = "for another key: diglot key create --user EMAIL --workspace '*'\n";
    assert!(again.output.ends_with(hint) && again.output.lines().count() == 1, "{again:?}");
    assert_eq!(program.run(&["init", "--if-needed", "--json"]).output, "{\"administrator\":true}\n");
    assert_eq!(program.run(&["user", "list", "--json"]).json().as_array().map(Vec::len), Some(1));
    assert_eq!(program.run(&["key", "list", "--json"]).json().as_array().map(Vec::len), Some(1));
}

#[test]
fn init_tells_people_how_to_go_on() {
    let told = Program::new().with("DIGLOT_SERVER__BIND", "0.0.0.0:4321").run(&["init"]);
    assert_eq!(told.code, 0, "{told:?}");
    let curls = told.output.lines().filter(|line| line.starts_with("curl ")).count();
    assert_eq!(curls, 2 * gateway::dialects::DIALECTS.len(), "{}", told.output);
    assert!(told.output.contains("http://127.0.0.1:4321/"), "{}", told.output);
    assert!(told.output.contains("`diglot serve`") && !told.output.contains("Host:"), "{}", told.output);
    let (_, commands) = told.output.split_once("\nexport KEY=dgl_").expect("the variables");
    assert!(commands.contains(" WORKSPACE="), "{commands}");
    let alone = |line: &&str| line.contains(" dgl_") && line.ends_with('\'') && !line.contains('$');
    assert!(told.output.lines().filter(|line| line.starts_with("curl ")).all(|line| alone(&line)), "{}", told.output);
}

#[test]
fn init_tells_where_the_settings_put_the_dialects() {
    let program = Program::new().with("DIGLOT_DIALECTS__SHARED", "false");
    program.write("my own.toml", "[dialects.maisa]\nprefix = \"\"\nhosts = [\"maisa.example\", \"other.example\"]\n");
    let told = program.run(&["init", "--config", "my own.toml"]);
    assert!(told.output.contains("`diglot serve --config 'my own.toml'`"), "{told:?}");
    let with_host = told.output.lines().filter(|line| line.starts_with("curl -H 'Host: maisa.example' ")).count();
    assert_eq!((with_host, told.output.matches("Host:").count()), (2, 2), "{told:?}");
}

#[test]
fn init_refuses_what_no_user_can_be_called() {
    let program = Program::new();
    for arguments in [["--email", "nobody"], ["--username", ""], ["--workspace-name", ""]] {
        let refused = program.run(&["init", arguments[0], arguments[1]]);
        assert_eq!(refused.code, 2, "{refused:?}");
    }
}

#[test]
fn wrong_usage_and_wrong_settings_end_with_2() {
    let program = Program::new();
    for arguments in [&["nonsense"][..], &[], &["serve", "--nonsense"], &["key", "create", "--expires-in", "soon"]] {
        assert_eq!(program.run(arguments).code, 2, "{arguments:?}");
    }
    for command in ["serve", "init", "check"] {
        let refused = Program::new().with("DIGLOT_SERVER__PROT", "secret").run(&[command]);
        assert_eq!(refused.code, 2);
        assert!(refused.error.contains("server.prot (variable DIGLOT_SERVER__PROT): is not known"), "{refused:?}");
        assert!(!refused.error.contains("secret"), "{refused:?}");
    }
    let refused = program.run(&["check", "--config", "/nowhere.toml"]);
    assert_eq!(refused.code, 2);
    assert!(refused.error.contains("file /nowhere.toml: cannot be read"), "{refused:?}");
}

#[test]
fn a_file_is_named_by_an_option_or_a_variable() {
    let program = Program::new().with("DIGLOT_CONFIG", "/nowhere.toml");
    assert_eq!(program.run(&["check"]).code, 2);
    assert_eq!(Program::new().with("DIGLOT_CONFIG", "").run(&["migrate"]).code, 0);
}

#[test]
fn the_example_for_production_is_in_order() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../config/production.example.toml");
    let text = std::fs::read_to_string(example).expect("the example");
    let is_known = |section: &&str| match section.strip_prefix("[dialects.") {
        Some(rest) => gateway::dialects::names().iter().any(|name| rest.starts_with(&format!("{name}]"))),
        None => true,
    };
    let sections: Vec<&str> = text.split("\n\n").filter(is_known).collect();
    let program = Program::new().with("DIGLOT_DATABASE__URL", "sqlite://x.db").with("DIGLOT_CONFIG", "here.toml");
    program.write("here.toml", &sections.join("\n\n"));
    let migrated = program.run(&["migrate"]);
    assert_eq!(migrated.code, 0, "{migrated:?}");
}

#[test]
fn without_a_store_the_answer_is_no() {
    let program = Program::new();
    for arguments in [&["check"][..], &["user", "list"], &["migrate", "--status"], &["key", "revoke", "x"]] {
        let refused = program.run(arguments);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.error.contains("there is no store at"), "{refused:?}");
    }
    assert_eq!(program.run(&["migrate"]).code, 0);
    assert!(program.run(&["migrate", "--status", "--json"]).json()["up_to_date"].as_bool().unwrap_or(false));
    let checked = program.run(&["check"]);
    assert_eq!(checked.code, 1);
    assert!(checked.error.contains("diglot init"), "{checked:?}");
}

#[test]
fn keys() {
    let (program, workspace, user) = Program::initialised();
    let create = |arguments: &[&str]| program.run(&[&["key", "create", "--json"], arguments].concat());
    let made =
        create(&["--workspace", &workspace, "--permission", "users:read", "--name", "probe", "--expires-in", "90d"]);
    assert_eq!(made.code, 0, "{made:?}");
    let made = made.json();
    assert_eq!(made["permissions"], serde_json::json!(["users:read"]));
    assert!(made["expires_at"].is_string() && made["key"].is_string());
    assert_eq!(create(&["--user", "admin@example.com"]).json()["user_id"], user.as_str());
    assert_eq!(create(&["--user", &user, "--workspace", "*"]).code, 0);

    for wrong in [
        &[][..],
        &["--permission", "users:read"],
        &["--workspace", "*"],
        &["--workspace", "*", "--permission", "Users"],
        &["--workspace", "*", "--permission", "users:reed"],
        &["--user", &user, "--expires-in", "0d"],
        &["--user", &user, "--name", "a\nb"],
    ] {
        assert_eq!(create(wrong).code, 2, "{wrong:?}");
    }
    for absent in [&["--user", "nobody@example.com"][..], &["--workspace", "x", "--permission", "users:read"]] {
        let refused = create(absent);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(refused.error.contains("there is no "), "{refused:?}");
    }

    let id = made["key_id"].as_str().expect("an id");
    assert_eq!(program.run(&["key", "revoke", id, "--json"]).json()["revoked"], true);
    let whole = made["key"].as_str().expect("a key");
    assert_eq!(program.run(&["key", "revoke", whole]).output, format!("{id} is revoked\n"));
    for wrong in ["nothing", &whole[..whole.len() - 1]] {
        let refused = program.run(&["key", "revoke", wrong]);
        assert!(refused.code == 1 && !refused.text().contains(wrong), "{refused:?}");
    }
    let listed = program.run(&["key", "list", "--json"]);
    assert!(!listed.output.contains("dgl_"));
    let listed = listed.json();
    assert_eq!(listed.as_array().map(Vec::len), Some(4));
    assert!(listed[1]["revoked_at"].is_string());
}

#[test]
fn a_list_tells_how_it_stands_with_each_key() {
    let (program, _, user) = Program::initialised();
    let create = |name: &str, time: &str| {
        let made = program.run(&["key", "create", "--user", &user, "--name", name, "--expires-in", time, "--json"]);
        made.json()["key_id"].as_str().expect("an id").to_owned()
    };
    let (lasting, _brief, revoked) = (create("lasting", "90d"), create("brief", "1ms"), create("gone", "1ms"));
    assert_eq!(program.run(&["key", "revoke", &revoked]).code, 0);
    let states: Vec<_> = program.run(&["key", "list", "--json"]).json().as_array().expect("a list").clone();
    let states: Vec<_> = states.iter().map(|key| key["state"].as_str().expect("a state")).collect();
    assert_eq!(states, ["active", "active", "expired", "revoked"]);

    let lines = program.run(&["key", "list"]).output;
    let rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows[0], ["id", "name", "reach", "owner", "state", "expires", "pinned", "plan"]);
    assert_eq!((rows[1][2], rows[1][4], rows[1][5]), ("*", "active", "-"));
    assert_eq!(rows[2][..5], [lasting.as_str(), "lasting", "owner", &user, "active"]);
    assert!(rows[2][5].ends_with('Z') && rows[3][4] == "expired" && rows[4][4] == "revoked", "{lines}");
}

#[test]
fn lists_begin_with_the_names_of_their_columns() {
    let (program, workspace, _) = Program::initialised();
    for (list, columns) in [
        (&["user", "list"][..], "id\temail\tusername\tstatus\troles"),
        (&["member", "list", &workspace], "id\temail\tusername\tstatus\troles"),
        (&["workspace", "list"], "id\tname"),
    ] {
        let lines = program.run(list).output;
        let rows: Vec<&str> = lines.lines().collect();
        assert_eq!((rows.len(), rows[0]), (2, columns), "{lines}");
        assert_eq!(rows[1].split('\t').count(), columns.split('\t').count(), "{lines}");
    }
}

#[test]
fn workspaces_and_members() {
    let (program, first, user) = Program::initialised();
    let second = program.run(&["workspace", "create", "Second", "--json"]).json()["workspace_id"].clone();
    let second = second.as_str().expect("an id");
    assert_eq!(program.run(&["workspace", "create", ""]).code, 2);
    assert_eq!(program.run(&["workspace", "list", "--json"]).json().as_array().map(Vec::len), Some(2));

    assert_eq!(program.run(&["member", "list", second, "--json"]).json(), serde_json::json!([]));
    assert_eq!(program.run(&["member", "add", second, "admin@example.com"]).code, 0);
    assert_eq!(program.run(&["member", "list", second, "--json"]).json()[0]["user_id"], user.as_str());
    let shown = program.run(&["user", "show", &user, "--json"]).json();
    assert_eq!(shown["workspaces"].as_array().map(Vec::len), Some(2));
    assert_eq!(program.run(&["member", "remove", second, &user]).code, 0);
    assert_eq!(program.run(&["member", "remove", second, &user]).code, 1);
    assert_eq!(program.run(&["member", "add", &first, "nobody@example.com"]).code, 1);
    assert_eq!(program.run(&["member", "list", "nowhere"]).code, 1);
}

#[test]
fn users() {
    let (program, _, user) = Program::initialised();
    assert_eq!(program.run(&["user", "list", "--json"]).json()[0]["email"], "admin@example.com");
    assert_eq!(program.run(&["user", "show", "nobody@example.com"]).code, 1);
    let last = program.run(&["user", "delete", &user]);
    assert_eq!(last.code, 1);
    assert!(last.error.contains("The last administrator must stay"), "{last:?}");

    let set = |user: &str, password: &str| program.run_with(&["user", "set-password", user, "--json"], password);
    assert_eq!(set("admin@example.com", "correct horse\n").json()["user_id"], user.as_str());
    for password in ["short", "", "tab\there!"] {
        let refused = set(&user, password);
        assert_eq!(refused.code, 2, "{refused:?}");
    }
    assert_eq!(set("nobody@example.com", "correct horse").code, 1);
    assert!(!set(&user, "unmistakable").text().contains("unmistakable"));
}

#[test]
fn a_list_whose_reader_has_gone_ends_quietly() {
    let (program, ..) = Program::initialised();
    for arguments in [&["user", "list"][..], &["key", "list", "--json"]] {
        let Ended { code, error, .. } = program.run_unread(arguments);
        assert_eq!((code, error.as_str()), (0, ""));
    }
}

#[test]
fn every_command_explains_itself() {
    let program = Program::new();
    for command in ["serve", "init", "migrate", "copy", "workspace", "member", "key", "user", "check"] {
        let help = program.run(&[command, "--help"]);
        assert_eq!(help.code, 0);
        assert!(help.output.contains("Usage: diglot") && help.output.contains("--config"), "{help:?}");
    }
}
