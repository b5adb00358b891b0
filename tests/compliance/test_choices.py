"""Who may do what: the table, once more and by hand."""

import pytest

from compliance.choices import PERMISSIONS, Permission, Role, roles_with
from compliance.models import Membership

#                 管理担当, 記入担当, 閲覧者
TABLE = {
    "view":         (True, True, True),
    "print":        (True, True, True),
    "answer":       (True, True, False),
    "edit_systems": (True, True, False),
    "request":      (True, True, False),
    "review":       (True, True, False),
    "determine":    (True, True, False),
    "edit_clinic":  (True, False, False),
    "confirm":      (True, False, False),
    "issue":        (True, False, False),
    "reopen":       (True, False, False),
    "begin_round":  (True, False, False),
    "manage_people":(True, False, False),
    "manage_files": (True, False, False),
}  # fmt: skip
ROLES = ("admin", "editor", "viewer")


def test_the_table_names_every_permission_and_role():
    assert (set(TABLE), set(ROLES), set(PERMISSIONS)) == (set(Permission), set(Role), set(Role))


@pytest.mark.parametrize("permission", TABLE)
def test_a_member_may_what_the_table_says(permission):
    assert tuple(Membership(role=role).may(Permission(permission)) for role in ROLES) == TABLE[permission]


@pytest.mark.parametrize("permission", TABLE)
def test_the_page_that_refuses_names_the_roles_that_may(permission):
    allowed = [role for role, may in zip(ROLES, TABLE[permission], strict=True) if may]
    assert roles_with(Permission(permission)) == allowed
