"""schemathesis against a running server, and what it must say."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from server import Fault, Server

HERE = Path(__file__).parent

# How each dialect's clients present a key.
CREDENTIAL = {"mechamental": ("Authorization", "Bearer "), "maisa": ("X-API-Key", "")}

PHASES = {"examples", "coverage", "fuzzing", "stateful"}


class Round:
    """What schemathesis found when it was given a document and a seed; with the same seed it makes up the same cases."""

    def __init__(
        self, server: Server, dialect: str, document: str, *arguments: str, seed: int, patience: float
    ) -> None:
        folder = server.folder / "schemathesis"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in ("schemathesis.toml", "hooks.py"):
            shutil.copy(HERE / name, folder)
        (folder / "document.json").write_text(document)
        (folder / "identities.json").write_text(identities(server, dialect))
        (folder / "workspaces.txt").write_text(f'"{server.workspace}"\n')
        command = [
            *(f"{Path(sys.executable).parent}/st", "run", "document.json", "--no-color"),
            *("--url", f"{server.url}/{dialect}", "--seed", str(seed)),
            *("--report", "json", "--report-json-path", "report.json"),
            *arguments,
        ]
        variables = {"WORKSPACE": server.workspace, "KEY": server.key, "PERSONAL_KEY": server.personal_key}
        variables |= {"URL": f"{server.url}/mechamental", "USERNAME": server.username, "PASSWORD": server.password}
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=os.environ | variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=patience,
            )
        except subprocess.TimeoutExpired as error:
            raise Fault(f"schemathesis did not end within {patience:.0f} s") from error
        self.output = done.stdout
        report = folder / "report.json"
        if not report.exists():
            raise Fault(f"schemathesis told nothing that can be counted\n{self.output}")
        self.report: dict[str, Any] = json.loads(report.read_text())

    @property
    def cases(self) -> int:
        """How many requests it made up, sent and checked."""
        count: int = self.report["test_cases"]["generated"]
        return count

    @property
    def tolerated(self) -> int:
        """How many findings `hooks.py` let pass."""
        count: int = self.report["filtered"]
        return count

    @property
    def accepted(self) -> Counter[str]:
        """How many requests that keep to the document were answered with 2xx, by operation."""
        rates = self.report["valid_rates"].items()
        return Counter({label: sum(rate["accepted"] for rate in phases.values()) for label, phases in rates})

    def findings(self) -> set[tuple[str, str]]:
        """What it found: each kind of failure with the operation."""
        failures = self.report["failures"]
        return {(failure["type"], operation) for failure in failures for operation in failure["operations"]}

    def must_be_clean(self) -> None:
        """It found nothing and left nothing out."""
        done = {name for name, phase in self.report["phases"].items() if phase["status"] == "success"}
        if self.report["exit_code"] or not self.report["complete"] or done != PHASES:
            raise Fault(f"schemathesis is not content\n{self.output}")


def identities(server: Server, dialect: str) -> str:
    """The keys, as schemathesis reads them."""
    header, prefix = CREDENTIAL[dialect]
    keys = {"one": server.key, "other": server.other_key}
    return json.dumps(
        {
            "auth": [
                {"name": name, "fixedHeaders": [{"name": header, "value": prefix + key}]} for name, key in keys.items()
            ]
        }
    )
