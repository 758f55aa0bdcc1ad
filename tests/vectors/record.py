"""Records how the framework that MechaMental runs on answers: writes `framework.json` beside this file.

Needs fastapi 0.165.0, starlette 1.10.0, pydantic 2.14.3, email-validator 2.4.0 and Python 3.11. The stub below has the
fields of the contract, in the order of the contract; its successes are its own and are not compared. Cases in which the
contract departs from the framework on purpose are not here, and neither are those in which its versions differ.
"""

import base64
import json
import pathlib
from typing import Any, Optional

from fastapi import FastAPI, Header, Query
from fastapi.testclient import TestClient
from pydantic import BaseModel, EmailStr, Field

app = FastAPI()
Name = Field(default=None, max_length=255)
Free = Optional[dict[str, Any]]


class Profile(BaseModel):
    full_name: Optional[str] = Name
    avatar_url: Optional[str] = Field(default=None, max_length=2048)
    bio: Optional[str] = Field(default=None, max_length=10_000)
    timezone: Optional[str] = None
    locale: Optional[str] = None
    preferences: Free = None
    settings: Free = None


class Create(BaseModel):
    email: EmailStr
    username: str = Field(min_length=1, max_length=255)
    password: str = Field(min_length=8)
    full_name: Optional[str] = Name
    avatar_url: Optional[str] = Field(default=None, max_length=2048)
    bio: Optional[str] = Field(default=None, max_length=10_000)
    timezone: Optional[str] = None
    locale: Optional[str] = None
    preferences: Free = None
    settings: Free = None
    roles: Optional[list[str]] = None
    default_workspace_id: Optional[str] = None


class Update(BaseModel):
    email: Optional[EmailStr] = None
    username: Optional[str] = Field(default=None, min_length=1, max_length=255)
    password: Optional[str] = Field(default=None, min_length=8)
    full_name: Optional[str] = Name
    avatar_url: Optional[str] = Field(default=None, max_length=2048)
    bio: Optional[str] = Field(default=None, max_length=10_000)
    timezone: Optional[str] = None
    locale: Optional[str] = None
    preferences: Free = None
    settings: Free = None
    is_active: Optional[bool] = None
    roles: Optional[list[str]] = None
    default_workspace_id: Optional[str] = None


class Preferences(BaseModel):
    preferences: dict[str, Any]


@app.get("/v1/users")
def list_users(workspace_id: str, search: Optional[str] = None, limit: int = Query(50, ge=1, le=200),
               cursor: Optional[str] = None, authorization: Optional[str] = Header(None)):
    return {"limit": limit}


@app.post("/v1/users")
def create(body: Create, authorization: Optional[str] = Header(None)):
    return {}


@app.patch("/v1/users/me/preferences")
def preferences(body: Preferences, authorization: Optional[str] = Header(None)):
    return {}


@app.put("/v1/users/{user_id}")
def update(user_id: str, body: Update, authorization: Optional[str] = Header(None)):
    return {}


client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
cases = []


def record(name, method, path, query="", body=None, content_type="application/json"):
    raw = body if isinstance(body, bytes) or body is None else body.encode()
    headers = {"authorization": "Bearer test"}
    if raw is not None:
        headers["content-type"] = content_type
    url = path + ("?" + query if query else "")
    answer = client.request(method, url, headers=headers, content=raw)
    assert answer.status_code < 500, (name, answer.text)
    case = {"name": name, "method": method, "path": path, "query": query, "headers": headers,
            "body_raw": body if not isinstance(body, bytes) else None}
    if isinstance(body, bytes):
        case["body_raw_base64"] = base64.b64encode(body).decode()
    failed = answer.status_code >= 400
    case |= {"status": answer.status_code, "response": json.loads(answer.text) if failed else None, "check_body": failed}
    case["response_headers"] = {"content-type": answer.headers["content-type"]}
    cases.append(case)


LIMITS = ["%207%20", "%2B7", "007", "1_0", "5.0", "5.00", "5.", ".5", "1e2", "0x10", "1__0", "true", "%D9%A3", "-1", "0", "-0",
          "200.0", "1_000", "_1", "1_", "%2B%207", "--1", "%2B-1", "7%09", "%C2%A07", "1,0", "null", "", "0.0", "201.0", "-0.0",
          "1_0.0", "1.0_0", "0" * 30 + "7", "9" * 20, "-" + "9" * 20, "5.000000", "%2B5.0", "-%205", "1+0", "%", "%zz", "%ff", "=7",
          "7%00", "200", "201", "1", "%0A7%0D", "7.0.0", "7.0e0", "%E2%80%837", "%1F7", "1%5F0", "9" * 4300, "9" * 4301, "0" * 4301]
