use std::sync::Arc;

use super::*;
use crate::json::FreeObject;
use crate::password::PasswordHash;
use crate::ports::Store;
use crate::service::tests::house::policy;
use crate::testing::{MemoryStore, TestEnvironment};
use crate::user::{Status, User};
use crate::workspace::Workspace;
use crate::{Operator, OperatorError, Timestamp, UserError, UserId};

const RESEARCH: &str = "00000001-0000-7000-9000-000000000000";
const SALES: &str = "00000002-0000-7000-9000-000000000000";
const NOWHERE: &str = "00000009-0000-7000-9000-000000000000";
const HASH: &str = "$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234";

struct Desk {
    store: Arc<MemoryStore>,
    operator: Operator<MemoryStore>,
}

fn id(text: &str) -> WorkspaceId {
    WorkspaceId::parse(text).unwrap()
}

fn desk() -> Desk {
    let store = Arc::new(MemoryStore::new());
    for name in [RESEARCH, SALES] {
        let created_at = Timestamp::from_micros(0).unwrap();
        let workspace = Workspace { id: id(name), name: "A workspace".to_owned(), created_at };
        store.write(move |tx| tx.insert_workspace(&workspace)).unwrap();
    }
    let operator = Operator::new(store.clone(), Arc::new(policy()), TestEnvironment::new().ports());
    Desk { store, operator }
}

fn file() -> FileIdentity {
    FileIdentity { length: 7, beginning: "ab".to_owned() }
}

impl Desk {
    fn reader(&self) -> Reader {
        self.operator.import_reader(None).unwrap()
    }

    fn read(&self, line: &str) -> Result<Candidate, Vec<String>> {
        let texts = |refusal: Refusal| refusal.problems.iter().map(Problem::to_string).collect();
        self.reader().read(1, line.as_bytes()).map_err(texts)
    }

    fn user(&self, line: &str) -> User {
        self.read(line).unwrap_or_else(|problems| panic!("{line}: {problems:?}")).enrolment.user
    }

    fn problems(&self, line: &str) -> Vec<String> {
        self.read(line).err().unwrap_or_default()
    }

    fn batch(&self, lines: &[&str], behind: u64) -> Batch {
        let mut batch = Batch { lines: behind + lines.len() as u64, offset: 1, ..Batch::default() };
        for (line, number) in lines.iter().zip(behind + 1..) {
            match self.reader().read(number, line.as_bytes()) {
                Ok(candidate) => batch.candidates.push(candidate),
                Err(refusal) => batch.refusals.push(refusal),
            }
        }
        batch
    }

    /// Adds lines; what is said of those that are refused.
    fn add(&self, lines: &[&str]) -> Vec<String> {
        told(&self.operator.import(None, &Note::default(), self.batch(lines, 0)).unwrap())
    }

    fn named(&self, email: &str) -> Option<String> {
        let user = self.store.read(|reads| reads.user_by_email_key(email)).unwrap();
        user.map(|user| user.username.as_str().to_owned())
    }
}

fn told(note: &Note) -> Vec<String> {
    let of = |refusal: &Refusal| {
        refusal.problems.iter().map(|problem| format!("{} {problem}", refusal.line)).collect::<Vec<_>>()
    };
    note.last.iter().flat_map(of).collect()
}

