"""A PostgreSQL server of this run's own, and the statements that diglot sends it, for pgbench to send as well."""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import time

PORT = 18140
URL = f"postgres://postgres@127.0.0.1:{PORT}/postgres"
# Stands in everything of a user that no two users may have in common.
MARK = "8f3b5a17c2d4"


def binaries():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda folder: int(folder.split("/")[4]))
    if not found:
        raise SystemExit("there is no PostgreSQL server on this machine (/usr/lib/postgresql)")
    return found[-1]


class Cluster:
    """A server on loopback in a folder of its own, which is gone at the end. Commits are flushed, as PostgreSQL does unless told otherwise."""

    def __init__(self):
        self.bin, self.folder = binaries(), tempfile.mkdtemp(prefix="diglot-bench-")
        # The server does not run as root.
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        self.data, self.log = f"{self.folder}/data", f"{self.folder}/log"
        self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.run("pg_ctl", "-D", self.data, "-w", "-l", self.log, "start", "-o",
                 f"-p {PORT} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=120 -c shared_buffers=512MB -c max_wal_size=4GB")

    def run(self, name, *arguments):
        subprocess.run([*self.as_user, f"{self.bin}/{name}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def ask(self, sql):
        command = [f"{self.bin}/psql", URL, "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def heard(self, work):
        """The statements that were sent meanwhile, values put in."""
        begin = os.path.getsize(self.log)
        for setting in ("log_statement = 'all'", "log_line_prefix = '@%p '"):
            self.ask(f"ALTER SYSTEM SET {setting}")
        self.ask("SELECT pg_reload_conf()")
        time.sleep(1)
        work()
        self.ask("ALTER SYSTEM RESET ALL")
        self.ask("SELECT pg_reload_conf()")
        with open(self.log, encoding="utf-8") as file:
            file.seek(begin)
            return entries(file.read())

    def pgbench(self, script, clients, seconds):
        """Transactions a second."""
        path = f"{self.folder}/script.sql"
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        command = [f"{self.bin}/pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", path, URL]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return float(re.search(r"tps = ([\d.]+)", output)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)


def entries(log):
    """(process, statement) of a log."""
    found = []
    for process, kind, text in re.findall(r"^@(\d+) (LOG|DETAIL):  (.*(?:\n\t.*)*)", log, re.MULTILINE):
        text = text.replace("\n\t", "\n")
        if kind == "LOG" and (statement := re.match(r"(?:statement|execute [^:]*): (.*)", text, re.DOTALL)):
            found.append((process, statement[1]))
        elif kind == "DETAIL" and found and text.startswith("parameters: "):
            found[-1] = (process, with_values(found[-1][1], text.removeprefix("parameters: ")))
    return found


def with_values(statement, parameters):
    values = dict(re.findall(r"\$(\d+) = ('(?:[^']|'')*'|NULL)", parameters))
    return re.sub(r"\$(\d+)", lambda number: values[number[1]], statement)


UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def script_of(statements):
    """The transaction that created the user with the mark as a script, in which its ids and whatever has the mark are others each time."""
    at = next(n for n, (_, text) in enumerate(statements) if text.startswith('INSERT INTO "users"') and MARK in text)
    process = statements[at][0]
    own = [n for n, (other, _) in enumerate(statements) if other == process]
    begin = max(n for n in own if n < at and statements[n][1].startswith("BEGIN"))
    end = min(n for n in own if n > at and statements[n][1] == "COMMIT")
    known = set(re.findall(UUID, " ".join(text for _, text in statements[:begin])))
    marked = lambda id: id[0] if id[0] in known else id[0][:-len(MARK)] + MARK
    return script([re.sub(UUID, marked, statements[n][1]) for n in own if begin <= n <= end])


def script(statements):
    lines = ["\\set n random(1, 1000000000000)"]
    for statement in statements:
        statement = re.sub(r"\s+", " ", statement.rstrip("; \n"))
        lines.append(re.sub(r"'([^']*)'", lambda text: different(text[0]), statement) + ";")
    return "\n".join(lines) + "\n"


def different(literal):
    return "(" + literal.replace(MARK, "' || lpad(:n::text, 12, '0') || '") + ")" if MARK in literal else literal
