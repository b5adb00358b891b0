from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"
    verbose_name = "医療機関と利用者"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added, authenticator_removed
        from django.contrib.auth.signals import user_logged_in

        from compliance.accounts import on_second_factor_added, on_second_factor_removed
        from compliance.open_sessions import note_session

        user_logged_in.connect(note_session)
        authenticator_added.connect(on_second_factor_added)
        authenticator_removed.connect(on_second_factor_removed)
