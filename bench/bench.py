#!/usr/bin/env python3
"""Measures diglot beside its ceiling and its peers in one run, and prints ratios.

    bench.py [--users N] [--rounds N] [--seconds N] [--without-peers] [SECTION ...]

Sections: reads, lists, offsets, search, beside, tenfold, creates, mixed, imports, postgres, start; all of them unless some are named. Servers run one beside the other and are
asked by turns; a ratio is the median of the ratios within each round, since nothing else means much on a shared machine (but for creates and
mixed, which have one part after the other). Needs wrk, sqlite3's shell, PostgreSQL's server and pgbench, and for the peers npm and Python's venv. What is printed is also
kept in results/.
"""
import argparse
import contextlib
import glob
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import data
import postgres as server
from installation import DIST, PLAIN_CEILING, Directory, ceiling, environment, run
from servers import HERE, Load, Server, rounds, show


def reads(directory, options):
    everyone = {"ids": directory.ids}
    own = {name: {"database__url": directory.own(name)} for name in ("warm", "caller", "bare")}
    with directory.serve("warm", 18101, **own["warm"]) as warm, \
            directory.serve("caller", 18102, cache__shown_mib=0, **own["caller"]) as caller, \
            directory.serve("bare", 18103, cache__shown_mib=0, cache__callers=0, **own["bare"]) as bare, ceiling(directory, warm, 18100) as c1, \
            ceiling(directory, warm, 18104, PLAIN_CEILING) as plain:
        loads = {"C1: the framework alone": Load(c1, "each", "/", directory.mm(), **everyone)}
        loads["C1 not built for what it does"] = Load(plain, "each", "/", directory.mm(), **everyone)
        for label, server in (("warm", warm), ("caller kept, record read", caller), ("caller and record read", bare)):
            for dialect, headers in (("mechamental", directory.mm()), ("maisa", directory.maisa())):
                loads[f"{label}, {dialect}"] = Load(server, "each", f"/{dialect}/v1/users/", headers, **everyone)
        show("GET one user", rounds(loads, options.rounds, options.seconds))


def peers(directory, options):
    """The peers on the same users, each with what it answers for a page."""
    database = f"{directory.folder}/peers.db"
    if not os.path.exists(database):
        data.write_peers_database(directory.lines, database)
    fastify, fastapi = os.path.join(HERE, "peers", "fastify"), os.path.join(HERE, "peers", "fastapi")
    venv = os.path.join(HERE, "results", "venv")
    if not os.path.exists(f"{fastify}/node_modules"):
        run("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", cwd=fastify)
    if not os.path.exists(f"{venv}/bin/uvicorn"):
        run(sys.executable, "-m", "venv", venv)
        run(f"{venv}/bin/pip", "install", "-q", "-r", f"{fastapi}/requirements.txt")
    probe = f"/v1/users?workspace_id={directory.workspaces[0]}"
    uvicorn = [f"{venv}/bin/python", "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--workers", "2", "--loop", "uvloop", "--http", "httptools",
               "--no-access-log", "--log-level", "warning", "--port"]
    yield "Fastify", Server("fastify", ["node", "server.js"], 18111, probe, environment(DATABASE=database, PORT="18111", NODE_ENV="production"), fastify)
    for label, inline, port in (("FastAPI", "0", 18112), ("FastAPI inline", "1", 18113)):
        yield label, Server(f"fastapi{inline}", [*uvicorn, str(port)], port, probe, environment(DATABASE=database, INLINE=inline), fastapi)


def lists(directory, options):
    path = f"/v1/users?workspace_id={directory.workspaces[0]}&limit=50"
    started = [] if options.without_peers else list(peers(directory, options))
    try:
        with directory.serve("lists", 18101) as server:
            loads = {"diglot, list of 50 with total": Load(server, "url", "/mechamental" + path, directory.mm())}
            loads.update({label: Load(peer, "url", path) for label, peer in started})
            show("List of 50, first page, of a workspace with half of all users", rounds(loads, options.rounds, options.seconds))
    finally:
        for _, peer in started:
            peer.stop()


def timed(server, path, headers, times=30):
    """The median time of one request after the other on one connection, in milliseconds."""
    import http.client
    connection, taken = http.client.HTTPConnection("127.0.0.1", server.port), []
    for n in range(times + 3):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:200]}")
        if n >= 3:
            taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken), body


