"""A client per dialect, generated from its document; a story told with it; and the types of both."""

import os
import subprocess
import sys
from pathlib import Path

from server import Fault, Server

HERE = Path(__file__).parent
TOOLS = Path(sys.executable).parent

# Seconds, for each program that is run here.
PATIENCE = 120


def generate(dialect: str, document: Path, folder: Path) -> None:
    """Makes the client. A warning of the generator means that it has left something out."""
    run(
        *("openapi-python-client", "generate", "--path", str(document), "--output-path", str(folder / dialect)),
        *("--meta", "none", "--fail-on-warning", "--overwrite"),
    )


def check_types(folder: Path) -> None:
    """The stories, the clients and the programs here, as strictly as it goes."""
    run("mypy", "--config-file", str(HERE / "mypy.ini"), "--no-error-summary", str(HERE), str(folder), MYPYPATH=str(folder))


def tell(dialect: str, server: Server, folder: Path) -> None:
    """The story of a user, from its making to its end."""
    run(
        *("python", str(HERE / f"story_{dialect}.py"), f"{server.url}/{dialect}", server.workspace),
        PYTHONPATH=str(folder),
        KEY=server.key,
    )


def run(program: str, *arguments: str, **variables: str) -> None:
    """Runs one of the tools; what it says is heard where it fails."""
    path = f"{TOOLS}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(TOOLS / program), *arguments],
        env=os.environ | variables | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise Fault(f"{program} {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}")
