"""Users through the client that was generated from Maisa's document: `python story_maisa.py URL`, the key in KEY."""

import os
import sys
from http import HTTPStatus
from uuid import UUID

from maisa import AuthenticatedClient
from maisa.api.users import create_user, delete_user, get_user, list_users, update_user
from maisa.models.error_response import ErrorResponse
from maisa.models.error_response_error_code import ErrorResponseErrorCode as Code
from maisa.models.user import User
from maisa.models.user_create import UserCreate
from maisa.models.user_create_role import UserCreateRole
from maisa.models.user_data import UserData
from maisa.models.user_list import UserList
from maisa.models.user_update import UserUpdate
from maisa.models.user_update_role import UserUpdateRole
from maisa.models.user_update_status import UserUpdateStatus
from story import NAMES, Answer, expect, same


def tell(client: AuthenticatedClient) -> None:
    """From the making of some users to the end of one."""
    made = [create(client, name) for name in NAMES]
    same(walk(client, limit=2), [user.id for user in made])

    ada = made[0]
    change = UserUpdate(name="Ada Lovelace", role=UserUpdateRole.DEVELOPER, status=UserUpdateStatus.SUSPENDED)
    same(data(update_user.sync_detailed(ada.id, client=client, body=change)).role, "developer")
    found = data(get_user.sync_detailed(ada.id, client=client))
    same((found.name, found.status.value, found.department), ("Ada Lovelace", "suspended", None))

    twin = create_user.sync_detailed(client=client, body=new(NAMES[0]))
    same(expect(twin, HTTPStatus.CONFLICT, ErrorResponse).error.code, Code.CONFLICT)
    nameless = update_user.sync_detailed(ada.id, client=client, body=UserUpdate(name=""))
    same(expect(nameless, HTTPStatus.BAD_REQUEST, ErrorResponse).error.code, Code.VALIDATION_ERROR)

    expect(delete_user.sync_detailed(ada.id, client=client), HTTPStatus.NO_CONTENT, type(None))
    gone = get_user.sync_detailed(ada.id, client=client)
    same(expect(gone, HTTPStatus.NOT_FOUND, ErrorResponse).error.code, Code.NOT_FOUND)
    same(walk(client, limit=3), [user.id for user in made[1:]])


def new(name: str) -> UserCreate:
    """What it takes to make a user."""
    return UserCreate(email=f"{name}@example.com", name=name, role=UserCreateRole.USER, send_activation_email=False)


def create(client: AuthenticatedClient, name: str) -> User:
    """Makes a user."""
    return expect(create_user.sync_detailed(client=client, body=new(name)), HTTPStatus.CREATED, UserData).data


def data(answer: Answer) -> User:
    """The user in an answer."""
    return expect(answer, HTTPStatus.OK, UserData).data


def walk(client: AuthenticatedClient, limit: int) -> list[UUID]:
    """The ids of all users, page by page."""
    ids: list[UUID] = []
    while True:
        page = expect(list_users.sync_detailed(client=client, limit=limit, offset=len(ids)), HTTPStatus.OK, UserList)
        ids += [user.id for user in page.data]
        if not page.pagination.has_more:
            same(len(ids), page.pagination.total)
            return ids


if __name__ == "__main__":
    with AuthenticatedClient(
        base_url=sys.argv[1],
        token=os.environ["KEY"],
        auth_header_name="X-API-Key",
        prefix="",
        raise_on_unexpected_status=True,
    ) as caller:
        tell(caller)
