"""A peer: the list of users as it is usually written with FastAPI, SQLAlchemy 2 and pydantic's response models; with INLINE=1 on the
event loop instead of the thread pool, which is the faster form of it here.

    DATABASE=users.db uvicorn app:app --workers 2 --loop uvloop --http httptools --no-access-log
"""
import functools
import os
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = create_engine(f"sqlite:///{os.environ['DATABASE']}", pool_size=24, connect_args={"check_same_thread": False})
sessions = sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def set_up(connection, _):
    connection.executescript("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    seq: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column("id")
    email: Mapped[str]
    username: Mapped[str]
    full_name: Mapped[str | None]
    auth_provider: Mapped[str]
    is_active: Mapped[bool]
    is_verified: Mapped[bool]
    roles: Mapped[list[str]] = mapped_column(JSON)
    avatar_url: Mapped[str | None]
    bio: Mapped[str | None]
    timezone: Mapped[str | None]
    locale: Mapped[str | None]
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[str]
    updated_at: Mapped[str]
    last_login: Mapped[str | None]
    default_workspace_id: Mapped[str]


class Total(Base):
    __tablename__ = "totals"
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    users: Mapped[int]


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    user_id: str
    email: str
    username: str
    full_name: str | None
    auth_provider: str
    is_active: bool
    is_verified: bool
    roles: list[str]
    avatar_url: str | None
    bio: str | None
    timezone: str | None
    locale: str | None
    preferences: dict[str, Any]
    settings: dict[str, Any]
    created_at: str
    updated_at: str
    last_login: str | None
    default_workspace_id: str


class UserPage(BaseModel):
    total: int
    has_more: bool
    next_cursor: str | None
    users: list[UserOut]


def placed(function):
    """On the thread pool as it is; inline as a coroutine that never waits."""
    if os.environ.get("INLINE") != "1":
        return function

    @functools.wraps(function)
    async def inline(*arguments, **named):
        return function(*arguments, **named)

    return inline


def session():
    with sessions() as db:
        yield db


Db = Annotated[Session, Depends(session)]
app = FastAPI()


@app.get("/v1/users/{user_id}", response_model=UserOut)
@placed
def get_user(user_id: str, db: Db):
    user = db.scalars(select(User).where(User.user_id == user_id)).one_or_none()
    if user is None:
        raise HTTPException(404, "user not found")
    return user


@app.get("/v1/users", response_model=UserPage)
@placed
def list_users(db: Db, workspace_id: str, cursor: int = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50):
    asked = select(User).where(User.default_workspace_id == workspace_id, User.seq > cursor).order_by(User.seq)
    users = db.scalars(asked.limit(limit + 1)).all()
    more, users = len(users) > limit, users[:limit]
    total = db.get(Total, workspace_id)
    return {"total": total.users if total else 0, "has_more": more, "next_cursor": str(users[-1].seq) if more else None, "users": users}
