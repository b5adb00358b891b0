"""allauth's forms with labels, and without placeholders in the fields."""

import struct
from textwrap import wrap

from allauth.account.fields import EmailField
from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError

from compliance.fields import PlainAddress, TextField, plain_code
from compliance.models import User
from compliance.passwords import HELP

KEY_NAME = {
    "label": "パスキーの名前",
    "help_text": "どの端末か分かる名前にします。例：受付のパソコン、院長のスマートフォン",
}
# What fido2 raises where an answer is JSON but no passkey's
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, struct.error, InvalidSignature)
NO_PASSKEY = "パスキーでの確認ができませんでした。ページを開き直して、もう一度行ってください。"


def _has(user: User, kind: str) -> bool:
    return Authenticator.objects.filter(user=user, type=kind).exists()


class WithoutPlaceholders:
    """Labels of ours; `keeps_typed` is what the summary of mistakes says of passwords and codes."""

    LABELS: dict[str, str] = {}
    keeps_typed = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.LABELS.get(name, field.label)
            noun = "コード" if name == "code" else field.label
            field.error_messages["required"] = f"{noun}を入力してください。"


class PlainEmailField(PlainAddress, EmailField):
    pass


class _AnyWidthLoginForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = PlainEmailField()


class PlainLoginForm(WithoutPlaceholders, _AnyWidthLoginForm):
    pass


class PlainChangePasswordForm(WithoutPlaceholders, ChangePasswordForm):
    LABELS = {"password2": "新しいパスワード（もう一度）"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = HELP


class PlainReauthenticateForm(WithoutPlaceholders, ReauthenticateForm):
    pass


class AnyWidthCode:
    """A code typed with an input method, or in groups, is the same code."""

    def clean_code(self) -> str:
        self.cleaned_data["code"] = plain_code(self.cleaned_data["code"])
        return super().clean_code()


class PlainActivateTOTPForm(WithoutPlaceholders, AnyWidthCode, ActivateTOTPForm):
    LABELS = {"code": "アプリに出ている6桁のコード"}

    @property
    def secret_in_fours(self) -> str:
        """As people read it off and type it; apps take the blanks."""
        return " ".join(wrap(self.secret, 4))


class PlainAuthenticateForm(WithoutPlaceholders, AnyWidthCode, AuthenticateForm):
    """`has_app` says whether this person has an app; without one only a recovery code can be typed."""

    LABELS = {"code": "6桁のコード、または回復コード"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_app = _has(self.user, Authenticator.Type.TOTP)
        if not self.has_app:
            self.fields["code"].label = "回復コード"


class PlainReauthenticateByCodeForm(WithoutPlaceholders, AnyWidthCode, ReauthenticateByCodeForm):
    LABELS = {"code": "6桁のコード、または回復コード"}


class PlainAddWebAuthnForm(AddWebAuthnForm):
    name = TextField(required=False, **KEY_NAME)

    def clean(self) -> dict:
        try:
            return super().clean()
        except UNREADABLE as unreadable:
            raise ValidationError(NO_PASSKEY) from unreadable


class Readable:
    def clean_credential(self):
        try:
            return super().clean_credential()
        except UNREADABLE as unreadable:
            raise ValidationError(NO_PASSKEY) from unreadable


class PlainAuthenticateWebAuthnForm(Readable, AuthenticateWebAuthnForm):
    """`has_passkey` says whether this person has one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_passkey = _has(self.user, Authenticator.Type.WEBAUTHN)


class PlainReauthenticateWebAuthnForm(Readable, ReauthenticateWebAuthnForm):
    pass


class PlainEditWebAuthnForm(EditWebAuthnForm):
    name = TextField(error_messages={"required": "パスキーの名前を入力してください。"}, **KEY_NAME)
