"""What we change of django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend

from compliance.models import Membership, User


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        """Sign-up is closed: people come by first start, create_clinic or an invitation."""
        return False


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        """The person of a session, in one query with the clinics that every page asks for next."""
        mine = list(Membership.objects.filter(user=user_id).select_related("user", "clinic"))
        if not mine:
            return super().get_user(user_id)
        user = mine[0].user
        user.mine = mine
        return user if self.user_can_authenticate(user) else None
