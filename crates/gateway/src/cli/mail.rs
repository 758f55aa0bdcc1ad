//! `diglot mail`

mod test;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use users::outbox::OutboxMessage;
use users::ports::Clock;
use users::{MessageId, Timestamp};

use super::output::{self, BATCH, List, time};
use super::{Context, Form};
use crate::environment::SystemClock;
use crate::exit::{Failure, Outcome};

/// Why nothing is sent, as far as a command can know; a server may have other settings.
pub const OFF: &str = "by the settings of this command mail is off";

/// The state of what is not being sent.
const WAITING: &str = "waiting";

/// Mail that waits to be sent, or was given up
///
/// An invitation or a link to a new password is asked for in the store, and sent by whichever
/// server process comes first. What a mail server does not take now is tried again, after 30
/// seconds at first and then after longer and longer pauses, for 24 hours; then it is given up,
/// and stays in the list. What a mail server refuses for good (no such mailbox) is given up at
/// once.
///
///     diglot mail test me@example.com     does it work at all?
///     diglot mail queue                   what waits, and why?
///     diglot mail retry --all             send all of it now
#[derive(Debug, Subcommand)]
#[command(verbatim_doc_comment)]
pub enum Mail {
    /// Print every message that waits or was given up, the oldest first; those that were sent are gone
    Queue {
        #[command(flatten)]
        form: Form,
    },
    Retry(Retry),
    Test(test::Test),
}

/// Have messages sent as soon as possible, those that were given up as well
///
/// Each is tried as long as a new one. What waits for its turn anyway keeps it. A server process takes them within a second or so; what became of them, `diglot mail queue`
/// tells.
#[derive(Debug, Args)]
pub struct Retry {
    /// The message, as `diglot mail queue` names it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// All messages
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    form: Form,
}

impl Mail {
    pub fn run(self, context: &Context) -> Outcome {
        match self {
            Mail::Queue { form } => queue(context, form),
            Mail::Retry(command) => command.run(context),
            Mail::Test(command) => command.run(context),
        }
    }
}

fn queue(context: &Context, form: Form) -> Outcome {
    let (operator, now, is_off) = (context.operator()?, SystemClock.now(), context.settings()?.mail.is_none());
    let columns = ["id", "kind", "user", "state", "attempts", "next attempt", "last error"];
    let mut list = List::begin(form, &columns)?;
    let mut last: Option<MessageId> = None;
    loop {
        let messages = operator.mail_queue(last.as_ref(), BATCH)?;
        let Some(end) = messages.last() else { return list.end() };
        last = Some(end.id.clone());
        for message in &messages {
            row(&mut list, message, now, is_off)?;
        }
    }
}

fn row(list: &mut List, message: &OutboxMessage, now: Timestamp, is_off: bool) -> Result<(), Failure> {
    let next = next_attempt(message).map_or_else(|| "-".to_owned(), time);
    let (kind, state) = (message.kind.as_str(), state(message, now));
    let why = match message.delivery.last_error.as_deref() {
        Some(error) => error,
        None if is_off && state == WAITING => OFF,
        None => "-",
    };
    let attempts = message.delivery.attempts.to_string();
    let columns = [message.id.as_str(), kind, message.user.as_str(), state, &attempts, &next, why];
    list.item(&object(message, now), &columns)
}

fn state(message: &OutboxMessage, now: Timestamp) -> &'static str {
    match (message.delivery.abandoned_at, message.delivery.leased_until) {
        (Some(_), _) => "abandoned",
        (None, Some(until)) if now < until => "being sent",
        (None, _) => WAITING,
    }
}

fn next_attempt(message: &OutboxMessage) -> Option<Timestamp> {
    message.delivery.abandoned_at.is_none().then_some(message.delivery.due_at)
}

fn object(message: &OutboxMessage, now: Timestamp) -> Value {
    json!({
        "message_id": message.id.as_str(),
        "kind": message.kind.as_str(),
        "user_id": message.user.as_str(),
        "state": state(message, now),
        "attempts": message.delivery.attempts,
        "created_at": time(message.created_at),
        "next_attempt": next_attempt(message).map(time),
        "abandoned_at": message.delivery.abandoned_at.map(time),
        "last_error": message.delivery.last_error,
    })
}

impl Retry {
    fn run(self, context: &Context) -> Outcome {
        let settings = context.settings()?;
        if settings.mail.is_none() {
            return Err(Failure::No(format!("{OFF}, so nothing would be sent: set mail.transport")));
        }
        let operator = context.operator()?;
        let retried = match &self.id {
            Some(id) => operator.retry_mail(id).map(|_| 1)?,
            None => operator.retry_all_mail()?,
        };
        let words = match retried {
            1 => "One message is sent as soon as a server process takes it.".to_owned(),
            count => format!("{count} messages are sent as soon as a server process takes them."),
        };
        output::result(self.form, &json!({"retried": retried}), &words)
    }
}
