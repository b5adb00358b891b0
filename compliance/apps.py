from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"
    verbose_name = "医療機関と利用者"
    doctor = "compliance.doctor.checks"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed
        from allauth.mfa.signals import authenticator_added, authenticator_removed
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_migrate

        from compliance.accounts import on_second_factor_added, on_second_factor_removed
        from compliance.after_migrate import after_migrate
        from compliance.known_browsers import note_person
        from compliance.open_sessions import note_session
        from compliance.sessions import begin, prove

        post_migrate.connect(after_migrate, sender=self)
        for receiver in (begin, note_session, note_person):
            user_logged_in.connect(receiver)
        authentication_step_completed.connect(prove)
        authenticator_added.connect(on_second_factor_added)
        authenticator_removed.connect(on_second_factor_removed)
