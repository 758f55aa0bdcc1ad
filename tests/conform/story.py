"""What both stories need: an answer of one status and one kind, or the end."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Protocol, TypeVar

T = TypeVar("T")

# Who is made.
NAMES = ["ada", "ben", "cem", "dea", "eli"]


class Answer(Protocol):
    """What the operations of a generated client give."""

    @property
    def status_code(self) -> HTTPStatus: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> bytes: ...

    @property
    def parsed(self) -> object: ...


def expect(answer: Answer, status: HTTPStatus, kind: type[T]) -> T:
    """The body of an answer that has this status, as the model that the document promises for it."""
    same(answer.status_code, status, answer.content)
    if not isinstance(answer.parsed, kind):
        raise AssertionError(f"the body of {status} is {answer.parsed!r}, not a {kind.__name__}")
    return answer.parsed


def same(found: object, expected: object, about: object = "") -> None:
    """Both are the same. (An `assert` would say nothing under `python -O`.)"""
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r} {about!r}")
