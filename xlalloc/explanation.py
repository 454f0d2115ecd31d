"""What a call records on its way (steps, residual, binding bounds, repairs): collected by EXPLAIN, else dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_facts: ContextVar[dict | None] = ContextVar("facts", default=None)


def recording() -> bool:
    """Is anybody listening? Ask before computing a fact that costs time."""
    return _facts.get() is not None


def record(fact: str, value) -> None:
    """Note one fact about the running call."""
    facts = _facts.get()
    if facts is not None:
        facts[fact] = value


@contextmanager
def recorded() -> Iterator[dict]:
    """The facts recorded inside the block, in order."""
    facts: dict = {}
    token = _facts.set(facts)
    try:
        yield facts
    finally:
        _facts.reset(token)