def offsets(directory, options):
    with directory.serve("offsets", 18101) as server:
        page = "/maisa/v1/users?limit=50&offset="
        first, body = timed(server, f"{page}0", directory.maisa())
        total = json.loads(body)["pagination"]["total"]
        print(f"\nPages of 50 among {total}, ratios to the first page ({first:.2f} ms)")
        for share in (0.001, 0.1, 0.5, 0.9):
            at, n = int(total * share), iter(range(1, 1000))
            jump = statistics.median(timed(server, f"{page}{at + 1000 * next(n)}", directory.maisa(), 1)[0] for _ in range(9))
            walk = statistics.median(timed(server, f"{page}{at + 50 * next(n)}", directory.maisa(), 1)[0] for _ in range(50))
            print(f"offset {at:8}: jump {jump / first:6.2f}, walking on {walk / first:6.2f}")
        path = f"/mechamental/v1/users?workspace_id={directory.workspaces[0]}&limit=50"
        first, body = timed(server, path, directory.mm())
        for _ in range(int(total / 2 / 2 / 200)):
            _, body = once = timed(server, path.replace("limit=50", "limit=200") + "&cursor=" + urllib.parse.quote(json.loads(body)["next_cursor"]), directory.mm(), 1)
        middle, _ = timed(server, path + "&cursor=" + urllib.parse.quote(json.loads(body)["next_cursor"]), directory.mm())
        print(f"by cursor, in the middle: {middle / first:.2f}")


def search(directory, options):
    with directory.serve("search", 18101) as server:
        print("\nSearch: page of 50 and total, ms")
        for size, workspace in (("half of all", directory.workspaces[0]), ("2 in 1,000", directory.workspaces[2])):
            for term in ("turing77", "lovelace12", "zzzz", "turing", "example", "ad", "x"):
                path = f"/mechamental/v1/users?workspace_id={workspace}&limit=50&search={term}"
                taken, body = timed(server, path, directory.mm(), 5)
                print(f"{size:12} {term:12} {json.loads(body)['total']:8} matches {taken:9.2f}")


def beside(directory, options):
    """Reads of one user while somebody searches for what is common, one search behind the other."""
    with directory.serve("beside", 18101) as server:
        read = Load(server, "each", "/mechamental/v1/users/", directory.mm(), ids=directory.ids)
        rate = int(read.run(options.seconds)["rps"] / 5)
        steady = Load(server, "each", "/mechamental/v1/users/", directory.mm(), ids=directory.ids, rate=rate)
        print(f"\nReads at {rate}/s while one client searches")
        for term in ("x", "ad", "example", "turing"):
            path = f"/mechamental/v1/users?workspace_id={directory.workspaces[0]}&limit=50&search={term}"
            searches, alone, together = Load(server, "url", path, directory.mm(), 1), [], []
            for _ in range(options.rounds):
                alone.append(steady.run(options.seconds)["p99"])
                running = searches.begin(options.seconds + 1)
                time.sleep(0.5)
                together.append(steady.run(options.seconds)["p99"])
                searches.result(running)
            ratio = statistics.median(one / max(other, 1) for one, other in zip(together, alone))
            print(f"{term:8} p99 {statistics.median(alone) / 1e3:.2f} ms alone, {statistics.median(together) / 1e3:.2f} ms beside, ratio {ratio:.2f}", flush=True)


