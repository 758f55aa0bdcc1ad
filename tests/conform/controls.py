"""Proof that schemathesis finds what is wrong: a document with faults in it."""

import json
from collections.abc import Callable
from typing import Any

from fuzz import Round
from server import Fault, Server

Part = dict[str, Any]

# The phase that makes up the same cases whatever the seed, and is the shortest.
COVERAGE = ("--phases", "coverage", "--continue-on-failure")


def hidden_status(operation: Part) -> None:
    """The document does not tell that a user may be absent."""
    del operation["responses"]["404"]


def wrong_answer(operation: Part) -> None:
    """The document takes the answer for a text."""
    operation["responses"]["200"]["content"]["application/json"]["schema"] = {"type": "string"}


def wrong_demand(operation: Part) -> None:
    """The document demands more than the server does."""
    media = operation["requestBody"]["content"]["application/json"]
    media["schema"] = {"allOf": [media["schema"]], "required": ["demand"]}


def wrong_promise(operation: Part) -> None:
    """The document allows more than the server does."""
    operation["requestBody"]["content"]["application/json"]["schema"] = {"type": "integer"}


def wrong_lock(operation: Part) -> None:
    """The document says that a key is needed which the server does not ask for."""
    operation["security"] = [{"ghost": []}]


# What is done to which operation, and what schemathesis must call it.
FAULTS: dict[str, tuple[Callable[[Part], None], str]] = {
    "getUser": (hidden_status, "UndefinedStatusCode"),
    "listUsers": (wrong_answer, "JsonSchemaError"),
    "createUser": (wrong_demand, "AcceptedNegativeData"),
    "updateUser": (wrong_promise, "RejectedPositiveData"),
    "deleteUser": (wrong_lock, "IgnoredAuth"),
}


def must_be_found(dialect: str, server: Server, text: str, patience: float) -> None:
    """Gives schemathesis a document with all these faults, and sees that it names each."""
    document: Part = json.loads(text)
    document["components"]["securitySchemes"]["ghost"] = {"type": "apiKey", "in": "header", "name": "X-Ghost"}
    wanted = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation["operationId"] in FAULTS:
                spoil, name = FAULTS[operation["operationId"]]
                spoil(operation)
                wanted.add((name, f"{method.upper()} {path}"))
    found = Round(server, dialect, json.dumps(document), *COVERAGE, seed=1, patience=patience)
    missed = wanted - found.findings()
    if missed or len(wanted) != len(FAULTS):
        raise Fault(f"schemathesis is blind to {sorted(missed)}, it found {sorted(found.findings())}\n{found.output}")
