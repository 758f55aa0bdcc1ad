"""Servers that are measured, and the load that is put on them."""
import json
import os
import signal
import statistics
import subprocess
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    """A server in a process group of its own, until `stop`. It shares the session, and so the scheduling group (autogroup), with who asks it: between
    two groups the kernel shares the processors evenly, whatever their threads want, and who asks would wait for what gives way to others in the
    server. `probe` is what it answers with 200 when it is there."""

    def __init__(self, name, command, port, probe, env=None, cwd=None, headers=None):
        self.name, self.port, started = name, port, time.perf_counter()
        self.log = open(os.path.join(HERE, "results", f"{name}.log"), "w")
        self.process = subprocess.Popen(command, cwd=cwd, env={**os.environ} if env is None else env, stdout=self.log, stderr=self.log,
                                        process_group=0)
        request = urllib.request.Request(f"http://127.0.0.1:{port}{probe}", headers=headers or {})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    answer.read()
                    break
            except OSError as error:
                if self.process.poll() is not None or time.perf_counter() - started > 30:
                    self.stop()
                    raise SystemExit(f"{name} does not serve ({error}); see results/{name}.log")
                time.sleep(0.002)
        # From the start of the process to the first answer, in seconds.
        self.start = time.perf_counter() - started

    def processes(self):
        children, found, todo = {}, [], [self.process.pid]
        for entry in filter(str.isdigit, os.listdir("/proc")):
            try:
                parent = open(f"/proc/{entry}/stat").read().rsplit(")", 1)[1].split()[1]
                children.setdefault(int(parent), []).append(int(entry))
            except OSError:
                pass
        while todo:
            found.append(todo.pop())
            todo += children.get(found[-1], [])
        return found

    def cpu(self):
        """Seconds of processor time."""
        total = 0
        for process in self.processes():
            try:
                fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return total / TICK

    def memory(self):
        """MiB, with shared pages divided among those who share them (PSS)."""
        total = 0
        for process in self.processes():
            for line in open(f"/proc/{process}/smaps_rollup"):
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Load:
    """What clients ask of a server: see requests.lua."""

    def __init__(self, server, mode, path, headers=None, connections=32, **more):
        self.server, self.connections = server, connections
        self.env = {"MODE": mode, "PATH_": path, "HEADERS": "\n".join(f"{k}: {v}" for k, v in (headers or {}).items()),
                    "CONNECTIONS": str(connections), **{key.upper(): str(value) for key, value in more.items()}}

    def begin(self, seconds):
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", os.path.join(HERE, "requests.lua"),
                   f"http://127.0.0.1:{self.server.port}"]
        return subprocess.Popen(command, env={**os.environ, **self.env}, stdout=subprocess.PIPE, text=True)

    def run(self, seconds):
        before, running = self.server.cpu(), self.begin(seconds)
        return self.result(running, before)

    def result(self, running, before=0.0):
        output = running.communicate()[0].strip().splitlines()
        result = json.loads(output[-1])
        result["cpu"] = (self.server.cpu() - before) / max(result["count"], 1) * 1e6
        return result


def rounds(loads, count, seconds):
    """Runs every load once a round, in turns forwards and backwards. Of each label: the medians, and the ratio to the first label's rate,
    as the median of the rounds' ratios."""
    for load in loads.values():
        load.run(1)
    results = {label: [] for label in loads}
    for n in range(count):
        for label in list(loads) if n % 2 == 0 else list(loads)[::-1]:
            results[label].append(loads[label].run(seconds))
    first = results[next(iter(loads))]
    table = {}
    for label, seen in results.items():
        table[label] = {key: statistics.median(result[key] for result in seen) for key in ("rps", "p50", "p99", "cpu")}
        ratios = sorted(one["rps"] / other["rps"] for one, other in zip(seen, first))
        table[label].update(ratio=statistics.median(ratios), least=ratios[0], most=ratios[-1], errors=sum(result["errors"] for result in seen))
    return table


def show(title, table):
    print(f"\n{title}\n{'':42} {'ratio':>6} {'(of rounds)':>13} {'req/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'cpu µs':>7} errors")
    for label, row in table.items():
        print(f"{label:42} {row['ratio']:6.2f} {row['least']:6.2f}-{row['most']:5.2f} {row['rps']:9.0f} {row['p50'] / 1e3:7.2f} "
              f"{row['p99'] / 1e3:7.2f} {row['cpu']:7.1f} {row['errors']:5d}", flush=True)