for limit in LIMITS:
    record(f"limit {limit[:40]} {len(limit)}", "GET", "/v1/users", f"workspace_id=w1&limit={limit}")
for query in ["limit=abc", "limit=7&limit=abc&workspace_id=w1", "limit=abc&limit=7&workspace_id=w1", "Limit=abc&workspace_id=w1",
              "limit&workspace_id=w1", "&&limit=x&&workspace_id=w1", "workspace_id=w1;limit=7&limit=x", "Workspace_id=w1", "limit=0",
              "nope=1&workspace_id=w1", "limit=%E9&workspace_id=w1", "limit=a%26b%3D%22%5C&workspace_id=w1", "%6Cimit=x&workspace_id=w1"]:
    record(f"query {query}", "GET", "/v1/users", query)

MALFORMED = ["{", '{"a"', '{"a":}', "{a:1}", "{'a':1}", '{"a" 1}', '{"a":1 "b":2}', "tru", "nul", "True", "01", "-", "1.", ".5", "+1",
             "1e", "1e+", '"abc', '"a\\x"', '"\\u12"', '"\\u12G4"', '"tab\there"', '"line\nbreak"', "{} {}", "{}x", "[]]", " ", "\n\t \r",
             '{"😀":}', '"😀', '{"é" 1}', "/*c*/{}", '{"a":1}//', "[1 2]", "[", "[1", "[1,", '{"a":1,', '{"a":1,"b"', '{"a":[{"b":}]}',
             '{"a":"\\uD83D\\uDE00"', "\x00", "nan", "inf", "1e5x", '"a" "b"', '{"a":tru}', "[tru]", '{"a":-}', "[-]", '{"a":00}',
             "{:1}", "{,}", "[,]", "}", "]", ",", ":", '{"a":"b}', '{"a\\', '"\\', '"\\u', '"\\u00', '{"a":1}}', "{}\x00", "{}\x0b", "{\x0c}",
             "\u00a0{}", '{"a":\u20281}', "'", '"\x7f" x', '"\x1f"', '{"email":"a@b.co","username":"\\q"}', "[1,2,,3]", '{"a"::1}',
             '{"a":1,,"b":2}', '{1:2}', "{null:1}", "[true false]", "-x", "--1", "1 2", "0x10", "0.", "0.e1", '"\\U0041"', "\\", "{\\}",
             "[[[[", "[{]", "[}", "{]", '{"a":[}', '{"a":{]', "\ud7ff", "\U0001F600", '{"a":1}\n\nx', '\n\n{"a":\n\n}', "0e", "00", "-01", "1_0"]
for body in MALFORMED:
    record(f"malformed {body}", "POST", "/v1/users", body=body)
for name, body in [("latin-1", b'"\xe9"'), ("lone continuation", b'{"a":"\x80"}'), ("cut", b'{"a":"\xe2\x82'), ("overlong", b'"\xc0\xaf"'),
                   ("beyond", b'"\xf5\x80\x80\x80"')]:
    record(f"not UTF-8: {name}", "POST", "/v1/users", body=body)

for body in ["[]", "5", "true", "false", "-0", "1.5", "[1,[2,{}]]", '"s"', '""', "12345678901234567890", "[null]", '{"email":5}', '[{"a":{"b":[]}}]',
             ' [1, "é"] ', '["\\u00e9\\n\\u0001\\u007f"]', '["\\/"]', '["\\ud83d\\ude00"]']:
    record(f"shape {body}", "POST", "/v1/users", body=body)
for kind in ["text/json", "application/x-www-form-urlencoded", "application/JSON; charset=utf-8", "application/problem+json", "application/xml",
             "application/jsonx", "text/plain; charset=utf-8", "application/hal+JSON;v=1", "json", "multipart/form-data; boundary=x", "*/*",
             "application/+json", "text/x+json"]:
    record(f"content type {kind}", "POST", "/v1/users", body="{}", content_type=kind)
record("text that is JSON with a bad field", "POST", "/v1/users", body="hello", content_type="text/plain")
record("empty text", "POST", "/v1/users", body="", content_type="text/plain")

GOOD = {"email": "ada@example.com", "username": "ada", "password": "password"}


def field(verb, name, *values):
    for value in values:
        literal = value if isinstance(value, str) and value.startswith("\0") else json.dumps(value, ensure_ascii=False)
        literal = literal.lstrip("\0")
        others = GOOD if verb == "POST" else {}
        body = "{" + ",".join([f"{json.dumps(k)}:{json.dumps(v)}" for k, v in others.items() if k != name] + [f'"{name}":{literal}']) + "}"
        path = "/v1/users" if verb == "POST" else "/v1/users/u_1"
        record(f"{verb} {name} {literal[:60]} {len(literal)}", verb, path, body=body)


