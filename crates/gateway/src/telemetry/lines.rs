//! How a log line looks. Written by hand: what the library makes of the one line of a request takes as long as all the rest of
//! answering it (15,500 instructions against 4,000).

use std::cell::RefCell;
use std::fmt::{self, Debug, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::answering;
use crate::settings::LogFormat;

/// A line takes so many bytes, as a rule less.
const LINE: usize = 384;
/// The name of the field that is the line's text.
const MESSAGE: &str = "message";
/// The name of the field that says which request a line belongs to.
const REQUEST_ID: &str = "request_id";

/// Log lines in this form. What is logged while a request is answered names it.
pub struct Lines(pub LogFormat);

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut line: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        let request = (metadata.fields().field(REQUEST_ID).is_none()).then(answering::request_id).flatten();
        match self.0 {
            LogFormat::Text => {
                // Of many small pieces, each would take the way to a writer that is not known here.
                let mut text = String::with_capacity(LINE);
                write_time(&mut text)?;
                write_level(&mut text, metadata.level(), line.has_ansi_escapes())?;
                text.push(' ');
                text.push_str(metadata.target());
                text.push(':');
                let mut fields = Text(text);
                event.record(&mut fields);
                if let Some(id) = request {
                    fields.quoted(REQUEST_ID, &id);
                }
                fields.0.push('\n');
                line.write_str(&fields.0)
            }
            LogFormat::Json => {
                line.write_str("{\"timestamp\":\"")?;
                write_time(&mut line)?;
                write!(line, "\",\"level\":\"{}\",\"target\":\"{}\"", metadata.level(), metadata.target())?;
                let mut fields = Json { line, outcome: Ok(()) };
                event.record(&mut fields);
                if let Some(id) = request {
                    fields.text(REQUEST_ID, &id);
                }
                fields.outcome?;
                fields.line.write_str("}\n")
            }
        }
    }
}

thread_local! {
    /// The last second that was written, and its text.
    static SECOND: RefCell<(u64, String)> = RefCell::default();
}

/// Now, in UTC, to the microsecond (RFC 3339). What a second looks like is worked out once.
fn write_time(line: &mut impl Write) -> fmt::Result {
    #[allow(
        clippy::disallowed_methods,
        reason = "a log tells the machine's time, whatever time the directory lives in"
    )]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    SECOND.with_borrow_mut(|(second, text)| {
        if *second != now.as_secs() {
            let time = i64::try_from(now.as_secs()).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            *text = time.map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%S").to_string());
            *second = now.as_secs();
        }
        line.write_str(text)
    })?;
    // Six digits behind a one, which gives way to the point.
    let mut digits = itoa::Buffer::new();
    let micros = digits.format(1_000_000 + now.subsec_micros());
    line.write_char('.')?;
    line.write_str(&micros[1..])?;
    line.write_char('Z')
}

/// Five letters, in the colour that terminals are used to.
fn write_level(line: &mut impl Write, level: &Level, in_colour: bool) -> fmt::Result {
    let (name, colour) = match *level {
        Level::ERROR => ("ERROR", 31),
        Level::WARN => (" WARN", 33),
        Level::INFO => (" INFO", 32),
        Level::DEBUG => ("DEBUG", 34),
        Level::TRACE => ("TRACE", 35),
    };
    line.write_char(' ')?;
    if in_colour { write!(line, "\x1b[{colour}m{name}\x1b[0m") } else { line.write_str(name) }
}

/// Fields as `name=value`, texts in quotes.
struct Text(String);

impl Text {
    fn name(&mut self, name: &str) {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push('=');
    }

    fn quoted(&mut self, name: &str, value: &str) {
        self.name(name);
        // Without a way out half-way, sixteen bytes are looked at at once.
        let is_plain = value.bytes().fold(true, |all, b| all & (b' '..=b'~').contains(&b) & (b != b'"') & (b != b'\\'));
        if is_plain {
            self.0.push('"');
            self.0.push_str(value);
            self.0.push('"');
        } else {
            self.put(&value);
        }
    }

    /// What does not let itself be written stands there as far as it came.
    fn put(&mut self, value: &dyn Debug) {
        let _cut: fmt::Result = write!(Harmless(&mut self.0), "{value:?}");
    }
}

