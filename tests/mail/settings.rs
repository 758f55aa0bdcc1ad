//! How mail is set, and what is said where it is set wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{Mood, SOON, Sink, invite, queue, town};
use crate::harness::{House, Town, eventually};

#[test]
fn mail_that_is_off_waits_and_is_not_lost() {
    let town = Town::new();
    invite(&town.server, &town.root.key);
    eventually(SOON, "it is told", || town.server.log().contains("mail is off, so messages wait").then_some(()));
    assert_eq!(town.server.log().matches("mail is off").count(), 1);
    assert_eq!(
        (queue(&town.house)[0]["state"].as_str(), queue(&town.house)[0]["attempts"].as_i64()),
        (Some("waiting"), Some(0))
    );
    eventually(SOON, "the metric says so", || (town.server.metric("diglot_mail_waiting") == 1).then_some(()));
    town.cli(&["mail", "retry", "--all"]).refused().naming("mail.transport");
    town.cli(&["mail", "test", "a@example.com"]).refused().naming("mail.transport");
    let Town { server, mut house, .. } = town;
    server.stop();
    let sink = Sink::new(Mood::Friendly);
    super::settle(&mut house, sink.address);
    let _server = house.serve();
    sink.await_mails(1, SOON);
}

#[test]
fn mails_become_files_that_nobody_else_reads() {
    let mut house = House::vacant();
    for (name, value) in [
        ("mail.transport", "file"),
        ("mail.sender", "diglot@localhost"),
        ("mail.public_url", "http://127.0.0.1:8080"),
        ("mail.folder", "post/out"),
    ] {
        house.set(name, value);
    }
    let town = Town::in_house(house);
    invite(&town.server, &town.root.key);
    let folder = town.house.path().join("post/out");
    let file = eventually(SOON, "a file", || {
        let files = fs::read_dir(&folder).ok()?.flatten().map(|entry| entry.path());
        files.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "eml"))
    });
    eventually(SOON, "nothing waits", || queue(&town.house).is_empty().then_some(()));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains("/activate?token=3D") && text.contains("multipart/alternative"), "{text}");
    let log = town.server.log();
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(log.contains(name) && log.contains("http://127.0.0.1:8080/activate"), "{log}");
    assert!(!log.contains("token"), "{log}");
}

#[test]
fn a_test_mail_tells_what_happened() {
    let sink = Sink::new(Mood::Friendly);
    let town = town(&sink);
    let told = town.cli(&["mail", "test", "me@example.com"]).done();
    assert!(told.out.contains("250 taken"), "{}", told.story());
    assert_eq!(sink.received()[0].to, ["me@example.com"]);
    for (mood, said) in [
        (Mood::Says("RCPT", "550 5.1.1 who is that?"), "5.1.1 who is that?"),
        (Mood::Says("CONNECT", "421 busy"), "421"),
        (Mood::Silent, "takes too long"),
    ] {
        sink.becomes(mood);
        town.cli(&["mail", "test", "me@example.com"]).refused().naming(said);
    }
    town.cli(&["mail", "test", "nobody"]).misused();
    assert!(queue(&town.house).is_empty());
}

/// Where a conversation is to be secret and cannot be, nothing is said.
#[test]
fn without_starttls_nothing_is_sent() {
    let sink = Sink::new(Mood::Friendly);
    let mut house = super::house(sink.address);
    house.set("mail.security", "starttls").set("mail.host", "localhost");
    house.cli(&["mail", "test", "me@example.com"]).refused().naming("beginning TLS");
    house.set("mail.security", "tls");
    house.cli(&["mail", "test", "me@example.com"]).refused().naming("connecting");
    assert!(sink.received().is_empty());
}

/// Each mistake is told with the key, and what is secret is not.
#[test]
fn mistakes_are_told() {
    let check = |pairs: &[(&str, &str)]| {
        let mut house = House::empty();
        super::settle(&mut house, "127.0.0.1:25".parse().unwrap());
        for (name, value) in pairs {
            house.set(name, value);
        }
        let told = house.cli(&["check"]).misused();
        assert!(!told.err.contains("hush"), "{}", told.story());
        told
    };
    for (pairs, key) in [
        (&[("mail.transport", "pigeon")][..], "mail.transport"),
        (&[("mail.sender", "")], "mail.sender"),
        (&[("mail.sender", "a@example.com, b@example.com")], "mail.sender"),
        (&[("mail.public_url", "")], "mail.public_url"),
        (&[("mail.public_url", "https://a.example.com/../x")], "mail.public_url"),
        (&[("mail.public_url", "http://accounts.example.com")], "mail.public_url"),
        (&[("mail.host", "")], "mail.host"),
        (&[("mail.host", "mail.example.com:587"), ("mail.security", "starttls")], "mail.host"),
        (&[("mail.host", "https://mail.example.com"), ("mail.security", "tls")], "mail.host"),
        (&[("mail.host", "mail.example.com")], "mail.security"),
        (&[("mail.port", "99999")], "mail.port"),
        (&[("mail.security", "maybe")], "mail.security"),
        (&[("mail.timeout", "11m")], "mail.timeout"),
        (&[("mail.username", "u")], "mail.password"),
        (&[("mail.password", "hush")], "mail.username"),
        (&[("mail.password_file", "/nowhere/at/all")], "mail.password_file"),
        (&[("mail.ca_file", "/nowhere/at/all")], "mail.ca_file"),
        (&[("mail.templates", "/nowhere/at/all")], "mail.templates"),
        (&[("mail.transport", "file"), ("mail.folder", "")], "mail.folder"),
    ] {
        check(pairs).naming(key);
    }
    let house = House::empty();
    let templates = house.path().join("templates");
    fs::create_dir(&templates).unwrap();
    fs::write(templates.join("activation.txt"), "Subject: A\n\n{{link}} {{user}}\n").unwrap();
    fs::write(templates.join("activation.html"), "{{link}}").unwrap();
    for (text, said) in [
        ("", "has no certificate in it"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "has no certificate in it"),
        ("-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n", "invalid"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate"),
    ] {
        let file = house.path().join("ca.pem");
        fs::write(&file, text).unwrap();
        let told = check(&[("mail.security", "tls"), ("mail.ca_file", file.to_str().unwrap())]);
        told.naming("mail.ca_file").naming(said);
    }
    let told = check(&[("mail.templates", templates.to_str().unwrap())]);
    told.naming("activation.txt, line 3: {{user}} stands for nothing");
}

#[test]
fn templates_of_a_folder_are_sent() {
    let sink = Sink::new(Mood::Friendly);
    let mut house = super::house(sink.address);
    let templates = house.path().join("templates");
    fs::create_dir(&templates).unwrap();
    fs::write(templates.join("activation.txt"), "Subject: Konto\n\nTag {{name}}: {{link}}\n").unwrap();
    fs::write(templates.join("activation.html"), "<p>{{name}}: {{link}}").unwrap();
    house.set("mail.templates", templates.to_str().unwrap());
    let town = Town::in_house(house);
    invite(&town.server, &town.root.key);
    let mail = &sink.await_mails(1, SOON)[0];
    assert_eq!(mail.header("Subject"), "Konto");
    assert!(mail.text.contains("Tag Ada Lovelace: "), "{}", mail.text);
}
