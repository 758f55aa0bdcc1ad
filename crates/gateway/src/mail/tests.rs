//! What mails look like, and what templates may.

use std::fs;

use users::outbox::MessageKind;
use users::{Email, Timestamp};

use super::message::{Mail, plain};
use super::templates::{Content, Templates, Values};

fn content() -> Content {
    Content { subject: "Subject – é".to_owned(), text: "Text\n.\n".to_owned(), html: "<p>É</p>\n".to_owned() }
}

pub fn mail(name: &str, to: &str) -> Mail {
    let sender = "\"Example, Inc.\" <accounts@example.com>".parse().unwrap();
    let to = Email::parse(to).unwrap();
    Mail::write("an-id", &sender, &to, name, content(), Timestamp::from_micros(0).unwrap()).unwrap()
}

/// The names and values of a mail's own headers, unfolded.
fn headers(mail: &Mail) -> Vec<(String, String)> {
    let text = String::from_utf8(mail.bytes.clone()).unwrap();
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.lines().all(|line| line.chars().count() <= 998), "{head}");
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    assert!(!head.contains('\t') && !head.replace("\r\n", "").contains(['\r', '\n', '\0']), "{head:?}");
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    head.split("\r\n").map(|line| pair(line).unwrap_or_else(|| panic!("{line:?}"))).collect()
}

const EXPECTED: [&str; 8] =
    ["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"];

#[test]
fn whatever_somebody_is_called_a_mail_has_these_headers_and_no_others() {
    let long = "é".repeat(255);
    for name in [
        "Ada",
        "",
        " ",
        "Ada\r\nBcc: eve@example.com",
        "Ada\nX: y",
        "Ada\rX: y\r\n\r\nbody",
        "\u{85}\u{2028}X: y",
        "\"",
        "\\",
        "\"Ada\" <eve@example.com>, \"B",
        "eve@example.com, bob@example.com",
        "=?utf-8?q?=0D=0ABcc:_eve@example.com?=",
        "\u{202e}adA\u{2066}",
        "\u{1f469}\u{200d}\u{1f680}".repeat(60).as_str(),
        "عَدَا",
        "a(b)c;d:e<f>g[h]i,j.k",
        "\0",
        long.as_str(),
        "x".repeat(255).as_str(),
        "x ".repeat(127).as_str(),
    ] {
        let mail = mail(name, "ada@example.com");
        let headers = headers(&mail);
        let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, EXPECTED, "{name:?}");
        let value = |name: &str| headers.iter().find(|(found, _)| found == name).unwrap().1.as_str();
        assert!(value("To").ends_with("ada@example.com") || value("To").ends_with("<ada@example.com>"), "{name:?}");
        assert_eq!(value("Message-ID"), "<an-id@example.com>");
        assert_eq!(mail.to.to_string(), "ada@example.com");
    }
}

#[test]
fn a_domain_is_written_as_every_server_knows_it() {
    let known = mail("Ada", "ada@bücher.example.com");
    assert_eq!(known.to.to_string(), "ada@xn--bcher-kva.example.com");
    assert!(known.bytes.is_ascii());
    for long in ["a".repeat(65), "é".repeat(33)] {
        let to = format!("{long}@example.com");
        assert_eq!(mail("Ada", &to).to.to_string(), to, "whether there can be such a mailbox, its server knows");
    }
    let other = mail("Ada", "é@example.com");
    assert_eq!(other.to.to_string(), "é@example.com");
    assert!(headers(&other).iter().any(|(name, value)| name == "To" && value.ends_with("<é@example.com>")));
}

#[test]
fn names_keep_to_their_line_and_direction() {
    assert_eq!(plain("a\u{202e}b\r\nc\u{2067}\u{85}"), "ab  c ");
    assert_eq!(plain("Ünï \u{1f469}\u{200d}\u{1f680}"), "Ünï \u{1f469}\u{200d}\u{1f680}");
}

