//! What both backends make of an outbox that an earlier version leaves.

use storage::AnyStore;
use users::outbox::{MessageKind, OutboxMessage};
use users::ports::Store;
use users::testing::contract;
use users::{MessageId, Timestamp};

/// Two invitations of one user, which waited since these times, are due since then, under names of their own.
pub fn assert_due_since(store: &AnyStore, times: [i64; 2]) {
    let mut messages = store.read(|reads| reads.messages(None, 500)).expect("messages");
    // They come by their ids, which are random.
    messages.sort_by_key(|message| message.created_at);
    let [first, second] = &messages[..] else { panic!("{messages:?}") };
    assert_ne!(first.id, second.id);
    for (message, at) in [first, second].into_iter().zip(times) {
        let at = Timestamp::from_micros(at).expect("a time");
        assert_eq!(MessageId::parse(message.id.as_str()).as_ref(), Some(&message.id), "a UUID");
        let user = contract::user(1).id;
        assert_eq!(*message, OutboxMessage::new(message.id.clone(), user, MessageKind::Activation, at));
    }
}
