"""職員: invitations by link, roles, removal, the last 管理担当, one-time links for a lost password."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from compliance.choices import Role
from compliance.models import AuditEntry, Clinic, Invitation, Membership, User
from compliance.people import AlreadyMember, LastAdmin, NotInCharge
from compliance.tenancy import Conflict
from compliance.tokens import hashed
from tests.conftest import PASSWORD, join, person
from tests.web import at, browser, complaints, form_with, forms, having, shows, tree, words

pytestmark = pytest.mark.django_db
NEW = "shinjin@midori.example"


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def second(clinic) -> User:
    """Another 管理担当."""
    return join(person("副院 四葉", "second@midori.example"), clinic, Role.ADMIN)


@pytest.fixture
def invite(clinic, director):
    """invite(): an invitation and the path of its link."""

    def act(email: str = NEW, role: str = Role.EDITOR, by: User = director) -> tuple[Invitation, str]:
        made, token = Invitation.make(clinic, by=by, email=email, role=role)
        return made, f"/invitations/{token}/"

    return act


def membership(user: User, clinic: Clinic) -> Membership | None:
    return Membership.objects.filter(user=user, clinic=clinic).first()


def role(user: User, clinic: Clinic) -> str | None:
    found = membership(user, clinic)
    return found and found.role


def of(name: str, user: User, clinic: Clinic) -> str:
    return at(name, clinic, pk=membership(user, clinic).pk)


# The list


def test_a_manager_sees_addresses_roles_and_actions(client, clinic, clerk, invite):
    invite()
    page = client.get(at("people", clinic))
    shown = shows(page)
    assert all(word in shown for word in (clerk.name, clerk.email, "記入担当", "招待中", NEW))
    assert of("person", clerk, clinic) in {a.get("href") for a in tree(page).iter("a")}


def test_others_read_names_and_roles_only(clinic, director, clerk, reader, invite):
    invite()
    page = browser(reader).get(at("people", clinic))
    shown = shows(page)
    assert all(word in shown for word in (director.name, clerk.name, "管理担当", "閲覧者"))
    assert [word for word in (clerk.email, NEW, "招待中", "二要素認証") if word in shown] == []
    assert [f for f in forms(page) if f.action != "/logout/"] == []


def test_the_people_of_another_clinic_are_not_listed(client, clinic, other_clinic, other_director):
    assert other_director.name not in shows(client.get(at("people", clinic)))
    path = at("person", clinic, pk=membership(other_director, other_clinic).pk)
    assert {client.get(path).status_code, client.post(path, {"role": "viewer"}).status_code} == {404}


def test_home_and_the_header_lead_here(client, clinic):
    links = {a.get("href") for a in tree(client.get(at("clinic_home", clinic))).iter("a")}
    assert {at("people", clinic), "/account/"} <= links


# Inviting


def told_link(page) -> str:
    found = [words(dd) for dd in having(tree(page), class_="break") if "/invitations/" in words(dd)]
    return found[0]


def test_the_link_is_told_once_and_stored_as_its_hash(client, clinic, trail, settings):
    settings.PUBLIC_URL = "https://tenken.example.jp"
    form = form_with(client.get(at("people", clinic)), "email")
    page = client.post(at("people", clinic), form | {"email": NEW.upper(), "role": "viewer"})
    link = told_link(page)
    token = link.removeprefix("https://tenken.example.jp/invitations/").rstrip("/")
    made = Invitation.objects.get()
    assert (page.status_code, made.email, made.role, made.token_hash) == (200, NEW, "viewer", hashed(token))
    assert link in having(tree(page), id="mail")[0].text
    assert token not in str(AuditEntry.objects.values_list("detail", "target"))
    assert token not in client.get(at("people", clinic)).content.decode()
    assert trail(clinic)[-1].action == "invitation.make"


def test_without_an_address_of_the_site_the_path_is_told_with_a_sentence(client, clinic, settings):
    settings.PUBLIC_URL = ""
    page = client.post(at("people", clinic), {"email": NEW, "role": "editor"})
    assert told_link(page).startswith("/invitations/")
    assert "いつも開いているアドレス" in shows(page)


@pytest.mark.parametrize(("host", "sent"), [("smtp.example.jp", 1), ("", 0)])
def test_it_is_mailed_where_there_is_a_server(host, sent, client, clinic, settings):
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://tenken.example.jp", host
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = client.post(at("people", clinic), {"email": NEW, "role": "editor"})
    assert len(mail.outbox) == sent
    assert ("メールを送りました" in shows(page)) is bool(sent)
    assert [m.to for m in mail.outbox if told_link(page) in m.body] == [[NEW]] * sent


def test_a_mail_that_is_not_taken_is_said(client, clinic, settings, monkeypatch):
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://tenken.example.jp", "smtp.example.jp"
    monkeypatch.setattr("compliance.inviting.send_mail", lambda *_: (_ for _ in ()).throw(OSError))
    page = client.post(at("people", clinic), {"email": NEW, "role": "editor"})
    assert "メールを送れませんでした" in shows(page)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, "メールアドレスを入力してください。"),
        ({"email": "x"}, "メールアドレスの形になっていません。例：hanako@example.jp"),
        ({"role": ""}, "役割を選んでください。"),
        ({"role": "owner"}, "役割を、3つの中から選んでください。"),
        ({"email": "DIRECTOR@midori.example"}, "この方は、もう職員です。役割は、下の一覧から変えられます。"),
    ],
)
def test_a_mistake_makes_no_invitation(typed, sentence, client, clinic):
    response = client.post(at("people", clinic), {"email": NEW, "role": "editor", **typed})
    assert (response.status_code, Invitation.objects.count()) == (422, 0)
    assert sentence in complaints(response)


def test_an_address_typed_with_an_input_method_is_the_same_address(client, clinic):
    client.post(at("people", clinic), {"email": "ｎｅｗ＠ｍｉｄｏｒｉ．ｅｘａｍｐｌｅ　", "role": "editor"})
    assert Invitation.objects.get().email == "new@midori.example"


def test_an_address_has_one_open_link(invite):
    (_, first), (_, then) = invite(), invite()
    assert [browser().get(path).status_code for path in (first, then)] == [404, 200]


def test_members_are_not_invited(clinic, director, clerk):
    with pytest.raises(AlreadyMember):
        Invitation.make(clinic, by=director, email=clerk.email, role=Role.ADMIN)


def test_only_who_is_in_charge_now_may_invite(clinic, clerk):
    with pytest.raises(NotInCharge):
        Invitation.make(clinic, by=clerk, email=NEW, role=Role.ADMIN)


# Opening an invitation


def test_opening_shows_who_invites_to_what_and_uses_nothing_up(invite, clinic, director):
    _, path = invite()
    pages = [browser().get(path) for _ in range(3)]
    assert [page.status_code for page in pages] == [200] * 3
    assert all(word in shows(pages[0]) for word in (clinic.name, director.name, NEW, "記入担当"))
    assert "no-store" in pages[0].headers["Cache-Control"]


def test_a_new_person_joins_with_name_and_password(invite, clinic, trail):
    client, (_, path) = browser(), invite()
    form = form_with(client.get(path), "password")
    response = client.post(path, form | {"name": "新人 五郎", "password": PASSWORD})
    user = User.objects.get(email=NEW)
    assert (response.url, user.name, role(user, clinic)) == (at("clinic_home", clinic), "新人 五郎", "editor")
    assert client.get(response.url).status_code == 200
    assert (trail(clinic)[-1].action, trail(clinic)[-1].actor_id) == ("invitation.join", user.pk)


def test_a_weak_password_leaves_the_link_standing(invite):
    client, (_, path) = browser(), invite()
    response = client.post(path, {"name": "新人", "password": "short"})
    assert (response.status_code, User.objects.filter(email=NEW).count()) == (422, 0)
    assert complaints(response) != []
    assert client.get(path).status_code == 200


def test_a_person_with_an_account_logs_in_first_and_then_accepts(invite, clinic, stranger):
    client, (_, path) = browser(), invite(stranger.email)
    page = client.get(path)
    to_log_in = having(tree(page), class_="btn-primary")[0].get("href")
    assert to_log_in == f"/login/?next={path}"
    assert client.post(path, {"name": "x", "password": PASSWORD}).status_code == 422
    assert role(stranger, clinic) is None
    form = form_with(client.get(to_log_in), "login")
    back = client.post("/login/", form | {"login": stranger.email, "password": PASSWORD}).url
    assert back == path
    assert client.post(path).url == at("clinic_home", clinic)
    assert role(stranger, clinic) == "editor"


def test_somebody_else_cannot_accept(invite, clinic, stranger):
    client, (_, path) = browser(stranger), invite()
    assert "の方のものです" in shows(client.get(path))
    assert (client.post(path).status_code, role(stranger, clinic)) == (422, None)
    assert browser().get(path).status_code == 200


def test_wrong_expired_used_and_revoked_links_look_the_same(invite, director, clinic):
    expired, used, revoked = invite("a@x.jp"), invite("b@x.jp"), invite("c@x.jp")
    Invitation.objects.filter(pk=expired[0].pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    used[0].join(name="b", password=PASSWORD)
    revoked[0].revoke(by=director)
    pages = [
        browser().get(p) for p in ("/invitations/x/", "/invitations/%00/", expired[1], used[1], revoked[1])
    ]
    posted = [browser().post(p[1], {"name": "x", "password": PASSWORD}) for p in (expired, used, revoked)]
    assert {page.status_code for page in pages + posted} == {404}
    assert len({shows(page) for page in pages + posted}) == 1


def test_an_invitation_ends_after_seven_days(invite):
    made, _ = invite()
    assert made.expires_at - made.made_at == timedelta(days=7)


def test_a_revoked_invitation_is_gone_from_the_list(client, clinic, invite, trail):
    made, _ = invite()
    for _ in range(2):
        assert client.post(at("revoke_invitation", clinic, pk=made.pk)).url == at("people", clinic)
    assert NEW not in tree(client.get(at("people", clinic))).findtext(".//ul[@class='rows']", "")
    assert [e.action for e in trail(clinic)].count("invitation.revoke") == 1


def test_invitations_of_somebody_who_is_no_longer_in_charge_end(invite, clinic, director, second):
    _, path = invite(by=second)
    membership(second, clinic).take_role(Role.EDITOR, was=Role.ADMIN, by=director)
    assert browser().get(path).status_code == 404


# Roles


def test_a_role_is_changed_and_recorded(client, clinic, clerk, trail):
    path = of("person", clerk, clinic)
    form = form_with(client.get(path), "role")
    assert client.post(path, form | {"role": "viewer"}).url == at("people", clinic)
    last = trail(clinic)[-1]
    assert (role(clerk, clinic), last.action, last.detail) == (
        "viewer", "member.role", {"role": ["editor", "viewer"]},
    )  # fmt: skip


def test_a_role_saved_twice_leaves_one_entry(client, clinic, clerk, trail):
    path = of("person", clerk, clinic)
    form, before = form_with(client.get(path), "role"), len(trail(clinic))
    assert [client.post(path, form | {"role": "viewer"}).status_code for _ in range(2)] == [302, 302]
    assert len(trail(clinic)) == before + 1


def test_a_role_that_somebody_else_has_changed_is_not_overwritten(client, clinic, clerk, director):
    path = of("person", clerk, clinic)
    form = form_with(client.get(path), "role")
    membership(clerk, clinic).take_role("viewer", was="editor", by=director)
    late = client.post(path, form | {"role": "admin"})
    assert (late.status_code, role(clerk, clinic)) == (409, "viewer")
    assert "いまの役割：閲覧者" in complaints(late)[0]
    assert client.post(path, form_with(late, "role") | {"role": "admin"}).status_code == 302


@pytest.mark.parametrize("act", ["role", "remove"])
def test_the_last_admin_stays_and_reads_what_to_do(act, client, clinic, director, clerk):
    sent = {"role": "viewer", "was": "admin"}
    path = of("person" if act == "role" else "remove_person", director, clinic)
    response = client.post(path, sent)
    assert (response.status_code, role(director, clinic)) == (409, "admin")
    assert (
        "管理担当は、少なくとも1人必要です。先に、ほかの職員を管理担当にしてください。"
        in complaints(response)[0]
    )


def test_the_role_is_handed_over(client, clinic, director, clerk):
    client.post(of("person", clerk, clinic), {"role": "admin", "was": "editor"})
    assert client.post(of("person", director, clinic), {"role": "editor", "was": "admin"}).status_code == 302
    assert (role(director, clinic), role(clerk, clinic)) == ("editor", "admin")
    assert client.post(at("people", clinic), {"email": NEW, "role": "admin"}).status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!never-came"}])
def test_an_admin_who_cannot_log_in_does_not_count(change, clinic, director, second):
    User.objects.filter(pk=second.pk).update(**change)
    with pytest.raises(LastAdmin):
        membership(director, clinic).remove(by=director)


def test_a_removed_member_is_refused_at_the_next_request(client, clinic, clerk, trail):
    theirs = browser(clerk)
    assert theirs.get(at("clinic_home", clinic)).status_code == 200
    assert client.post(of("remove_person", clerk, clinic)).url == at("people", clinic)
    assert theirs.get(at("clinic_home", clinic)).status_code == 404
    assert trail(clinic)[-1].action == "member.remove"
    assert User.objects.filter(pk=clerk.pk).exists()


def test_removing_a_member_takes_a_second_click(client, clinic, clerk):
    page = tree(client.get(of("person", clerk, clinic)))
    (folded,) = [each for each in page.iter("details") if "職員から外す" in words(each.find("summary"))]
    assert folded.get("open") is None
    (form,) = folded.iter("form")
    assert form.get("action") == of("remove_person", clerk, clinic)
    assert [each for each in page.iter("form") if each.get("action") == form.get("action")] == [form]


def test_who_leaves_is_led_home(client, clinic, director, second):
    assert client.post(of("remove_person", director, clinic)).url == "/"


def test_who_is_no_longer_in_charge_changes_nothing(clinic, director, second, clerk):
    mine = membership(clerk, clinic)
    membership(second, clinic).take_role(Role.EDITOR, was=Role.ADMIN, by=director)
    for act in (
        lambda: mine.take_role(Role.ADMIN, was=Role.EDITOR, by=second),
        lambda: mine.remove(by=second),
        lambda: mine.end_sessions(by=second),
        lambda: mine.allow_new_password(by=second),
    ):
        with pytest.raises(NotInCharge):
            act()


def test_a_stale_role_is_a_conflict(clinic, director, clerk):
    with pytest.raises(Conflict):
        membership(clerk, clinic).take_role(Role.ADMIN, was=Role.VIEWER, by=director)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one(clinic, director, second, in_threads):
    pairs = [(director, membership(second, clinic)), (second, membership(director, clinic))]

    def act(number: int) -> str:
        by, other = pairs[number]
        try:
            other.remove(by=by)
        except (NotInCharge, LastAdmin) as refused:
            return type(refused).__name__
        return "removed"

    assert sorted(in_threads(2, act)) == ["NotInCharge", "removed"]
    assert Membership.objects.filter(clinic=clinic, role=Role.ADMIN).count() == 1
    assert connection.in_atomic_block is False


@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_used_twice_at_once_lets_one_in(clinic, director, in_threads):
    _, token = Invitation.make(clinic, by=director, email=NEW, role=Role.EDITOR)

    def act(number: int) -> int:
        return (
            browser()
            .post(f"/invitations/{token}/", {"name": f"人{number}", "password": PASSWORD})
            .status_code
        )

    assert sorted(in_threads(2, act)) == [302, 404]


# A lost password


def reset_path(page) -> str:
    return next(words(dd) for dd in having(tree(page), class_="break") if "/welcome/" in words(dd))


def test_a_link_for_a_new_password_is_told_and_recorded(client, clinic, clerk, trail, settings):
    settings.PUBLIC_URL = ""
    theirs, page = browser(clerk), client.post(of("reset_link", clerk, clinic))
    assert trail(clinic)[-1].action == "member.reset_link"
    assert theirs.get(at("clinic_home", clinic)).status_code == 200
    fresh = browser()
    form = form_with(fresh.get(reset_path(page)), "password")
    assert fresh.post(reset_path(page), form | {"password": "atarashii-aikotoba-9"}).url == "/"
    assert theirs.get(at("clinic_home", clinic)).url.startswith("/login/")
    assert User.objects.get(pk=clerk.pk).check_password("atarashii-aikotoba-9")
    assert browser().get(reset_path(page)).status_code == 404


def test_no_link_for_an_account_that_opens_other_clinics_too(client, clinic, both):
    assert client.post(of("reset_link", both, clinic)).status_code == 404
    assert "サーバの管理者に頼んでください" in shows(client.get(of("person", both, clinic)))


def test_no_link_for_oneself(client, clinic, director):
    assert client.post(of("reset_link", director, clinic)).status_code == 404


def printed(*words: str) -> str:
    out = StringIO()
    call_command("reset_password", *words, stdout=out)
    return out.getvalue()


def test_the_server_prints_a_link(clerk, settings):
    settings.PUBLIC_URL = "https://tenken.example.jp"
    said = printed(clerk.email.upper())
    link = said.split()[-1]
    assert said.startswith(
        "One-time link for clerk@midori.example, good for 7 days: https://tenken.example.jp/w"
    )
    assert browser().get(link.removeprefix("https://tenken.example.jp")).status_code == 200
    assert AuditEntry.objects.get(action="user.reset_link").target == clerk.email


def test_the_server_names_an_address_that_nobody_has(db):
    with pytest.raises(CommandError, match="Nobody here has the address"):
        printed("nobody@x.jp")
