#!/usr/bin/env python3
"""Draws where the time of a warm read goes, as a flame graph: flame.py FILE.svg [--users N] [--seconds N]

Samples a serving diglot with Linux's `perf` while wrk asks it for one user after the other. In the picture each box is a function, as wide as
its share of the samples, and stands on the one that called it; hovering tells its name and share.
"""
import argparse
import collections
import os
import re
import subprocess
import time
import zlib
from xml.sax.saxutils import escape

from installation import RELEASE, Directory
from servers import HERE, Load

WIDTH, ROW, NARROWEST = 1200, 17, 0.4
# What a function is generic over, where it stands in the sources and what it was made from says little here.
NOISE = re.compile(r"::\{\{closure\}\}|::h[0-9a-f]{16}$|\[clone[^]]*\]|\.llvm\.\d+")


def name(symbol):
    symbol, depth, kept = NOISE.sub("", symbol), 0, []
    for c in symbol.replace("->", "→"):
        depth += c == "<"
        if depth == 0 or len(kept) == 0:
            kept.append(c)
        depth -= c == ">"
    short = "".join(kept).strip("<>:")
    return (short or symbol)[:120]


def stacks(data):
    """How often each stack was seen, outermost function first."""
    text = subprocess.run(["perf", "script", "-i", data, "--no-inline", "-F", "comm,ip,sym"], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, errors="replace").stdout
    seen = collections.Counter()
    for sample in text.split("\n\n"):
        lines = sample.strip().splitlines()
        if len(lines) > 1:
            frames = [name(line.strip().partition(" ")[2]) for line in lines[1:]]
            seen[tuple(frame for frame in [lines[0].strip(), *reversed(frames)] if frame)] += 1
    return seen


def tree(seen):
    root = {"count": 0, "below": {}}
    for stack, count in seen.items():
        node = root
        node["count"] += count
        for frame in stack:
            node = node["below"].setdefault(frame, {"count": 0, "below": {}})
            node["count"] += count
    return root


def draw(root):
    boxes, total, deepest = [], root["count"], 0
    todo = [(root, "all", 0.0, 0)]
    while todo:
        node, label, x, depth = todo.pop()
        width = node["count"] / total * WIDTH
        if width < NARROWEST:
            continue
        deepest = max(deepest, depth)
        boxes.append((x, depth, width, label, node["count"] / total))
        for below, child in sorted(node["below"].items()):
            todo.append((child, below, x, depth + 1))
            x += child["count"] / total * WIDTH
    height = (deepest + 1) * ROW + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11">',
             f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>']
    for x, depth, width, label, share in boxes:
        y, colour = height - (depth + 1) * ROW, zlib.crc32(label.encode()) % 60
        shown = label if len(label) * 6.7 < width else label[:max(int(width / 6.7) - 1, 0)]
        parts.append(f'<g><title>{escape(label)}: {share:.1%}</title><rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW - 1}" fill="hsl({colour},80%,70%)"/>'
                     + (f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(shown)}</text>' if len(shown) > 2 else "") + "</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    directory, data = Directory(options.users, RELEASE), os.path.join(HERE, "results", "perf.data")
    with directory.serve("flame", 18101) as server:
        load = Load(server, "each", "/mechamental/v1/users/", directory.mm(), ids=directory.ids)
        load.run(2)
        running = load.begin(options.seconds + 2)
        time.sleep(1)
        subprocess.run(["perf", "record", "-F", "499", "--call-graph", "dwarf,16384", "-p", str(server.process.pid), "-o", data, "sleep", str(options.seconds)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        load.result(running)
    with open(options.file, "w", encoding="utf-8") as file:
        file.write(draw(tree(stacks(data))))


if __name__ == "__main__":
    main()
