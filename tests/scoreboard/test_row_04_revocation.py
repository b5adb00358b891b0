"""What is taken away is gone with the next request: eight kinds, each by the product's own verb."""

import pytest

from compliance.choices import Role
from compliance.models import Invitation, Membership, User
from tests.conftest import PASSWORD
from tests.vendors.at_a_link import Vendor
from tests.web import at, browser, form_with
from vendors.models import DisclosureRequest, System

pytestmark = pytest.mark.django_db
NEW = "atarashii-aikotoba-9"


def opens(response) -> bool:
    """Whether somebody got in; to be sent to log in, refused or told of nothing is to be kept out."""
    if response.status_code == 302:
        return not response.url.startswith("/login/")
    return response.status_code not in {403, 404}


def after(revoke, *requests) -> bool:
    """Whether any of the requests, which all went well before, still does."""
    before = [opens(each()) for each in requests]
    revoke()
    found = [opens(each()) for each in requests]
    assert all(before), before
    return any(found)


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(clinic, by=director, name="電子カルテ", vendor_name="甲", location="external")


@pytest.fixture
def desk(clinic, director):
    """The director at work in a browser, who takes things away."""
    return browser(director)


def role_lowered(clinic, desk, clerk, **_) -> bool:
    theirs = browser(clerk)
    pk = clinic.memberships.get(user=clerk).pk
    lower = {"role": Role.VIEWER.value, "was": Role.EDITOR.value}
    path = at("new_system", clinic)
    return after(
        lambda: desk.post(at("person", clinic, pk=pk), lower),
        lambda: theirs.get(path),
        lambda: theirs.post(path, {"name": ""}),
    )


def membership_ended(clinic, desk, clerk, **_) -> bool:
    theirs = browser(clerk)
    pk = clinic.memberships.get(user=clerk).pk
    pages = [at(name, clinic) for name in ("clinic_home", "items", "print_tables")]
    return after(
        lambda: desk.post(at("remove_person", clinic, pk=pk)),
        *[lambda page=page: theirs.get(page) for page in pages],
    )


def vendors_link_revoked(clinic, desk, director, chart, **_) -> bool:
    asked, token = DisclosureRequest.ask(chart, ["SDS"], by=director)
    vendor = Vendor(asked, token).begins()
    typed = {"answer-SDS-01": "yes", "remark-SDS-01": "", "version-SDS-01": "0"}
    return after(
        lambda: desk.post(at("revoke_request", clinic, pk=asked.pk)),
        lambda: vendor.client.get(vendor.entry),
        lambda: vendor.gets("SDS/"),
        lambda: vendor.gets("SDS/workbook.xlsx"),
        lambda: vendor.posts("SDS/rows/SDS-01/", typed),
    )


def invitation_revoked(clinic, desk, director, **_) -> bool:
    made, token = Invitation.make(clinic, by=director, email="new@midori.example", role="viewer")
    path, invited = f"/invitations/{token}/", browser()
    return after(
        lambda: desk.post(at("revoke_invitation", clinic, pk=made.pk)),
        lambda: invited.get(path),
        lambda: invited.post(path, {"name": "新田", "password": "x"}),
    )


def session_ended_elsewhere(clinic, clerk, **_) -> bool:
    left, here = browser(clerk), browser(clerk)
    return after(
        lambda: here.post("/account/sessions/end/"),
        lambda: left.get(at("clinic_home", clinic)),
        lambda: left.get("/account/"),
        lambda: left.post(at("new_system", clinic), {"name": ""}),
    )


def password_changed(clinic, clerk, **_) -> bool:
    left, here = browser(clerk), browser(clerk)
    typed = form_with(here.get("/password/"), "password1")
    typed |= {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    return after(
        lambda: here.post("/password/", typed),
        lambda: left.get(at("clinic_home", clinic)),
        lambda: left.post(at("new_system", clinic), {"name": ""}),
    )


def account_deactivated(clinic, clerk, **_) -> bool:
    theirs = browser(clerk)

    def shut_out() -> None:
        User.objects.filter(pk=clerk.pk).update(is_active=False)

    return after(
        shut_out,
        lambda: theirs.get(at("clinic_home", clinic)),
        lambda: theirs.post(at("new_system", clinic), {"name": ""}),
    )


def second_factor_required(clinic, director, clerk, **_) -> bool:
    Membership.objects.filter(user=clerk).update(role=Role.ADMIN)
    theirs = browser(clerk)

    def require() -> None:
        director.authenticator_set.create(type="totp", data={})
        browser(director).post(at("require_second_factor", clinic), {"required": "1"})

    return after(
        require,
        lambda: theirs.get(at("clinic_home", clinic)),
        lambda: theirs.get(at("print_tables", clinic)),
        lambda: theirs.post(at("people", clinic), {"email": ""}),
    )


KINDS = [role_lowered, membership_ended, vendors_link_revoked, invitation_revoked, session_ended_elsewhere,
         password_changed, account_deactivated, second_factor_required]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_taken_away_is_gone_with_the_next_request(kind, score, clinic, desk, director, clerk, chart):
    cast = {"clinic": clinic, "desk": desk, "director": director, "clerk": clerk, "chart": chart}
    score(1, int(kind(**cast)))
