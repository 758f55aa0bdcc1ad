"""What schemathesis cannot know from a document: values of formats that it does not know, and the few refusals that no
schema can foretell. Findings that are waved through here are counted, and shown at the end of a run."""

import itertools
import json
import os
import re
import urllib.request
from typing import Any

import schemathesis
from hypothesis import strategies as st

# Names that mail cannot be sent to (RFC 6761 and its kin); both dialects refuse them.
RESERVED = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")

serial = itertools.count()

addresses = st.one_of(
    st.emails().filter(lambda address: not address.lower().endswith(RESERVED)),
    st.builds("{}@{}".format, st.uuids(), st.sampled_from(["example.com", "bücher.example", "例え.jp"])),
    st.builds("jörg.{}@example.com".format, st.uuids()),
)
schemathesis.openapi.format("idn-email", addresses)
schemathesis.openapi.format("iana-time-zone", st.sampled_from(["UTC", "Europe/London", "Etc/GMT+12", "America/Argentina/Ushuaia"]))


def is_no_cursor(operation: str, status: int, body: Any) -> bool:
    """A cursor is any text to a schema; which ones this server has given out, it alone knows."""
    return operation == "GET /v1/users" and status == 422 and [f["loc"] for f in body["detail"]] == [["query", "cursor"]]


def cannot_wait_again(operation: str, status: int, body: Any) -> bool:
    """`pending` can be written back where it is, but not brought about: that depends on the record."""
    wanted = {"field": "status", "message": "cannot be changed to pending"}
    return operation == "PUT /v1/users/{userId}" and status == 400 and body["error"]["details"] == [wanted]


def is_long_in_bytes(operation: str, status: int, body: Any) -> bool:
    """Schemas measure texts in characters, bcrypt reads 71 bytes."""
    return status == 422 and sentences(body) == "Value error, password is longer than 71 bytes in UTF-8"


def is_in_another_state(operation: str, status: int, body: Any) -> bool:
    """Whether a user is in the state that a precondition asks for, nobody knows beforehand."""
    return status == 412


def is_a_known_key(operation: str, status: int, body: Any) -> bool:
    """What an `Idempotency-Key` was used for before is no matter of its form."""
    return operation == "POST /v1/users" and status in (400, 422) and "idempotency-key was used" in sentences(body)


def sentences(body: Any) -> str:
    """What is wrong, in words, whichever dialect says it."""
    faults = body.get("detail") or [{"msg": f"{f['field']} {f['message']}"} for f in body["error"]["details"]]
    return " ".join(fault["msg"] for fault in faults)


RULES = (is_no_cursor, cannot_wait_again, is_long_in_bytes, is_in_another_state, is_a_known_key)


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keeps every failure but those that the functions above know."""
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    body = response.json()
    operation = case.operation.label
    return not any(rule(operation, response.status_code, body) for rule in RULES)


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Puts right what schemathesis takes amiss, and tells it of this installation what it could not find out."""
    operations = [operation for path in raw_schema["paths"].values() for operation in path.values()]
    for operation in operations:
        parameters = operation.get("parameters", [])
        # A header parameter of this name "shall be ignored" (OpenAPI 3.1, Parameter Object); the security scheme counts.
        parameters[:] = [parameter for parameter in parameters if parameter["name"] != "authorization"]
        for parameter in parameters:
            if parameter["name"] == "workspace_id":
                parameter["example"] = os.environ["WORKSPACE"]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """`me` is somebody only to a personal key; two of three users, and their requests, are new ones; whoever signs in has an
    account now and then, and whoever signs out a session."""
    if "/me" in case.operation.path and case.headers.get("Authorization") == f"Bearer {os.environ['KEY']}":
        case.headers["Authorization"] = f"Bearer {os.environ['PERSONAL_KEY']}"
    number = next(serial)
    if number % 3 and (key := re.fullmatch(r'("?)([!#-~]{1,200})\1', case.headers.get("Idempotency-Key", ""))):
        case.headers["Idempotency-Key"] = f"{key[1]}{key[2]}{number}{key[1]}"
    if case.operation.label == "POST /v1/users" and isinstance(case.body, dict) and number % 3:
        # What is wrong stays wrong.
        names = {name: case.body.get(name) for name in ("email", "username")}
        case.body |= {name: f"{number}{text}" for name, text in names.items() if isinstance(text, str) and text}
    if case.operation.label == "POST /v1/auth/login" and number % 2 and signs_in_by_username(case.body):
        case.body |= {"username": os.environ["USERNAME"], "password": os.environ["PASSWORD"]}
    if case.operation.label == "POST /v1/auth/logout" and case.headers.get("Authorization") == f"Bearer {os.environ['KEY']}":
        case.headers["Authorization"] = f"Bearer {session()}"


def signs_in_by_username(body: Any) -> bool:
    """A body that is refused for nothing but what it names."""
    if not isinstance(body, dict) or body.get("email") is not None:
        return False
    return isinstance(body.get("username"), str) and isinstance(body.get("password"), str)


def session() -> str:
    """The token of a new session."""
    body = json.dumps({"username": os.environ["USERNAME"], "password": os.environ["PASSWORD"]}).encode()
    request = urllib.request.Request(f"{os.environ['URL']}/v1/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        token: str = json.load(answer)["access_token"]
        return token
