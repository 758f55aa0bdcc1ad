"""Users through the client that was generated from MechaMental's document: `python story_mechamental.py URL WORKSPACE`,
the key in KEY."""

import os
import sys
from http import HTTPStatus

from mechamental import AuthenticatedClient
from mechamental.api.users import create_user, delete_user, get_user, list_users, update_user
from mechamental.models.error_response import ErrorResponse
from mechamental.models.http_validation_error import HTTPValidationError
from mechamental.models.user_create import UserCreate
from mechamental.models.user_list_response import UserListResponse
from mechamental.models.user_response import UserResponse
from mechamental.models.user_update import UserUpdate
from story import NAMES, expect, same


def tell(client: AuthenticatedClient, workspace: str) -> None:
    """From the making of some users to the end of one."""
    made = [create(client, name) for name in NAMES]
    same([user.user_id for user in walk(client, workspace, limit=2)], [user.user_id for user in made])

    ada = made[0]
    changed = UserUpdate(full_name="Ada Lovelace", timezone="Europe/London")
    answer = update_user.sync_detailed(ada.user_id, client=client, body=changed)
    same(expect(answer, HTTPStatus.OK, UserResponse).full_name, "Ada Lovelace")
    found = expect(get_user.sync_detailed(ada.user_id, client=client), HTTPStatus.OK, UserResponse)
    same((found.full_name, found.timezone, found.username), ("Ada Lovelace", "Europe/London", "ada"))

    twin = create_user.sync_detailed(client=client, body=new("ada"))
    same(expect(twin, HTTPStatus.CONFLICT, ErrorResponse).details.to_dict(), {"field": "email"})
    short = UserCreate(email="fay@example.com", username="fay", password="short")
    refused = create_user.sync_detailed(client=client, body=short)
    faults = expect(refused, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPValidationError).detail
    same([fault.loc for fault in faults], [["body", "password"]])

    expect(delete_user.sync_detailed(ada.user_id, client=client), HTTPStatus.NO_CONTENT, type(None))
    gone = expect(get_user.sync_detailed(ada.user_id, client=client), HTTPStatus.NOT_FOUND, ErrorResponse)
    same(gone.error, "RESOURCE_NOT_FOUND")
    same([user.username for user in walk(client, workspace, limit=3)], NAMES[1:])


def new(name: str) -> UserCreate:
    """What it takes to make a user."""
    return UserCreate(email=f"{name}@example.com", username=name, password="correct horse")


def create(client: AuthenticatedClient, name: str) -> UserResponse:
    """Makes a user."""
    return expect(create_user.sync_detailed(client=client, body=new(name)), HTTPStatus.CREATED, UserResponse)


def walk(client: AuthenticatedClient, workspace: str, limit: int) -> list[UserResponse]:
    """All users of the workspace, page by page."""
    users: list[UserResponse] = []
    cursor: str | None = None
    while True:
        answer = list_users.sync_detailed(client=client, workspace_id=workspace, limit=limit, cursor=cursor)
        page = expect(answer, HTTPStatus.OK, UserListResponse)
        users.extend(page.users)
        cursor = page.next_cursor
        if cursor is None:
            same((page.has_more, len(users)), (False, page.total))
            return users


if __name__ == "__main__":
    with AuthenticatedClient(
        base_url=sys.argv[1], token=os.environ["KEY"], raise_on_unexpected_status=True
    ) as caller:
        tell(caller, sys.argv[2])
