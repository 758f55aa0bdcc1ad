#!/usr/bin/env python3
"""Builds diglot, and what it is measured against, for what they do: target/trained/diglot, target/trained/ceiling.

    trained.py [--without-ceiling] [-- FLAG ...]

Each is built to count which ways its code takes, does for a minute what it is made for, and is built again by these counts (profile-guided
optimisation). diglot's code is spread over megabytes; what a request needs then lies together and is laid out for the usual case. The counts are
kept until the source changes. FLAGs are for cargo. Needs rustup's component llvm-tools (which is added where rustup can), wrk, and
PostgreSQL's server. SQLite, which is C, is counted as well where the C compiler is GCC.
"""
import argparse
import contextlib
import glob
import hashlib
import os
import shutil
import subprocess

import data
import postgres
from installation import ROOT, Directory, ceiling
from servers import HERE, Load

USERS = 20_000
SECONDS = 3
TARGET = os.path.join(ROOT, "target", "trained")


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


HOST = next(line.removeprefix("host: ") for line in output("rustc", "-vV").splitlines() if line.startswith("host: "))


def merger():
    """The program that adds up the counts: that of the compiler's own version, since no other reads them."""
    path = os.path.join(output("rustc", "--print", "sysroot"), "lib", "rustlib", HOST, "bin", "llvm-profdata")
    if not os.path.exists(path):
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(["rustup", "component", "add", "llvm-tools"], check=True)
    if not os.path.exists(path):
        raise SystemExit("llvm-profdata is missing: rustup component add llvm-tools")
    return path


