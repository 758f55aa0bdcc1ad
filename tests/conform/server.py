"""diglot on a fresh store, with the keys that the tools call it with."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

PERMISSIONS = ("users:read", "users:write", "users:delete", "projects:read", "projects:write")

# How long the server may take to come and to go, in seconds.
PATIENCE = 30


class Fault(Exception):
    """Something that must not be: what it says is for whoever reads the output."""


class Server:
    """A running server with two workspaces, each with a key of its own that may do everything there.

    These keys have no owner: whatever is done with them, nobody can be deleted or demoted that they depend on. The third
    key is personal; its owner is in neither workspace. In a third one is somebody who can sign in, and whom no key reaches but
    the personal one.
    """

    username = "somebody"
    password = "correct horse"

    def __init__(self, binary: Path, settings: dict[str, str] | None = None) -> None:
        self.binary = binary
        # Variables with settings of its own.
        self._own = settings or {}
        self._folder = tempfile.TemporaryDirectory(prefix="diglot-conform-")
        self.folder = Path(self._folder.name)
        self.log = self.folder / "server.log"
        self.url, self._admin_url = (f"http://127.0.0.1:{port}" for port in free_ports(2))

    def __enter__(self) -> Self:
        try:
            self.personal_key: str = self._answer("init")["key"]
            self.workspace: str = self._answer("workspace", "create", "One")["workspace_id"]
            self.key = self._key(self.workspace)
            self.other_key = self._key(self._answer("workspace", "create", "Two")["workspace_id"])
            with self.log.open("w") as log:
                self._process = subprocess.Popen(self._command("serve"), env=self._settings(), stderr=log)
            self._wait_until_it_lives()
            self._settle(self._answer("workspace", "create", "Three")["workspace_id"])
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def document(self, dialect: str) -> str:
        """The OpenAPI document of a dialect, as text."""
        return self._run("openapi", dialect)

    def must_be_well(self) -> int:
        """Sees that the server lives, and that neither its log nor its metrics know of an error. Tells how many requests it answered."""
        if self._get(f"{self.url}/readyz")[0] != 200:
            raise Fault("the server is not ready any more")
        complaints = [line for line in self.log.read_text().splitlines() if re.search(r"ERROR|WARN|panicked", line)]
        if complaints:
            raise Fault("\n".join(["the server complained:", *complaints[:20]]))
        answered = requests_by_class(self._get(f"{self._admin_url}/metrics")[1])
        if answered.get("5xx", 0):
            raise Fault(f"the server answered {answered['5xx']} requests with 5xx")
        return sum(answered.values())

    def _key(self, workspace: str) -> str:
        permissions = [word for permission in PERMISSIONS for word in ("--permission", permission)]
        key: str = self._answer("key", "create", "--workspace", workspace, *permissions)["key"]
        return key

    def _settle(self, workspace: str) -> None:
        somebody = {"email": "somebody@example.com", "username": self.username, "password": self.password}
        body = json.dumps(somebody | {"default_workspace_id": workspace}).encode()
        headers = {"Authorization": f"Bearer {self.personal_key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/mechamental/v1/users", body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE):
            pass

    def _answer(self, *arguments: str) -> dict[str, str]:
        answer: dict[str, str] = json.loads(self._run(*arguments, "--json"))
        return answer

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            self._command(*arguments), env=self._settings(), capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode:
            raise Fault(f"diglot {' '.join(arguments)}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        return [str(self.binary), *arguments]

    def _settings(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGLOT_")}
        return inherited | {
            "DIGLOT_DATABASE__URL": f"sqlite://{self.folder}/data/diglot.db",
            "DIGLOT_PASSWORDS__BCRYPT_COST": "4",
            # Whoever tries everything tries often.
            "DIGLOT_SIGN_IN__PER_ACCOUNT": "",
            "DIGLOT_SIGN_IN__PER_PEER": "",
            "DIGLOT_SIGN_IN__MAILS_PER_ACCOUNT": "",
            "DIGLOT_LIMITS__FAILED_AUTHENTICATIONS": "",
            # Nobody reads the mails that users are invited by.
            "DIGLOT_MAIL__TRANSPORT": "file",
            "DIGLOT_MAIL__FOLDER": f"{self.folder}/mail",
            "DIGLOT_MAIL__SENDER": "diglot@example.com",
            "DIGLOT_MAIL__PUBLIC_URL": self.url,
            "DIGLOT_SERVER__BIND": self.url.removeprefix("http://"),
            "DIGLOT_SERVER__ADMIN_BIND": self._admin_url.removeprefix("http://"),
            **self._own,
        }

    def _wait_until_it_lives(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                if self._get(f"{self.url}/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise Fault(f"the server did not start:\n{self.log.read_text()}")

    def _get(self, url: str) -> tuple[int, str]:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()

    def _end(self) -> None:
        process: subprocess.Popen[bytes] | None = getattr(self, "_process", None)
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._folder.cleanup()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address on which nobody listens."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports


def requests_by_class(metrics: str) -> dict[str, int]:
    """How many requests were answered with each class of status."""
    answered: dict[str, int] = {}
    for status, count in re.findall(r'^diglot_requests_total\{.*status="(\w+)".*\} (\d+)$', metrics, re.MULTILINE):
        answered[status] = answered.get(status, 0) + int(count)
    return answered
