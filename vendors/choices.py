from django.db import models


class Location(models.TextChoices):
    EXTERNAL = "external", "外部保存（クラウドなど）"
    IN_HOUSE = "in_house", "院内設置"


class ComponentKind(models.TextChoices):
    SERVER = "server", "サーバ"
    TERMINAL = "terminal", "端末（PC・タブレットなど）"
    NETWORK = "network", "ネットワーク機器"


class UpdateBearer(models.TextChoices):
    """Who is responsible for the security updates."""

    VENDOR = "vendor", "事業者"
    CLINIC = "clinic", "自院"
    UNKNOWN = "unknown", "不明"


class WrittenIn(models.TextChoices):
    """Where that is written (seed L56)."""

    CONTRACT = "contract", "契約書"
    TERMS = "terms", "約款・利用規約"
    SLA = "sla", "サービスレベル合意書（SLA）"
    NOWHERE = "nowhere", "書かれていない"
    UNKNOWN = "unknown", "まだ確かめていない"


WRITTEN = {WrittenIn.CONTRACT, WrittenIn.TERMS, WrittenIn.SLA}


class DisclosureKind(models.TextChoices):
    MDS = "MDS", "MDS（製造業者による開示書）"
    SDS = "SDS", "SDS（サービス事業者による開示書）"
