"""Installations that are measured, and the framework alone beside them."""
import json
import os
import random
import shutil
import subprocess
import time
import urllib.request

import data
from servers import HERE, Server

ROOT = os.path.dirname(HERE)
# As it is counted and drawn, and as it is measured: built for what it does (trained.py), as the framework alone is.
RELEASE = os.path.join(ROOT, "target", "release", "diglot")
PLAIN_CEILING = os.path.join(ROOT, "target", "bench", "release", "ceiling")
DIST, CEILING = (os.path.join(ROOT, "target", "trained", name) for name in ("diglot", "ceiling"))
# So many different users are asked for in turn.
ASKED = 20_000


def environment(**settings):
    """What a diglot of ours is told: these settings, and nothing that is meant for another one."""
    return {**{key: value for key, value in os.environ.items() if not key.startswith("DIGLOT_")}, **settings}


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


class Directory:
    """An installation with the users of data.py, which is made once and kept, served by this program."""

    def __init__(self, count, program):
        self.program = program
        self.folder = os.path.join(HERE, "results", f"{count}")
        os.makedirs(self.folder, exist_ok=True)
        self.database, self.lines = f"sqlite://{self.folder}/diglot.db", f"{self.folder}/users.jsonl"
        made = f"{self.folder}/made.json"
        if not os.path.exists(made):
            self.make(count, made)
        with open(made, encoding="utf-8") as file:
            self.key, self.workspaces = (values := json.load(file))["key"], values["workspaces"]
        self.ids = f"{self.folder}/ids.txt"
        with open(self.lines, encoding="utf-8") as file:
            ids = [json.loads(line)["user_id"] for line in file]
        with open(self.ids, "w", encoding="utf-8") as file:
            file.writelines(f"{name}\n" for name in random.Random(1).sample(ids, min(ASKED, len(ids))))

    def diglot(self, *arguments):
        return run(self.program, *arguments, env=environment(DIGLOT_DATABASE__URL=self.database, DIGLOT_LOG__FILTER="warn"))

    def make(self, count, made):
        print(f"making {count} users", flush=True)
        for name in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, name))
        key = json.loads(self.diglot("init", "--json"))["key"]
        names = [f"Workspace {n}" for n in range(data.WORKSPACES)]
        workspaces = [json.loads(self.diglot("workspace", "create", name, "--json"))["workspace_id"] for name in names]
        data.write_lines(count, workspaces, self.lines)
        began = time.time()
        self.diglot("import", self.lines)
        print(f"imported in {time.time() - began:.0f} s", flush=True)
        with open(made, "w", encoding="utf-8") as file:
            json.dump({"key": key, "workspaces": workspaces}, file)

    def own(self, name):
        """A copy of the store: beside one that writes, even if only what is called, a server keeps nothing for long."""
        path = f"{self.folder}/{name}.db"
        if not os.path.exists(path):
            # Nobody has it open, and whoever closes a store leaves all of it in this file.
            shutil.copyfile(self.database.removeprefix("sqlite://"), path)
        return f"sqlite://{path}"

    def serve(self, name, port, **settings):
        settings = {f"DIGLOT_{key.upper()}": str(value) for key, value in settings.items()}
        env = environment(**{"DIGLOT_DATABASE__URL": self.database, "DIGLOT_SERVER__BIND": f"127.0.0.1:{port}", **settings})
        return Server(name, [self.program, "serve"], port, "/readyz", env)

    def mm(self):
        return {"Authorization": f"Bearer {self.key}"}

    def maisa(self):
        return {"X-API-Key": self.key}


def ceiling(directory, server, port, program=CEILING):
    """The framework alone, with the body and the headers of one of diglot's own answers."""
    with open(directory.ids, encoding="utf-8") as file:
        path = f"/mechamental/v1/users/{file.readline().strip()}"
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=directory.mm())
    with urllib.request.urlopen(request) as answer:
        body, own = answer.read(), [(k, v) for k, v in answer.getheaders() if k.lower() not in ("content-length", "date")]
    files = [f"{directory.folder}/{name}" for name in ("body", "headers")]
    with open(files[0], "wb") as file:
        file.write(body)
    with open(files[1], "w", encoding="utf-8") as file:
        file.writelines(f"{name.lower()}: {value}\n" for name, value in own)
    return Server("ceiling", [program, f"127.0.0.1:{port}", str(os.cpu_count()), *files], port, "/")
