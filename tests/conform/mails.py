"""Mail, as a mail server that nobody here wrote takes it, and as Python reads it: `python mails.py BINARY`."""

import email.policy
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email import message_from_string
from email.errors import NonASCIILocalPartDefect
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from server import Fault, Server, free_ports

# Exactly these, each once.
HEADERS = ["auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "subject", "to"]

LINK = "https://accounts.example.com/activate?token="

PASSWORD = "correct horse, \u00fc"

# What users are called, as diglot takes it.
NAMES = [
    "Ada Lovelace",
    '"Ada" <eve@example.com>, "B',
    "eve@example.com, bob@example.com",
    "Lovelace, Ada; (countess): [x] <y>",
    "\\",
    '"',
    "O'Brien & <b>Sons</b>",
    "=?utf-8?q?=0D=0ABcc:_eve=40example.com?=",
    "=?utf-8?b?QmNjOiBldmVAZXhhbXBsZS5jb20=?= x",
    "\u7814\u7a76 \U0001f980 \u00e9",
    "\u0639\u064e\u062f\u064e\u0627 \u05d0\u05d1\u05d2",
    "\u202eadA\u2066 x\u200f",
    "\U0001f469\u200d\U0001f680" * 63,
    "\u00e9" * 255,
    "x" * 255,
    ("x " * 128)[:255],
    ("\u00fcx " * 85)[:255],
    "Bcc: eve@example.com",
]

# What no user is called.
REFUSED = ["A\r\nBcc: eve@example.com", "A\nX: y", "A\rX: y", "A\u0000", "A\u0085B", "\u001b[31m"]

# What mail never shows: signs that turn the text around them.
TURNS = dict.fromkeys([0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


@dataclass
class Sink:
    """Keeps what arrives."""

    mails: list[Envelope] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope)
        return "250 taken"

    def first(self, count: int) -> list[Envelope]:
        """Waits for so many mails."""
        deadline = time.monotonic() + 60
        while len(self.mails) < count:
            if time.monotonic() > deadline:
                raise Fault(f"{len(self.mails)} of {count} mails arrived")
            time.sleep(0.02)
        return list(self.mails)


class Links(HTMLParser):
    """Where a page leads, and what it says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str | None] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data


def signs_in(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Lets in who knows the password."""
    good = isinstance(data, LoginPassword) and data.login == b"diglot" and data.password == PASSWORD.encode()
    return AuthResult(success=good and mechanism in ("PLAIN", "LOGIN"), handled=False)


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for this machine that certifies itself."""
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    paths = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    more = ["-subj", "/CN=localhost", "-addext", names, "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run([*made, *more, *paths], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def greet(port: int, trusted: Path) -> None:
    """Connects to a server of this machine by TLS, and hears its greeting."""
    context = ssl.create_default_context(cafile=trusted)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as secret:
            secret.recv(1_024)


class Post:
    """A mail server that is secured in one of the ways."""

    def __init__(self, security: str, folder: Path) -> None:
        self.sink = Sink()
        port = free_ports(1)[0]
        context = None if security == "none" else certificate(folder)
        more: dict[str, Any] = {"enable_SMTPUTF8": True}
        if security == "tls":
            more["ssl_context"] = context
        if security == "starttls":
            more |= {"tls_context": context, "require_starttls": True}
        if context:
            more |= {"authenticator": signs_in, "auth_required": True, "auth_require_tls": security == "starttls"}
        self.controller = Controller(self.sink, hostname="127.0.0.1", port=port, **more)
        if security == "tls":
            # It looks at itself when it starts, and does not know its own certificate.
            setattr(self.controller, "_trigger_server", lambda: greet(port, folder / "certificate.pem"))
        self.settings = {
            "DIGLOT_MAIL__TRANSPORT": "smtp",
            "DIGLOT_MAIL__HOST": "localhost" if context else "127.0.0.1",
            "DIGLOT_MAIL__PORT": str(port),
            "DIGLOT_MAIL__SECURITY": security,
            "DIGLOT_MAIL__SENDER": '"Example, \u00c9" <accounts@example.com>',
            "DIGLOT_MAIL__PUBLIC_URL": LINK.split("/activate")[0],
        }
        if context:
            secret = folder / "password"
            secret.write_text(PASSWORD + "\n")
            self.settings["DIGLOT_MAIL__CA_FILE"] = str(folder / "certificate.pem")
            self.settings["DIGLOT_MAIL__USERNAME"] = "diglot"
            by_file = {"DIGLOT_MAIL__PASSWORD_FILE": str(secret)}
            self.settings |= by_file if security == "tls" else {"DIGLOT_MAIL__PASSWORD": PASSWORD}


def create(server: Server, address: str, name: str) -> int:
    """Invites somebody through Maisa. Tells the status."""
    body = json.dumps({"email": address, "name": name, "role": "user", "sendActivationEmail": True}).encode()
    headers = {"X-API-Key": server.key, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{server.url}/v1/users", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            status: int = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status


def must(what: bool, words: str) -> None:
    """A fault, unless it holds."""
    if not what:
        raise Fault(words)


def read(envelope: Envelope) -> EmailMessage:
    """The mail, which has nothing that is against the rules."""
    content = envelope.content
    must(isinstance(content, bytes), "no bytes")
    assert isinstance(content, bytes)
    must(all(len(line) <= 998 for line in content.split(b"\r\n")), "a line is too long")
    must(b"\n" not in content.replace(b"\r\n", b""), "a line ends in another way")
    # An address that is not ASCII stands there as it is (RFC 6532), and only there.
    must(content.isascii() or envelope.smtp_utf8, "bytes beyond ASCII")
    message = message_from_string(content.decode(), policy=email.policy.SMTPUTF8)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        must(not part.defects, f"{part.defects}")
        for name, value in part.items():
            defects = [defect for defect in getattr(value, "defects", ()) if type(defect) is not NonASCIILocalPartDefect]
            must(not defects, f"{name}: {defects} in {value!r}")
    return message


def display_name(message: EmailMessage, to: Address) -> str:
    """What the recipient is called. Some versions of Python leave in the spaces between encoded words of an address, which RFC 2047
    §6.2 takes out; its older functions do not."""
    name = str(to.display_name)
    if name.isascii():
        return name
    [value] = [value for name, value in message.raw_items() if name == "To"]
    return str(make_header(decode_header(value.rsplit("<", 1)[0].replace("\r\n", "").rstrip())))


def check(envelope: Envelope, address: str, name: str) -> str:
    """One mail is for one user, who is called that. Tells its token."""
    shown = name.translate(TURNS)
    must(envelope.rcpt_tos == [address], f"{envelope.rcpt_tos} instead of {address}")
    must(envelope.mail_from == "accounts@example.com", f"from {envelope.mail_from}")
    message = read(envelope)
    found = sorted(name.lower() for name in message.keys())
    must(found == HEADERS, f"{name!r}: {found}")
    [to] = message["To"].addresses
    must((to.addr_spec, display_name(message, to)) == (address, shown), f"{to!r} instead of {shown!r}")
    [sender] = message["From"].addresses
    must((sender.addr_spec, sender.display_name) == ("accounts@example.com", "Example, \u00c9"), f"{sender!r}")
    must(message["Subject"] == "Choose a password for your account", message["Subject"])
    must(message["Auto-Submitted"] == "auto-generated", "no machine")
    must(message["Date"].datetime is not None, "no date")
    must(message.get_content_type() == "multipart/alternative", message.get_content_type())
    plain, html = [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]
    must([part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"], "other parts")
    lines = plain.splitlines()
    must(lines[0] == f"Hello {shown},", f"{lines[0]!r}")
    [link] = [line for line in lines if line.startswith(LINK)]
    page = Links(html)
    must(page.links == [link], f"{page.links} instead of {link}")
    must(page.tags == ["html", "head", "meta", "title", "body", "p", "bdi", "p", "p", "a", "p", "p"], f"{page.tags}")
    must(shown in page.words and link in page.words, f"{page.words!r}")
    return str(link.removeprefix(LINK))


def hostile(server: Server, post: Post) -> str:
    """Everybody gets one mail, whatever they are called."""
    for name in REFUSED:
        must(create(server, "refused@example.com", name) == 400, f"{name!r} is a name")
    people = {f"user{n}@example.com": name for n, name in enumerate(NAMES)}
    people["\u00fcn\u00ef+x@example.com"] = "\u00dcn\u00ef"
    people["o'brien!#$%&*=?^`{|}~@example.com"] = "All signs"
    for address, name in people.items():
        must(create(server, address, name) == 201, f"{name!r} at {address} is not created")
    must(create(server, "u@b\u00fccher.example.com", "Domain") == 201, "not created")
    people["u@xn--bcher-kva.example.com"] = "Domain"
    mails = post.sink.first(len(people))
    must(len(mails) == len(people), f"{len(mails)} mails for {len(people)} users")
    tokens = set()
    for mail in mails:
        [address] = mail.rcpt_tos
        tokens.add(check(mail, address, people.pop(address)))
    must(not people and len(tokens) == len(mails), "a token is not one user's alone")
    return f"{len(mails)} hostile names and addresses"


def distrustful(binary: Path, post: Post) -> None:
    """A server whose certificate nobody vouches for, or another one's, gets nothing; nor does one that refuses the password."""
    before = len(post.sink.mails)
    others = {"DIGLOT_MAIL__CA_FILE": ""}, {"DIGLOT_MAIL__PASSWORD_FILE": "", "DIGLOT_MAIL__PASSWORD": "wrong"}
    for other, words in zip(others, ("certificate", "signing in"), strict=True):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIGLOT_")}
        command = [str(binary), "mail", "test", "a@example.com"]
        done = subprocess.run(command, env=inherited | post.settings | other, capture_output=True, text=True, timeout=90)
        must(done.returncode == 1 and words in done.stderr, f"exit code {done.returncode}: {done.stderr}")
        must(PASSWORD not in done.stderr and "wrong" not in done.stderr, "a password is shown")
    must(len(post.sink.mails) == before, "something was sent")


def main(binary: Path) -> str:
    """Mail in each way of securing it."""
    seen = []
    for security in ("none", "starttls", "tls"):
        with tempfile.TemporaryDirectory(prefix="diglot-mails-") as folder:
            post = Post(security, Path(folder))
            post.controller.start()
            try:
                with Server(binary, post.settings) as server:
                    if security == "none":
                        seen.append(hostile(server, post))
                    else:
                        must(create(server, "a@example.com", "Ada") == 201, "not created")
                        check(post.sink.first(1)[0], "a@example.com", "Ada")
                        distrustful(binary, post)
                        seen.append(f"{security} with a login")
                    server.must_be_well()
            finally:
                post.controller.stop()
    return ", ".join(seen)


if __name__ == "__main__":
    # The mail server tells of settings that it would rather have otherwise, and of whoever does not trust it.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    try:
        print(f"conform: mail: {main(Path(sys.argv[1]))}")
    except Fault as fault:
        sys.exit(f"conform: mail: {fault}")
