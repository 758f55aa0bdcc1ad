"""What tools that nobody here wrote say of diglot: `python tests/conform short|long BINARY FOLDER`. Files are made in FOLDER;
the exit code is the verdict."""

import signal
import subprocess
import sys
from pathlib import Path

import clients
from examine import stop
from server import Fault

DIALECTS = ("mechamental", "maisa")


def main(size: str, binary: Path, folder: Path) -> bool:
    """Examines all dialects and mail at once, then the types of what was made."""
    folder.mkdir(parents=True, exist_ok=True)
    examine = [sys.executable, str(Path(__file__).with_name("examine.py"))]
    running = [subprocess.Popen([*examine, dialect, size, str(binary), str(folder)]) for dialect in DIALECTS]
    running.append(subprocess.Popen([sys.executable, str(Path(__file__).with_name("mails.py")), str(binary)]))
    try:
        # A list, so that all are waited for, whatever the first says.
        well = all([process.wait() == 0 for process in running])
    finally:
        for process in running:
            process.terminate()
            process.wait()
    try:
        clients.check_types(folder / "clients")
    except Fault as fault:
        print(f"conform: {fault}", file=sys.stderr)
        return False
    return well


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    size, binary, folder = sys.argv[1:]
    sys.exit(not main(size, Path(binary).resolve(), Path(folder).resolve()))