impl Visit for Text {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.name(field.name());
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            MESSAGE => {
                self.0.push(' ');
                let _whole: fmt::Result = Harmless(&mut self.0).write_str(value);
            }
            name => self.quoted(name, value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            MESSAGE => self.0.push(' '),
            name => self.name(name),
        }
        self.put(value);
    }
}

/// Fields as members of an object.
struct Json<'a> {
    line: Writer<'a>,
    outcome: fmt::Result,
}

impl Json<'_> {
    fn member(&mut self, name: &str, value: &dyn fmt::Display) {
        if self.outcome.is_ok() {
            self.outcome = write!(self.line, ",\"{name}\":{value}");
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.member(name, &serde_json::Value::from(value));
    }
}

impl Visit for Json<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field.name(), &serde_json::Value::from(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field.name(), &format!("{value:?}"));
    }
}

/// Lets nothing through that would end the line or steer a terminal.
struct Harmless<'a, W>(&'a mut W);

impl<W: Write> Write for Harmless<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Nearly all of it, which need not be looked at letter by letter.
        if text.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return self.0.write_str(text);
        }
        for part in text.split_inclusive(char::is_control) {
            match part.char_indices().next_back() {
                Some((at, last)) if last.is_control() => {
                    self.0.write_str(&part[..at])?;
                    write!(self.0, "{}", last.escape_default())?;
                }
                _ => self.0.write_str(part)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, part: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").extend(part);
            Ok(part.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Written {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    /// What is written of the lines that `log` logs, without their times.
    fn written(format: LogFormat, log: impl FnOnce()) -> Vec<String> {
        let written = Written::default();
        let lines = tracing_subscriber::fmt().with_ansi(false).with_writer(written.clone()).event_format(Lines(format));
        tracing::subscriber::with_default(lines.finish(), log);
        let text = String::from_utf8(written.0.lock().expect("no panic").clone()).expect("UTF-8");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_of_text() {
        let lines = written(LogFormat::Text, || {
            tracing::info!(status = 200_u16, key = Some("a\"b"), none = None::<u8>, took = 0.5, plain = "x y", "done");
            tracing::warn!(error = %"one\ntwo\u{1b}[31m", "bad\r");
        });
        let target = module_path!();
        assert_eq!(lines.len(), 2);
        assert!(
            lines[0].ends_with(&format!("Z  INFO {target}: done status=200 key=\"a\\\"b\" took=0.5 plain=\"x y\"")),
            "{}",
            lines[0]
        );
        assert!(lines[1].ends_with(&format!("Z  WARN {target}: bad\\r error=one\\ntwo\\u{{1b}}[31m")), "{}", lines[1]);
    }

    #[test]
    fn a_line_is_one_object() {
        let lines = written(LogFormat::Json, || {
            tracing::error!(status = 503_u16, ok = false, took = 0.25, who = "a\"\n", error = %"x\ny", "gone");
        });
        assert_eq!(lines.len(), 1);
        let line: serde_json::Value = serde_json::from_str(&lines[0]).expect("JSON");
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["message"], "gone");
        assert_eq!((&line["status"], &line["ok"]), (&503.into(), &false.into()));
        assert_eq!((&line["took"], &line["who"], &line["error"]), (&0.25.into(), &"a\"\n".into(), &"x\ny".into()));
        assert!(line["timestamp"].as_str().is_some_and(|time| time.ends_with('Z')), "{line}");
    }

    #[actix_web::test]
    async fn what_is_logged_on_the_way_names_the_request() {
        for (format, named) in [(LogFormat::Text, " request_id=\"r1\""), (LogFormat::Json, ",\"request_id\":\"r1\"}")] {
            let (answer, _) =
                answering::observe("r1".into(), "x".into(), async { written(format, || tracing::info!("x")) }).await;
            assert!(answer[0].ends_with(named), "{}", answer[0]);
            let (twice, _) = answering::observe("r1".into(), "x".into(), async {
                written(format, || tracing::info!(request_id = "r2", "x"))
            })
            .await;
            assert!(!twice[0].contains("r1"), "{}", twice[0]);
        }
        assert!(!written(LogFormat::Text, || tracing::info!("x"))[0].contains("request_id"));
    }
}
