#!/usr/bin/env python3
"""Counts the instructions of the hot path, and fails where they have grown.

    gate.py [--write] [--requests N]

diglot runs in callgrind on a small installation, and is asked for the same over one connection: one user and a page, in both dialects, with
what is kept, with the caller alone, with nothing. What a request takes in user space, framework included, is compared with baseline.json;
more than TOLERANCE above it fails. A count differs by less than 1% from run to run, on any machine; another compiler may change
it, so the baseline names its own. `--write` puts what was counted in its place. Needs valgrind.
"""
import argparse
import glob
import http.client
import json
import os
import re
import subprocess
import sys
import time

from installation import RELEASE, Directory, environment
from servers import HERE, Server

BASELINE = os.path.join(HERE, "baseline.json")
TOLERANCE = 0.05
USERS = 2_000
PORT = 18150
NOTHING_SHOWN = {"DIGLOT_CACHE__SHOWN_MIB": "0"}
NOTHING_KEPT = {**NOTHING_SHOWN, "DIGLOT_CACHE__CALLERS": "0"}


class Counted:
    """A server in callgrind, which counts only while it is told to."""

    def __init__(self, directory, settings):
        self.files = os.path.join(HERE, "results", "callgrind")
        for old in glob.glob(f"{self.files}*"):
            os.remove(old)
        command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={self.files}", directory.program, "serve"]
        env = environment(DIGLOT_DATABASE__URL=directory.database, DIGLOT_SERVER__BIND=f"127.0.0.1:{PORT}", DIGLOT_SERVER__WORKERS="1", **settings)
        self.server = Server("counted", command, PORT, "/readyz", env)
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def control(self, *arguments):
        subprocess.run(["callgrind_control", *arguments, str(self.server.process.pid)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, paths, headers, times):
        for n in range(times):
            self.connection.request("GET", paths[n % len(paths)], headers=headers)
            answer = self.connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{paths[n % len(paths)]}: {answer.status}")

    def count(self, paths, headers, times):
        """Instructions of one request: the least of three counts, since whatever else the server does is counted as well."""
        self.ask(paths, headers, times)
        return min(self.count_once(paths, headers, times) for _ in range(3))

    def count_once(self, paths, headers, times):
        before = set(glob.glob(f"{self.files}.*"))
        self.control("-i", "on")
        self.control("-z")
        self.ask(paths, headers, times)
        self.control("-d")
        self.control("-i", "off")
        (written,) = set(glob.glob(f"{self.files}.*")) - before
        with open(written, encoding="utf-8") as file:
            return int(re.search(r"^(?:totals|summary): (\d+)", file.read(), re.MULTILINE)[1]) // times

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.server.stop()


def counts(directory, requests):
    with open(directory.ids, encoding="utf-8") as file:
        ids = [line.strip() for line in file][:200]
    doors = {"mechamental": directory.mm(), "maisa": directory.maisa()}
    found = {}
    for kept, settings in (("all kept", {}), ("caller kept", NOTHING_SHOWN), ("nothing kept", NOTHING_KEPT)):
        with Counted(directory, settings) as server:
            for dialect, headers in doors.items():
                paths = [f"/{dialect}/v1/users/{id}" for id in ids]
                found[f"{dialect}: one user, {kept}"] = server.count(paths, headers, requests)
            if settings is not NOTHING_KEPT:
                lists = {"mechamental": f"/mechamental/v1/users?limit=50&workspace_id={directory.workspaces[0]}", "maisa": "/maisa/v1/users?limit=50"}
                for dialect, path in lists.items():
                    found[f"{dialect}: list of 50, {kept}"] = server.count([path], doors[dialect], requests // 4)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--requests", type=int, default=400)
    options = parser.parse_args()
    found = counts(Directory(USERS, RELEASE), options.requests)
    compiler = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    if options.write:
        with open(BASELINE, "w", encoding="utf-8") as file:
            file.write(json.dumps({"compiler": compiler, "instructions": found}, indent=2) + "\n")
    with open(BASELINE, encoding="utf-8") as file:
        baseline = json.load(file)
    if baseline["compiler"] != compiler:
        print(f"The baseline was counted with {baseline['compiler']}, this is {compiler}.")
    grown = []
    for name, count in found.items():
        ratio = count / baseline["instructions"][name]
        print(f"{name:36} {count:9,} instructions, {(ratio - 1) * 100:+5.1f}%")
        if ratio > 1 + TOLERANCE:
            grown.append(name)
    if grown:
        sys.exit(f"More than {TOLERANCE:.0%} above the baseline: {'; '.join(grown)}. If it is worth that, say why and run `make bench-baseline`.")


if __name__ == "__main__":
    main()
