"""Roles, permissions and the one table that gives roles theirs."""

from django.db import models


class Role(models.TextChoices):
    ADMIN = "admin", "管理担当"
    EDITOR = "editor", "記入担当"
    VIEWER = "viewer", "閲覧者"


class Reminders(models.TextChoices):
    """お知らせメール: what a person asks for at one clinic."""

    NONE = "none", "送らない"
    WEEKLY = "weekly", "週に1回"
    DUE = "due", "期限が近いときと過ぎたとき"


class Permission(models.TextChoices):
    """What a page asks for. The label completes 「…できます」 on the page that refuses."""

    VIEW = "view", "閲覧"
    PRINT = "print", "印刷"
    ANSWER = "answer", "記入"
    EDIT_SYSTEMS = "edit_systems", "システムと事業者の登録"
    REQUEST = "request", "開示書の依頼"
    REVIEW = "review", "開示書の確認とリスク対応の記入"
    DETERMINE = "determine", "対象判断の記録"
    EDIT_CLINIC = "edit_clinic", "医療機関の情報の変更"
    CONFIRM = "confirm", "確定"
    ISSUE = "issue", "報告書の発行"
    REOPEN = "reopen", "確定後の再開"
    BEGIN_ROUND = "begin_round", "次の点検の開始"
    MANAGE_PEOPLE = "manage_people", "職員の管理"
    MANAGE_FILES = "manage_files", "保管しているファイルの整理"


_READ = {Permission.VIEW, Permission.PRINT}
_WRITE = {
    Permission.ANSWER,
    Permission.EDIT_SYSTEMS,
    Permission.REQUEST,
    Permission.REVIEW,
    Permission.DETERMINE,
}

PERMISSIONS: dict[str, set[Permission]] = {
    Role.ADMIN: set(Permission),
    Role.EDITOR: _READ | _WRITE,
    Role.VIEWER: _READ,
}


def roles_with(permission: Permission) -> list[Role]:
    return [role for role in Role if permission in PERMISSIONS[role]]
