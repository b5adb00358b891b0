"""allauth's forms with labels, and without placeholders in the fields."""

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm


class WithoutPlaceholders:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class PlainLoginForm(WithoutPlaceholders, LoginForm):
    pass


class PlainChangePasswordForm(WithoutPlaceholders, ChangePasswordForm):
    pass


class PlainReauthenticateForm(WithoutPlaceholders, ReauthenticateForm):
    pass
