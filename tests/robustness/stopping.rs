//! Asked to stop, the server finishes what it has begun, and leaves with 0 (§5).

use std::time::Duration;

use serde_json::json;

use crate::harness::{Mm, Town, eventually, fresh, timed};

#[test]
fn a_request_in_flight_is_finished_and_counts() {
    for signal in ["TERM", "INT"] {
        let town = Town::new();
        let name = fresh("last");
        let body =
            json!({"email": format!("{name}@example.com"), "username": name, "password": "correct horse"}).to_string();
        let head = format!(
            "POST /v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
            town.root.key,
            body.len()
        );
        let mut connection = town.server.http.connect().unwrap();
        connection.write(format!("{head}{}", &body[..10]).as_bytes()).unwrap();
        connection.await_continue().unwrap();
        town.server.signal(signal);
        eventually(Duration::from_secs(5), "no new connection is taken", || {
            town.server.http.connect().is_err().then_some(())
        });
        connection.write(&body.as_bytes()[10..]).unwrap();
        let created = connection.read_answer("POST").unwrap().expect(201);

        let Town { server, house, root, .. } = town;
        assert_eq!(server.wait(), Some(0), "after SIG{signal}");
        let server = house.serve();
        assert_eq!(Mm::new(&server.http, &root.key).get(&created.str("/user_id")).expect(200).json(), created.json());
    }
}

#[test]
fn idle_connections_keep_nobody_from_leaving() {
    for signal in ["TERM", "INT"] {
        let town = Town::new();
        town.mm().me().expect(200);
        let silent = town.server.http.connect().unwrap();
        town.server.signal(signal);
        let (time, code) = timed(|| town.server.wait());
        assert_eq!(code, Some(0), "after SIG{signal}");
        assert!(time < Duration::from_secs(12), "it took {time:?}");
        drop(silent);
    }
}

#[test]
fn what_was_stopped_starts_again_with_all_it_had() {
    let town = Town::new();
    let place = town.workspace();
    let user = place.user("ada");
    let record = town.record(&user);
    let Town { server, house, root, .. } = town;
    server.stop();
    let server = house.serve();
    assert_eq!(Mm::new(&server.http, &root.key).get(&user).expect(200).json(), record["mechamental"]);
}