def counts_c():
    """Whether the C compiler is a GCC that finds counts again in another folder (12 or later)."""
    return subprocess.run([os.environ.get("CC", "cc"), "-fprofile-prefix-path=/", "-E", "-x", "c", os.devnull], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def digest(*paths):
    found = hashlib.sha256()
    for path in sorted(paths):
        with open(path, "rb") as file:
            found.update(file.read())
    return found.hexdigest()


def read(path):
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        return file.read()


def load(server, mode, path, headers, seconds=1, connections=32, **more):
    """Has clients ask for it. Who is refused teaches nothing."""
    result = Load(server, mode, path, headers, connections, **more).run(seconds)
    if result["errors"] or not result["count"]:
        raise SystemExit(f"{path}: {result}")


class Program:
    """A program that is built twice, in two folders. Flags for the compiler are told in a file, as a name that stays: with others in its place, cargo would
    have other folders in these, and counts of C are found by the name of the folder."""

    def __init__(self, name, profile, arguments):
        self.name, self.profile, self.arguments = name, profile, arguments
        self.folder = os.path.join(TARGET, f"{name}-builds")
        if " " in self.folder:
            raise SystemExit(f"{self.folder}: compilers are not told of a folder with a space in its name")
        self.counts, self.ready = os.path.join(self.folder, "counts"), os.path.join(TARGET, name)

    def build(self, step, rust, c):
        """The program of this step, built anew where sources have changed."""
        target, flags = os.path.join(self.folder, step), os.path.join(self.folder, "flags")
        os.makedirs(self.folder, exist_ok=True)
        with open(flags, "w", encoding="utf-8") as file:
            file.writelines(f"{flag}\n" for flag in rust)
        # The target is named so that the flags are not for what only helps to build.
        env = {**os.environ, "CARGO_ENCODED_RUSTFLAGS": f"@{flags}", "CARGO_TARGET_DIR": target, "CARGO_INCREMENTAL": "0"}
        if counts_c():
            env[f"CFLAGS_{HOST.replace('-', '_')}"] = " ".join([*c, f"-fprofile-prefix-path={target}"])
        subprocess.run(["cargo", "build", "--locked", "--target", HOST, *self.arguments], check=True, cwd=ROOT, env=env)
        return os.path.join(target, HOST, self.profile, self.name)

    def train(self, use):
        """Builds it by what `use` has the counting program do."""
        rust, c, merged, known = (os.path.join(self.counts, name) for name in ("rust", "c", "merged.profdata", "of"))
        counting = self.build("counting", [f"-Cprofile-generate={rust}", *(["-Clink-arg=-lgcov"] if counts_c() else [])],
                              [f"-fprofile-generate={c}", "-fprofile-update=prefer-atomic"])
        # The counts are those of this very program and of what it was made to do: another one has others.
        now = digest(counting, *glob.glob(os.path.join(HERE, "*.py")), *glob.glob(os.path.join(HERE, "*.lua")))
        if now != read(known):
            for old in filter(os.path.exists, (self.counts, os.path.join(self.folder, "built"))):
                shutil.rmtree(old)
            use(counting)
            if counts_c() and self.name == "diglot" and not glob.glob(f"{c}/**/*sqlite3.gcda", recursive=True):
                raise SystemExit(f"{c}: SQLite has counted nothing")
            # Fails where there is nothing.
            subprocess.run([merger(), "merge", "-o", merged, rust], check=True)
            with open(known, "w", encoding="utf-8") as file:
                file.write(now)
        # What was not done for the counts is built as ever.
        built = self.build("built", [f"-Cprofile-use={merged}"], [f"-fprofile-use={c}", "-fprofile-partial-training", "-Wno-missing-profile"])
        # One that is running keeps its file.
        shutil.copy2(built, f"{self.ready}.new")
        os.replace(f"{self.ready}.new", self.ready)
        print(self.ready)


def reads(directory, server):
    for dialect, headers in (("mechamental", directory.mm()), ("maisa", directory.maisa())):
        load(server, "each", f"/{dialect}/v1/users/", headers, SECONDS, ids=directory.ids)


def everything(directory, server):
    reads(directory, server)
    for workspace in directory.workspaces[:3:2]:
        for query in ("", "&role=user", "&search=turing77", "&search=turing", "&search=ad"):
            load(server, "url", f"/mechamental/v1/users?workspace_id={workspace}&limit=50{query}", directory.mm(), connections=4)
    for offset in (0, 500, 15_000):
        load(server, "url", f"/maisa/v1/users?limit=50&offset={offset}", directory.maisa())
    load(server, "create", "/maisa/v1/users", directory.maisa(), SECONDS, body=data.CREATION)


def serve(program):
    """What servers do, on both stores. The users are imported first."""
    shutil.rmtree(os.path.join(HERE, "results", f"{USERS}"), ignore_errors=True)
    directory = Directory(USERS, program)
    for name, settings in (("warm", {}), ("caller", {"cache__shown_mib": 0}), ("bare", {"cache__shown_mib": 0, "cache__callers": 0})):
        with directory.serve("trained", 18101, database__url=directory.own("trained"), **settings) as server:
            (everything if name == "warm" else reads)(directory, server)
    with postgres.Cluster():
        directory.diglot("copy", "--from", directory.database, "--to", postgres.URL)
        with directory.serve("trained", 18101, database__url=postgres.URL) as server:
            everything(directory, server)


def answer(program):
    directory = Directory(USERS, os.path.join(TARGET, "diglot"))
    with directory.serve("trained", 18101) as server, ceiling(directory, server, 18100, program) as alone:
        load(alone, "each", "/", directory.mm(), SECONDS, ids=directory.ids)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-ceiling", action="store_true")
    parser.add_argument("flags", nargs="*", metavar="FLAG")
    options = parser.parse_args()
    merger(), postgres.binaries()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing")
    Program("diglot", "dist", ["--profile", "dist", "-p", "gateway", *options.flags]).train(serve)
    if not options.without_ceiling:
        Program("ceiling", "release", ["--release", "--manifest-path", os.path.join(HERE, "ceiling", "Cargo.toml")]).train(answer)


if __name__ == "__main__":
    main()
