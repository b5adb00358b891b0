"""What we change of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils.safestring import SafeString

from compliance import walls
from compliance.addresses import client_address
from compliance.audit import record
from compliance.models import Membership, User
from compliance.qr import qr_of

WAYS = {
    "reauthenticate": "パスワードで確かめる",
    "mfa_reauthenticate": "認証アプリのコードか、回復コードで確かめる",
    "mfa_reauthenticate:webauthn": "パスキーで確かめる",
}


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        """Sign-up is closed: people come by first start, create_clinic or an invitation."""
        return False

    def is_ajax(self, request) -> bool:
        """Never: allauth would answer a wrong password with another status than our limits count."""
        return False

    def get_client_ip(self, request) -> str:
        return client_address(request)

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("account")

    def get_reauthentication_methods(self, user) -> list[dict]:
        return [
            each | {"description": WAYS[each["id"]]} for each in super().get_reauthentication_methods(user)
        ]


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        """The person of a session, in one query with the clinics that every page asks for next."""
        walls.meet(user_id)
        mine = list(Membership.objects.filter(user=user_id).select_related("user", "clinic"))
        if not mine:
            return super().get_user(user_id)
        user = mine[0].user
        user.mine = mine
        return user if self.user_can_authenticate(user) else None


class SecondFactors(DefaultMFAAdapter):
    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code as part of the page: our Content-Security-Policy lets no data: image in."""
        return qr_of(url, "認証アプリで読み取るQRコード")

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return f"パスキー{Authenticator.objects.filter(user=user, type=type).count() + 1}"


def on_second_factor_added(user: User, authenticator: Authenticator, **kwargs) -> None:
    record(user, None, "second_factor.add", user.email, {"type": authenticator.type})


def on_second_factor_removed(user: User, authenticator: Authenticator, **kwargs) -> None:
    record(user, None, "second_factor.remove", user.email, {"type": authenticator.type})
