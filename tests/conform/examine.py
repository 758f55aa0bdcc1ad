"""All that is asked about one dialect: `python examine.py DIALECT short|long BINARY FOLDER`."""

import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import clients
import controls
from fuzz import Round
from server import Fault, Server


@dataclass(frozen=True)
class Size:
    """How much is tried."""

    # What a round makes up for each operation at most, and how many chains of calls.
    examples: int
    # How many cases there must be. Rounds go on, each with a seed of its own, until there are.
    cases: int
    # Seconds after which that is given up.
    patience: float


SIZES = {"short": Size(examples=10, cases=100, patience=300), "long": Size(examples=100, cases=20_000, patience=5400)}


def examine(dialect: str, size: Size, binary: Path, folder: Path) -> str:
    """Says what was seen, if all is well."""
    began = time.monotonic()
    with Server(binary) as server:
        text = server.document(dialect)
        document = folder / f"{dialect}.json"
        document.write_text(text)
        clients.run("openapi-spec-validator", str(document))
        clients.generate(dialect, document, folder / "clients")
        clients.tell(dialect, server, folder / "clients")
        controls.must_be_found(dialect, server, text, size.patience)
        seen = fuzz(dialect, server, text, size)
        requests = server.must_be_well()
    return f"{seen}, {requests} requests and no 5xx, {time.monotonic() - began:.0f} s"


def fuzz(dialect: str, server: Server, text: str, size: Size) -> str:
    """Rounds of schemathesis until there are cases enough."""
    deadline = time.monotonic() + size.patience
    cases = tolerated = seed = 0
    accepted: Counter[str] = Counter()
    while cases < size.cases:
        seed += 1
        rest = deadline - time.monotonic()
        result = Round(server, dialect, text, "--max-examples", str(size.examples), seed=seed, patience=rest)
        result.must_be_clean()
        cases += result.cases
        tolerated += result.tolerated
        accepted.update(result.accepted)
    idle = {label for label, count in accepted.items() if not count}
    if idle:
        raise Fault(f"no valid request was ever accepted by {sorted(idle)}")
    return f"{cases} cases in {seed} rounds, {tolerated} findings let pass"


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Ends in good order, so that no server stays behind."""
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    dialect, size, binary, folder = sys.argv[1:]
    try:
        print(f"conform: {dialect}: {examine(dialect, SIZES[size], Path(binary), Path(folder))}")
    except Fault as fault:
        sys.exit(f"conform: {dialect}: {fault}")
