from django.apps import AppConfig


class VendorsConfig(AppConfig):
    name = "vendors"
    verbose_name = "事業者とシステム"

    def ready(self) -> None:
        from vendors import file_uses  # noqa: F401 (what it contributes)
