from django.apps import AppConfig


class ChecklistConfig(AppConfig):
    name = "checklist"
    verbose_name = "自己点検"
    doctor = "checklist.doctor"

    def ready(self) -> None:
        from checklist import file_uses  # noqa: F401 (what it contributes)