for verb in ["POST", "PUT"]:
    field(verb, "username", "", 5, True, [], {}, ["ada"], "é" * 256, "x" * 256, "\0-0", "\00.5")
    field(verb, "password", "passwor", "", "😀" * 7, 12345678, ["password"], {"password": "password"}, False, "       ")
    field(verb, "full_name", 5, "x" * 256, "😀" * 256, [], {"a": 1}, True)
    field(verb, "avatar_url", 5, "https://example.com/" + "x" * 2029, [], False)
    field(verb, "bio", 5, "x" * 10_001, {})
    field(verb, "timezone", 5, True, [])
    field(verb, "locale", 5, [], {})
    field(verb, "preferences", "x", [], 5, True, [[1, 2]], '{"a":1}')
    field(verb, "settings", "x", [], 5, False, 0.5)
    field(verb, "roles", "admin", {}, 5, True, [1], ["user", 1, None], [[]], [None, "user", {}], "")
    field(verb, "default_workspace_id", 5, [], {}, True)
field("PUT", "is_active", "maybe", 2, 0.5, [], {}, "", " true", "true ", -1, "truee", "tRuEe", 2.0, -0.5, "ja", "null", "\0-1.0", "١", 10**20)
record("two fields wrong, sent in the other order", "PUT", "/v1/users/u_1", body='{"roles":1,"is_active":"x","email":"x","bio":2}')
record("every field wrong", "POST", "/v1/users", body=json.dumps(
    dict.fromkeys(["default_workspace_id", "roles", "settings", "preferences", "locale", "timezone", "bio", "avatar_url", "full_name",
                   "password", "username", "email"], 1)))
record("three fields missing, one wrong", "POST", "/v1/users", body='{"roles":[1],"extra":{"b":[1,"2"]}}')
for body in ["[]", '{"preferences":[]}', '{"preferences":"x"}', '{"preferences":5}', '{"preferences":false}', '{"Preferences":{}}', "", '"preferences"']:
    record(f"preferences {body}", "PATCH", "/v1/users/me/preferences", body=body)

EMAILS = ["x", "@", "a@", "@b.co", "a@b", "a@b.", "a@.b.co", "a@b..co", ".a@b.co", "a.@b.co", "a..b@c.co", "a b@c.co", "a@b c.co", "a@@b.co",
          "a@b@c.co", '"a"@b.co', '"a b"@c.co', "a@[127.0.0.1]", "a@[IPv6:::1]", "a@127.0.0.1", "a@localhost", "a@x.localhost", "a@x.test",
          "a@x.invalid", "a@x.local", "a@x.arpa", "a@x.onion", "a@-b.co", "a@b-.co", "a@b_c.co", "a@b!.co", "a(b)@c.co", "a,b@c.co", "a<b>@c.co",
          "Ada <ada@example>", "Ada <x>", "<ada@example>", "Ada ada@example.com>", "Ada <ada@example.com", "ada@example.com <x>", "Ada <>",
          "a" * 65 + "@b", "a@" + "b" * 64 + ".co", "a@" + ".".join(["b" * 60] * 5) + ".co", "a" * 250 + "@example.com", "x" * 2049, "",
          " ", "a@ex\u0000.com", "a@xn--.co", "a@xn--a.co", "é@", "a@é", "a@é..co", "a\u200b@b.co", "a\u202e@b.co", "a@b.co\u200b", "a@ab--cd.co",
          "a;b@c.co", "a:b@c.co", "a\\b@c.co", "a[b@c.co", "a@b.c-", "a@b.1", "a@1.2.3.4", "a\u0301.@b.co", "\u0301a@b.co", "a@\u0301b.co", "a@b\u3002",
          "a＠b.co", "a﹫b.co", "a\u00adb@c.co\u00ad", "mailto:a@b", "a@b.co.", "a @b.co", "a@ b.co", "\ta@b\t", "a\tb@c.co", "<<a@b.co>>",
          "A <a@b.co> B", '"Ada" <ada@b>', "a@example..com", "a@*.co", "a@%.co", "a@b/c.co", "a@b?c.co", "a@b#c.co", "..@b.co", ".@b.co"]
for email in EMAILS:
    record(f"email {email[:50]} {len(email)}", "POST", "/v1/users", body=json.dumps(GOOD | {"email": email}, ensure_ascii=False))

here = pathlib.Path(__file__).parent
cases = [case for case in cases if case["status"] >= 400 or case["method"] == "GET"]
assert len({case["name"] for case in cases}) == len(cases), "two cases of one name"
here.joinpath("framework.json").write_text(json.dumps(cases, indent=1, ensure_ascii=True) + "\n")
print(len(cases))
