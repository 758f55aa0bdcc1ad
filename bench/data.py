"""The users that everything is measured with: the same in every run, the first 100,000 of them those of the first million."""
import json
import random
import sqlite3

SEED = 20261129
FIRST = "Ada Alan Grace Linus Barbara Donald Edsger Frances Katherine Ken Leslie Margaret Niklaus Radia Tim Vint Anita Bjarne".split()
LAST = "Lovelace Turing Hopper Torvalds Liskov Knuth Dijkstra Allen Johnson Thompson Lamport Hamilton Wirth Perlman Lee Cerf".split()
WORDS = "builds reliable services enjoys hiking coffee databases compilers distributed systems cycling photography music".split()
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo"]
LOCALES = ["en-US", "de-DE", "ja-JP", "pt-BR", "fr-FR", "en-GB"]
ROLES = [["user"], ["viewer", "user"], ["developer"], ["operator"], ["viewer"]]
# The first workspace has half of all users, the second an eighth, the third 2,000 of a million, seventeen others share the rest.
WORKSPACES = 20


# A user of the Maisa dialect that is created, by a number that no other one has.
CREATION = '{"email": "new.%d@example.com", "name": "New User", "role": "user", "sendActivationEmail": false}'


def user(i, workspaces):
    """User number i of an installation with these workspaces, in the words of an import."""
    r = random.Random(SEED * 1_000_003 + i)
    first, last, share = r.choice(FIRST), r.choice(LAST), r.random()
    number = 0 if share < 0.5 else 1 if share < 0.625 else 2 if share < 0.627 else 3 + r.randrange(WORKSPACES - 3)
    name = f"{first.lower()}.{last.lower()}{i}"
    day = f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}T{i % 24:02d}:{i % 60:02d}:00.{i % 1_000_000:06d}Z"
    return {
        # Version 7 (RFC 9562): rising with the time of creation, one each 10 ms.
        "user_id": f"{(1_750_000_000_000 + i * 10):012x}"[:8] + "-" + f"{(1_750_000_000_000 + i * 10):012x}"[8:]
        + f"-7{r.getrandbits(12):03x}-8{r.getrandbits(12):03x}-{r.getrandbits(48):012x}",
        "email": f"{name}@" + ("example.com" if i % 3 else f"corp{i % 97}.example.org"),
        "username": name,
        "full_name": f"{first} {last}",
        "auth_provider": "local",
        "is_active": i % 50 != 0,
        "is_verified": i % 4 != 0,
        "roles": r.choice(ROLES),
        "avatar_url": f"https://cdn.example.com/avatars/{i % 4096:04x}/{i}.png",
        "bio": " ".join(r.choice(WORDS) for _ in range(12)),
        "timezone": r.choice(ZONES),
        "locale": r.choice(LOCALES),
        "preferences": {"theme": "dark", "density": "compact", "notifications": {"email": True, "push": bool(i & 1)}},
        "settings": {"editor": "vim", "tab_width": 2 + 2 * (i & 1), "beta": False},
        "created_at": day,
        "updated_at": day,
        "last_login": day,
        "default_workspace_id": workspaces[number],
        "workspaces": [workspaces[number]],
    }


def write_lines(count, workspaces, path):
    """The users as `diglot import` reads them."""
    with open(path, "w", encoding="utf-8") as file:
        for i in range(1, count + 1):
            file.write(json.dumps(user(i, workspaces), separators=(",", ":")) + "\n")


COLUMNS = ("user_id email username full_name auth_provider is_active is_verified roles avatar_url bio timezone locale preferences "
           "settings created_at updated_at last_login default_workspace_id").split()


def write_peers_database(lines, path):
    """The same users as the peers keep them: one table, and a counter for the total of each workspace."""
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("""
        PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN;
        CREATE TABLE users (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, email TEXT NOT NULL, username TEXT NOT NULL, full_name TEXT,
          auth_provider TEXT NOT NULL, is_active INTEGER NOT NULL, is_verified INTEGER NOT NULL, roles TEXT NOT NULL, avatar_url TEXT, bio TEXT,
          timezone TEXT, locale TEXT, preferences TEXT NOT NULL, settings TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
          last_login TEXT, default_workspace_id TEXT NOT NULL);
        CREATE TABLE totals (workspace_id TEXT PRIMARY KEY, users INTEGER NOT NULL);
    """)

    def rows():
        with open(lines, encoding="utf-8") as file:
            for seq, line in enumerate(file, 1):
                user = json.loads(line)
                values = [user[column] for column in COLUMNS]
                yield [seq] + [json.dumps(value) if isinstance(value, (list, dict)) else value for value in values]

    db.executemany(f"INSERT INTO users VALUES ({','.join('?' * (1 + len(COLUMNS)))})", rows())
    # A script commits what is open before it begins.
    db.executescript("""
        CREATE UNIQUE INDEX users_id ON users (id); CREATE UNIQUE INDEX users_email ON users (email);
        CREATE INDEX users_workspace ON users (default_workspace_id, seq);
        INSERT INTO totals SELECT default_workspace_id, count(*) FROM users GROUP BY 1;
        ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);
    """)
    db.close()