#[test]
fn built_in_templates_say_all() {
    let templates = Templates::read(None).unwrap();
    for kind in MessageKind::ALL {
        let values = Values { name: "A&B <\"'>", link: "https://a/?x=1&y=2", hours: 72 };
        let Content { subject, text, html } = templates.fill(kind, values).unwrap();
        assert!(!subject.is_empty() && !subject.contains("Subject"));
        assert!(text.starts_with("Hello A&B <\"'>,\n") && text.contains("\nhttps://a/?x=1&y=2\n"), "{text}");
        assert!(
            html.contains("A&amp;B &lt;&quot;&#39;&gt;") && html.contains("href=\"https://a/?x=1&amp;y=2\""),
            "{html}"
        );
        assert!(text.contains("72 h") && html.contains("72 h"));
        assert!(!format!("{text}{html}").contains("{{"));
    }
}

/// What is wrong with a folder of these files.
fn faults(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).unwrap());
    let shown = format!("{}/", folder.path().display());
    let faults = Templates::read(Some(folder.path())).err().unwrap_or_default();
    faults.iter().map(|fault| fault.to_string().replace(&shown, "")).collect()
}

#[test]
fn files_take_the_place_of_what_is_built_in() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("password.txt", "Subject: Neues Passwort\r\n\r\nGuten Tag {{ name }}, {{link}}\r\n"),
        ("password.html", "<a href='{{link}}'>{{name}}</a> {{hours}}"),
        ("notes.md", "{{anything}}"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let templates = Templates::read(Some(folder.path())).unwrap();
    let values = Values { name: "<A>", link: "L", hours: 1 };
    let found = templates.fill(MessageKind::Password, values).unwrap();
    let (text, html) = ("Guten Tag <A>, L\r\n".to_owned(), "<a href='L'>&lt;A&gt;</a> 1".to_owned());
    assert_eq!(found, Content { subject: "Neues Passwort".to_owned(), text, html });
    let other = templates.fill(MessageKind::Activation, values).unwrap();
    assert_eq!(other.subject, "Choose a password for your account");
}

#[test]
fn what_is_wrong_with_files_is_told_with_its_line() {
    const TEXT: (&str, &str) = ("activation.txt", "Subject: A\n\n{{link}}");
    const HTML: (&str, &str) = ("activation.html", "{{link}}");
    assert_eq!(faults(&[TEXT, HTML]), Vec::<String>::new());
    let missing = "activation.html: is missing, though activation.txt is there: a mail has both";
    assert_eq!(faults(&[TEXT]), [missing]);
    for (text, fault) in [
        ("A\n\n{{link}}", "activation.txt, line 1: must be \"Subject: \" and what the mail is about"),
        ("Subject: {{name}}\n\n{{link}}", "activation.txt, line 1: a subject is plain text, without {{…}}"),
        ("Subject: A\n\nHello\n", "activation.txt, line 3: lacks {{link}}, without which the mail leads nowhere"),
        (
            "Subject: A\n\n{{link}}\n\n {{user}}\n",
            "activation.txt, line 5: {{user}} stands for nothing; there are {{name}}, {{link}}, {{hours}}",
        ),
        ("Subject: A\n\n{{link}}\n{{name\n}}", "activation.txt, line 4: {{ has no }} on its line"),
    ] {
        assert_eq!(faults(&[("activation.txt", text), HTML]), [fault], "{text}");
    }
    let wrong = [TEXT, ("activation.html", "<p>\n{{nam}}"), ("activaton.txt", "x")];
    assert_eq!(
        faults(&wrong),
        [
            "activation.html, line 2: {{nam}} stands for nothing; there are {{name}}, {{link}}, {{hours}}",
            "activation.html, line 1: lacks {{link}}, without which the mail leads nowhere",
            "activaton.txt: is no template; there are activation.txt, activation.html, password.txt, password.html",
        ]
    );
    let nowhere = Templates::read(Some(std::path::Path::new("/nowhere/at/all"))).unwrap_err();
    assert!(nowhere[0].to_string().starts_with("/nowhere/at/all: cannot be read"), "{nowhere:?}");
}