def tenfold(directory, options):
    """The same of a tenth of the users and of all of them; ratios of the times that a request takes."""
    small, pairs, servers = Directory(options.users // 10, DIST), [], []
    # What an earlier run has created is gone.
    for left in (left for of in (small, directory) for left in glob.glob(f"{of.folder}/tenfold-*")):
        os.remove(left)
    try:
        for name, settings in (("kept", {}), ("record read", {"cache__shown_mib": 0}), ("both read", {"cache__shown_mib": 0, "cache__callers": 0})):
            for size, of in (("small", small), ("large", directory)):
                servers.append(of.serve(f"{size}-{name.replace(' ', '-')}", 18101 + len(servers), database__url=of.own(f"tenfold-{name.replace(' ', '-')}"), **settings))
            pairs.append((f"GET one user, {name}", [Load(server, "each", "/mechamental/v1/users/", of.mm(), ids=of.ids) for server, of in zip(servers[-2:], (small, directory))]))
        lists = [Load(server, "url", f"/mechamental/v1/users?workspace_id={of.workspaces[0]}&limit=50", of.mm()) for server, of in zip(servers[:2], (small, directory))]
        made = [Load(server, "create", "/maisa/v1/users", of.maisa(), 64, body=data.CREATION) for server, of in zip(servers[4:], (small, directory))]
        print(f"\n{options.users // 10} and {options.users} users")
        for label, loads in (*pairs, ("list of 50, first page", lists), ("create, 64 clients", made)):
            table = rounds({"a tenth": loads[0], "all": loads[1]}, options.rounds, options.seconds)
            print(f"{label:30} {table['a tenth']['rps']:8.0f}/s, {table['all']['rps']:8.0f}/s, ratio of times {1 / table['all']['ratio']:.2f}, {table['a tenth']['errors'] + table['all']['errors']} errors", flush=True)
    finally:
        for server in servers:
            server.stop()


def creates(directory, options):
    with directory.serve("grouped", 18101, log__filter="warn") as grouped:
        together = rounds({"grouped commits": Load(grouped, "create", "/maisa/v1/users", directory.maisa(), 64, body=data.CREATION)}, 2, options.seconds)
    with directory.serve("single", 18102, log__filter="warn", database__write_group=1) as single:
        alone = rounds({"one commit each": Load(single, "create", "/maisa/v1/users", directory.maisa(), 64, body=data.CREATION)}, 2, options.seconds)
    table = {**alone, **together}
    table["grouped commits"]["ratio"] = together["grouped commits"]["rps"] / alone["one commit each"]["rps"]
    show("Create, 64 clients, synchronous = FULL", table)


def mixed(directory, options):
    body = '{"email": "hashed.%d@example.com", "username": "hashed.%d", "password": "correct horse", "default_workspace_id": "' + directory.workspaces[3] + '"}'
    with directory.serve("mixed", 18101) as server:
        read = Load(server, "each", "/mechamental/v1/users/", directory.mm(), ids=directory.ids)
        rate = read.run(options.seconds)["rps"] / 5
        steady = Load(server, "each", "/mechamental/v1/users/", directory.mm(), ids=directory.ids, rate=int(rate))
        creating = Load(server, "create", "/mechamental/v1/users", directory.mm(), 64, body=body)
        alone = statistics.median(steady.run(options.seconds)["p99"] for _ in range(options.rounds))
        # Without a break: who goes away leaves a request behind that waits for its hash, and those who come next are refused for that.
        running = creating.begin(options.rounds * (options.seconds + 1))
        time.sleep(0.5)
        beside = statistics.median(steady.run(options.seconds)["p99"] for _ in range(options.rounds))
        made = creating.result(running)["rps"]
        ratio = beside / max(alone, 1)
        print(f"\nReads at {rate:.0f}/s while 64 clients create with bcrypt: p99 {alone / 1e3:.2f} ms alone, {beside / 1e3:.2f} ms beside, ratio {ratio:.2f} ({made:.0f} answers/s to the creators)")


def imports(directory, options):
    """Beside sqlite3's own import of the same users into their table alone, with its indexes: without memberships, totals, searches, audit."""
    store, plain, rows = (f"{directory.folder}/{name}" for name in ("imported.db", "plain.db", "users.csv"))
    source = sqlite3.connect(directory.database.replace("sqlite://", "file:") + "?mode=ro", uri=True)
    schema = [sql for sql, in source.execute("SELECT sql FROM sqlite_schema WHERE tbl_name = 'users' AND type IN ('table', 'index') AND sql > ''")]
    workspaces = source.execute("SELECT * FROM workspaces").fetchall()
    source.close()
    # Whoever has signed in came by the import.
    run("sqlite3", directory.database.removeprefix("sqlite://"), ".mode csv", f".output {rows}", "SELECT * FROM users WHERE last_login > 0")
    env = environment(DIGLOT_DATABASE__URL=f"sqlite://{store}", DIGLOT_LOG__FILTER="warn")

    def by_diglot():
        run(directory.program, "init", env=env)
        with contextlib.closing(sqlite3.connect(store)) as own, own:
            own.executemany("INSERT OR IGNORE INTO workspaces VALUES (?, ?, ?)", workspaces)
        began = time.time()
        run(directory.program, "import", directory.lines, env=env)
        return time.time() - began

    def by_sqlite():
        with contextlib.closing(sqlite3.connect(plain)) as own:
            own.executescript(";".join(schema))
        began = time.time()
        run("sqlite3", plain, ".mode csv", f".import {rows} users")
        return time.time() - began

    print(f"\nImport of {options.users} users; ratio of the rates, diglot's to sqlite3's own")
    for n in range(options.rounds):
        for name in (store, plain):
            for left in glob.glob(f"{name}*"):
                os.remove(left)
        order = (by_diglot, by_sqlite) if n % 2 == 0 else (by_sqlite, by_diglot)
        taken = {way.__name__: way() for way in order}
        print(f"{taken['by_diglot']:7.1f} s, {taken['by_sqlite']:7.1f} s, ratio {taken['by_sqlite'] / taken['by_diglot']:.2f}", flush=True)


def postgres(directory, options):
    """A copy of the users on a server of this run's own; what it is asked to write is what pgbench writes to it, by as many connections."""
    def creation(email):
        body = json.dumps({"email": email, "name": "New User", "role": "user", "sendActivationEmail": False}).encode()
        headers = {**directory.maisa(), "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request("http://127.0.0.1:18101/maisa/v1/users", data=body, headers=headers)) as answer:
            answer.read()

    def creations():
        creation("first@example.com")
        creation(f"second.{server.MARK}@example.com")

    with server.Cluster() as cluster:
        directory.diglot("copy", "--from", directory.database, "--to", server.URL)
        with directory.serve("postgres", 18101, database__url=server.URL, cache__shown_mib=0) as own, ceiling(directory, own, 18100) as c1:
            loads = {"C1: the framework alone": Load(c1, "each", "/", directory.mm(), ids=directory.ids)}
            for dialect, headers in (("mechamental", directory.mm()), ("maisa", directory.maisa())):
                loads[f"record read, {dialect}"] = Load(own, "each", f"/{dialect}/v1/users/", headers, ids=directory.ids)
            show("GET one user from PostgreSQL", rounds(loads, options.rounds, options.seconds))
            script = server.script_of(cluster.heard(creations))
            load = Load(own, "create", "/maisa/v1/users", directory.maisa(), 64, body=data.CREATION)
            load.run(1)
            ratios = []
            print("\nCreate on PostgreSQL, 64 clients, beside pgbench with the same statements")
            for _ in range(options.rounds):
                by_diglot, by_pgbench = load.run(options.seconds), cluster.pgbench(script, 64, options.seconds)
                ratios.append(by_diglot["rps"] / by_pgbench)
                print(f"{by_diglot['rps']:7.0f}/s, p99 {by_diglot['p99'] / 1e3:.1f} ms, {by_diglot['errors']} errors; pgbench {by_pgbench:7.0f}/s; ratio {ratios[-1]:.2f}", flush=True)
            print(f"ratio {statistics.median(ratios):.2f}")


def start(directory, options):
    times, idle = [], 0
    for _ in range(5):
        with directory.serve("start", 18101) as server:
            times.append(server.start)
            time.sleep(1)
            idle = server.memory()
    with directory.serve("start", 18101) as server:
        for dialect, headers in (("mechamental", directory.mm()), ("maisa", directory.maisa())):
            Load(server, "each", f"/{dialect}/v1/users/", headers, 64, ids=directory.ids).run(options.seconds)
            Load(server, "url", f"/mechamental/v1/users?workspace_id={directory.workspaces[0]}", directory.mm(), 64).run(options.seconds)
        loaded = server.memory()
    print(f"\nStart to the first 200: {statistics.median(times):.3f} s. Memory (PSS): {idle:.0f} MiB idle, {loaded:.0f} MiB under load")


SECTIONS = (reads, lists, offsets, search, beside, tenfold, creates, mixed, imports, postgres, start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    options = parser.parse_args()
    named = {section.__name__: section for section in SECTIONS}
    if unknown := [name for name in options.sections if name not in named]:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(named)}")
    directory = Directory(options.users, DIST)
    print(f"{options.users} users, {options.rounds} rounds of {options.seconds} s, {os.cpu_count()} processors")
    for name in options.sections or named:
        named[name](directory, options)


if __name__ == "__main__":
    main()
