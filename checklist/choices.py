from django.db import models


class Status(models.TextChoices):
    """対応状況: what the clinic declares. All but the tick are ours; the legend says so."""

    DONE = "done", "実施済"
    OPEN = "open", "未実施・対応中"
    NOT_APPLICABLE = "na", "対象外"
    UNSURE = "ask", "わからない"
    UNANSWERED = "none", "未回答"


class ReportState(models.TextChoices):
    WAITING = "waiting", "作成中"
    ISSUED = "issued", "発行済"
    FAILED = "failed", "作れませんでした"


class AssessmentState(models.TextChoices):
    OPEN = "open", "点検中"
    CONFIRMED = "confirmed", "確定済"
    CLOSED = "closed", "確定せずに終了"


class Outcome(models.TextChoices):
    """対象判断: where the walk over 図1 ends."""

    IN_SCOPE = "in_scope", "本編の対象"
    OUT_OF_SCOPE = "out_of_scope", "本編の対象ではない"
    ASK_VENDOR = "ask_vendor", "事業者に確認"
    UNDECIDED = "undecided", "未判断"