#[test]
fn every_field_is_kept() {
    let desk = desk();
    let line = format!(
        r#"{{"user_id":"0190AAAA-0000-7000-8000-000000000001","email":"Ada@Example.COM","username":"ada","full_name":"Ada L",
        "auth_provider":"oidc","status":"suspended","is_verified":true,"roles":["user","admin"],"department":"Engines",
        "avatar_url":"https://example.com/a.png","bio":"Notes","timezone":"Europe/London","locale":"en-GB","preferences":{{"a":1.50}},
        "settings":{{"b":[]}},"metadata":{{"c":null}},"created_at":"2025-01-02T04:04:05.6789012+01:00","updated_at":"2025-01-03T00:00:00Z",
        "last_login":"2025-01-04T00:00:00.5Z","default_workspace_id":"{SALES}","workspaces":["{RESEARCH}","{RESEARCH}"],
        "password_hash":"{HASH}"}}"#
    );
    let Enrolment { user, password, workspaces } = desk.read(&line).unwrap().enrolment;
    assert_eq!((user.id.as_str(), user.revision), ("0190aaaa-0000-7000-8000-000000000001", 1));
    assert_eq!((user.email.as_str(), user.username.as_str()), ("Ada@example.com", "ada"));
    assert_eq!(user.full_name.unwrap().as_str(), "Ada L");
    assert_eq!((user.auth_provider.as_deref(), user.status, user.verified), (Some("oidc"), Status::Suspended, true));
    assert_eq!(user.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(), ["admin", "user"]);
    assert_eq!((user.department.unwrap().as_str(), user.bio.unwrap().as_str()), ("Engines", "Notes"));
    assert_eq!(user.avatar_url.unwrap().as_str(), "https://example.com/a.png");
    assert_eq!((user.timezone.unwrap().as_str(), user.locale.unwrap().as_str()), ("Europe/London", "en-GB"));
    assert_eq!((user.preferences.as_str(), user.settings.as_str()), (r#"{"a":1.50}"#, r#"{"b":[]}"#));
    assert_eq!(user.metadata.as_str(), r#"{"c":null}"#);
    assert_eq!(user.created_at.micros(), 1_735_787_045_678_901);
    assert_eq!(user.updated_at.micros(), 1_735_862_400_000_000);
    assert_eq!(user.last_login.unwrap().micros(), 1_735_948_800_500_000);
    assert_eq!(user.default_workspace, Some(id(SALES)));
    assert_eq!(workspaces, [id(RESEARCH), id(SALES)]);
    assert_eq!(password.unwrap().as_str(), HASH);
}

#[test]
fn what_is_absent_or_null_has_its_default() {
    let desk = desk();
    let nulls = r#"{"email":"lin@example.com","user_id":null,"username":null,"full_name":null,"status":null,"is_active":null,
        "is_verified":null,"roles":null,"department":null,"avatar_url":null,"bio":null,"timezone":null,"locale":null,"preferences":null,
        "settings":null,"metadata":null,"created_at":null,"updated_at":null,"last_login":null,"workspaces":null,"password_hash":null}"#;
    for line in [r#"{"email":"lin@example.com"}"#, nulls] {
        let Candidate { enrolment, is_named, .. } = desk.read(line).unwrap();
        let user = enrolment.user;
        assert!(!is_named);
        assert_eq!((user.username.as_str(), user.status, user.verified), ("lin", Status::Active, false));
        assert_eq!(user.roles, policy().default_roles());
        assert_eq!(user.auth_provider.as_deref(), Some("local"));
        assert_eq!((user.created_at, user.updated_at, user.last_login), (user.created_at, user.created_at, None));
        assert_eq!(user.created_at.micros(), 1_767_323_045_000_006, "the clock's");
        assert_eq!(
            (user.preferences, user.settings, user.metadata),
            (FreeObject::empty(), FreeObject::empty(), FreeObject::empty())
        );
        assert_eq!((user.default_workspace, enrolment.workspaces, enrolment.password), (None, vec![], None));
        assert!(
            user.full_name.is_none() && user.department.is_none() && user.avatar_url.is_none() && user.bio.is_none()
        );
        assert!(user.timezone.is_none() && user.locale.is_none());
    }
    assert_eq!(desk.user(r#"{"email":"a@example.com","auth_provider":null}"#).auth_provider, None);
    assert_eq!(desk.user(r#"{"email":"a@example.com","department":""}"#).department, None);
    let one_time = |name: &str| desk.user(&format!(r#"{{"email":"a@example.com","{name}":"2020-01-01T00:00:00Z"}}"#));
    for user in [one_time("created_at"), one_time("updated_at")] {
        assert_eq!(
            (user.created_at.micros(), user.updated_at.micros()),
            (1_577_836_800_000_000, 1_577_836_800_000_000)
        );
    }
}

#[test]
fn a_status_and_is_active_say_the_same() {
    let desk = desk();
    let said = |members: &str| desk.read(&format!(r#"{{"email":"a@example.com"{members}}}"#));
    for (members, status) in [
        (r#","is_active":true"#, Status::Active),
        (r#","is_active":false"#, Status::Inactive),
        (r#","status":"pending""#, Status::Pending),
        (r#","status":"suspended","is_active":false"#, Status::Suspended),
        (r#","status":"active","is_active":true"#, Status::Active),
    ] {
        assert_eq!(said(members).unwrap().enrolment.user.status, status, "{members}");
    }
    for members in [r#","status":"active","is_active":false"#, r#","status":"pending","is_active":true"#] {
        assert_eq!(said(members).unwrap_err(), ["is_active: contradicts the status"], "{members}");
    }
}

#[test]
fn a_default_workspace_is_joined() {
    let desk = desk();
    let research = desk.operator.import_reader(Some(RESEARCH)).unwrap();
    assert_eq!(desk.operator.import_reader(Some(NOWHERE)).err(), Some(UserError::no_workspace(NOWHERE)));
    let of = |reader: &Reader, members: &str| {
        let line = format!(r#"{{"email":"a@example.com"{members}}}"#);
        let enrolment = reader.read(1, line.as_bytes()).unwrap().enrolment;
        (enrolment.workspaces, enrolment.user.default_workspace)
    };
    let listed = format!(r#","workspaces":["{SALES}","{RESEARCH}"]"#);
    let none = format!(r#"{listed},"default_workspace_id":null"#);
    let default = format!(r#","default_workspace_id":"{SALES}""#);
    let both = vec![id(SALES), id(RESEARCH)];
    for reader in [&desk.reader(), &research] {
        assert_eq!(of(reader, &listed), (both.clone(), Some(id(SALES))));
        assert_eq!(of(reader, &none), (both.clone(), None));
        assert_eq!(of(reader, &default), (vec![id(SALES)], Some(id(SALES))));
    }
    assert_eq!(of(&research, ""), (vec![id(RESEARCH)], Some(id(RESEARCH))));
    assert_eq!(of(&research, r#","default_workspace_id":null,"workspaces":[]"#), (vec![id(RESEARCH)], None));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_nothing_of_the_line() {
    let desk = desk();
    let long = "x".repeat(256);
    let big = "x".repeat(FreeObject::MAX_BYTES);
    let line = format!(
        r#"{{"user_id":"1","username":"{long}","full_name":1,"auth_provider":"","status":"gone","is_active":1,"is_verified":"yes",
        "roles":["admin","root",7],"department":"{long}","avatar_url":"ftp://x","bio":[],"timezone":"Mars","locale":"_","preferences":[],
        "settings":{{"a":"{big}"}},"metadata":"x","created_at":"2025-01-01T00:00:00","updated_at":1,"last_login":"never",
        "default_workspace_id":"x","workspaces":["{SALES}","y"],"password_hash":"secret","password":"secret","a\u001bb":1}}"#
    );
    let problems = desk.problems(&line);
    let fields: Vec<&str> = problems.iter().map(|problem| problem.split(": ").next().unwrap()).collect();
    assert_eq!(
        fields,
        [
            "user_id",
            "email",
            "username",
            "full_name",
            "auth_provider",
            "is_active",
            "status",
            "is_verified",
            "roles[1]",
            "roles[2]",
            "department",
            "avatar_url",
            "bio",
            "timezone",
            "locale",
            "preferences",
            "settings",
            "metadata",
            "created_at",
            "updated_at",
            "last_login",
            "default_workspace_id",
            "workspaces[1]",
            "password_hash",
            "password",
            "a\\u{1b}b",
        ]
    );
    let all = problems.join("\n");
    for rule in [
        "user_id: must be a UUID",
        "email: is missing",
        "username: must have at most 255 characters",
        "full_name: must be a string",
        "status: must be one of active, inactive, pending, suspended",
        "is_verified: must be true or false",
        "roles[1]: must be one of admin, developer, manager, user, guest",
        "roles[2]: must be a string",
        "preferences: must be an object",
        "settings: must have at most 262144 bytes",
        "created_at: must be a time as in RFC 3339, such as 2026-01-02T03:04:05.678901Z",
        "workspaces[1]: must be a UUID",
        "password_hash: must be a bcrypt hash ($2a$, $2b$ or $2y$) of a cost from 04 to 14",
        "password: is not known",
    ] {
        assert!(problems.iter().any(|problem| problem == rule), "{rule}\n{all}");
    }
    assert!(!all.contains("secret") && !all.contains("root") && !all.contains('\u{1b}'), "{all}");
    for (value, rule) in [("[]", "roles: must not be empty"), (r#""user""#, "roles: must be a list")] {
        assert_eq!(desk.problems(&format!(r#"{{"email":"a@example.com","roles":{value}}}"#)), [rule]);
    }
    for value in ["null", "1", r#""nobody""#, r#""@""#] {
        assert_eq!(desk.problems(&format!(r#"{{"email":{value}}}"#)).len(), 1, "{value}");
    }
    let named = desk.problems(&format!(r#"{{"email":"a@example.com","{long}":1,"":2}}"#));
    assert_eq!(named, [format!("{}…: is not known", "x".repeat(64)), "\"\": is not known".to_owned()]);
}

#[test]
fn what_is_no_object_of_json_is_told() {
    let desk = desk();
    for (line, message) in [
        ("[]", "is no JSON object"),
        ("{", "is no JSON: Expecting property name enclosed in double quotes at character 1"),
        (r#"{"email":"a@example.com","email":"b@example.com"}"#, "is no JSON: Duplicate property name at character 25"),
        (r#"{"email":"a@example.com"} {}"#, "is no JSON: Extra data at character 26"),
    ] {
        assert_eq!(desk.problems(line), [message], "{line}");
    }
    let refused = desk.reader().read(4, b"{\"email\":\"\xff\"}").unwrap_err();
    assert_eq!((refused.line, refused.problems[0].to_string().as_str()), (4, "is no JSON: it is not encoded in UTF-8"));
}

#[test]
fn a_hash_has_its_form() {
    for start in ["$2a$", "$2b$", "$2y$"] {
        assert!(PasswordHash::parse(&HASH.replace("$2b$", start)).is_ok());
        assert!(PasswordHash::parse(&HASH.replace("$2b$12$", &format!("{start}14$"))).is_ok());
    }
    for (from, to) in [
        ("$2b$", "$2x$"),
        ("$12$", "$1$"),
        ("$12$", "$03$"),
        ("$12$", "$15$"),
        ("$12$", "$32$"),
        ("$12$", "$+9$"),
        ("ABC", "AB"),
        ("ABC", "AB!"),
        ("ABC", "ABCD"),
    ] {
        assert!(PasswordHash::parse(&HASH.replace(from, to)).is_err(), "{from} {to}");
    }
}

#[test]
fn a_line_that_collides_is_left_out_and_no_other() {
    let desk = desk();
    assert_eq!(
        desk.add(&[r#"{"email":"ada@example.com","username":"ada","user_id":"0190aaaa-0000-7000-8000-000000000001"}"#]),
        [""; 0]
    );
    let lines = [
        r#"{"email":"ADA@example.com","username":"one"}"#,
        r#"{"email":"two@example.com","username":"ADA"}"#,
        r#"{"email":"three@example.com","user_id":"0190aaaa-0000-7000-8000-000000000001"}"#,
        r#"{"email":"four@example.com"}"#,
        r#"{"email":"four@example.com","username":"fore"}"#,
        r#"{"email":"five@example.com","roles":[]}"#,
        &format!(r#"{{"email":"six@example.com","workspaces":["{SALES}","{NOWHERE}"]}}"#),
        r#"{"email":"seven@example.com","user_id":"0190aaaa-0000-7000-8000-000000000007"}"#,
        r#"{"email":"eight@example.com","user_id":"0190aaaa-0000-7000-8000-000000000007"}"#,
    ];
    let expected = [
        "1 email: is taken".to_owned(),
        "2 username: is taken".to_owned(),
        "3 user_id: is taken".to_owned(),
        "5 email: is taken".to_owned(),
        "6 roles: must not be empty".to_owned(),
        format!("7 workspaces: there is no workspace {NOWHERE}"),
        "9 user_id: is taken".to_owned(),
    ];
    let dry = desk.operator.try_import(&Note::default(), &desk.batch(&lines, 0), &mut Seen::default()).unwrap();
    assert_eq!((told(&dry), dry.counts), (expected.to_vec(), Counts { applied: 2, refused: 7 }));
    assert_eq!(desk.named("four@example.com"), None, "nothing is changed by a look");
    assert_eq!(desk.add(&lines), expected);
    let count = desk.store.read(|reads| reads.count_users(&crate::page::Scope::Installation, &Default::default()));
    assert_eq!(count, Ok(3));
    assert_eq!(desk.named("ada@example.com").as_deref(), Some("ada"));
}

#[test]
fn a_name_is_made_that_nobody_has() {
    let lines = [
        r#"{"email":"lin@a.example"}"#,
        r#"{"email":"x@b.example","username":"LIN-3"}"#,
        r#"{"email":"lin@b.example"}"#,
        r#"{"email":"lin@c.example"}"#,
        r#"{"email":"LIN@a.example"}"#,
        r#"{"email":"y@c.example","username":"lin-2"}"#,
    ];
    let desk = desk();
    let refused = ["5 email: is taken", "6 username: is taken"];
    let dry = desk.operator.try_import(&Note::default(), &desk.batch(&lines, 0), &mut Seen::default()).unwrap();
    assert_eq!(told(&dry), refused);
    assert_eq!(desk.add(&lines), refused);
    let named = |email| desk.named(email).unwrap();
    assert_eq!([named("lin@a.example"), named("lin@b.example"), named("lin@c.example")], ["lin", "lin-2", "lin-4"]);
}

#[test]
fn an_import_brings_password_and_memberships() {
    let desk = desk();
    let id = "0190aaaa-0000-7000-8000-000000000001";
    let line =
        format!(r#"{{"email":"a@example.com","user_id":"{id}","password_hash":"{HASH}","workspaces":["{RESEARCH}"]}}"#);
    assert_eq!(desk.add(&[&line]), [""; 0]);
    let id = UserId::parse(id).unwrap();
    assert_eq!(desk.store.password(&id).unwrap().as_str(), HASH);
    assert_eq!(desk.store.read(|reads| reads.workspaces_of(&id)), Ok(vec![self::id(RESEARCH)]));
}

#[test]
fn how_far_a_file_is_changes_with_each_batch_and_is_forgotten_at_the_end() {
    let desk = desk();
    let (file, none) = (file(), Note::default());
    assert_eq!(desk.operator.import_note(&file).unwrap(), None);
    let first = desk.batch(&[r#"{"email":"a@example.com"}"#, "x"], 0);
    let note = desk.operator.import(Some(&file), &none, first).unwrap();
    assert_eq!((note.lines, note.counts), (2, Counts { applied: 1, refused: 1 }));
    assert_eq!(desk.operator.import_note(&file).unwrap().as_ref(), Some(&note));
    let other = FileIdentity { length: 8, ..file.clone() };
    assert_eq!(desk.operator.import_note(&other).unwrap(), None);

    let second = || desk.batch(&[r#"{"email":"b@example.com"}"#, r#"{"email":"a@example.com"}"#], 2);
    let disturbed = desk.operator.import(Some(&file), &none, second());
    assert!(matches!(disturbed, Err(OperatorError::Refused(_))), "{disturbed:?}");
    assert_eq!(desk.named("b@example.com"), None);
    let done = desk.operator.import(Some(&file), &note, Batch { is_last: true, ..second() }).unwrap();
    assert_eq!((done.lines, done.counts), (4, Counts { applied: 2, refused: 2 }));
    assert_eq!(told(&done), ["4 email: is taken"]);
    assert_eq!(desk.operator.import_note(&file).unwrap(), None);
    let again = desk.operator.import(Some(&file), &note, second());
    assert!(matches!(again, Err(OperatorError::Refused(_))), "{again:?}");
}

#[test]
fn a_note_comes_back_from_its_text() {
    let problems = vec![Problem::of("email", "is \"taken\""), Problem::of_line("is no JSON")];
    let last = vec![Refusal { line: 7, problems }, Refusal { line: 9, problems: vec![] }];
    let note = Note { lines: 9, offset: u64::MAX, counts: Counts { applied: 6, refused: 3 }, last };
    assert_eq!(Note::parse(&note.text()).unwrap(), note);
    for text in ["", "{}", r#"{"version":2,"lines":0,"offset":0,"applied":0,"refused":0,"last":[]}"#] {
        assert!(matches!(Note::parse(text), Err(UserError::Internal(_))), "{text}");
    }
}
