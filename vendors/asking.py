"""The mail that asks a vendor for a disclosure, and the address of the link. [ours]"""

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from compliance.dates import both_calendars
from vendors.choices import DisclosureState
from vendors.models import Disclosure, DisclosureRequest


def link_to(token: str) -> str:
    """The absolute address of a link, built from PUBLIC_URL and never from a request's Host."""
    return settings.PUBLIC_URL + reverse("enter", args=[token])


def can_link() -> bool:
    """Without PUBLIC_URL nobody outside could open a link."""
    return bool(settings.PUBLIC_URL)


def can_mail() -> bool:
    return bool(settings.EMAIL_HOST)


def subject_of(request_: DisclosureRequest) -> str:
    clinic = " ".join(request_.clinic.name.split())  # a subject is one line
    return f"医療情報セキュリティ開示書（{_kinds(request_)}）へのご回答のお願い（{clinic}）"


def mail_text(request_: DisclosureRequest, token: str) -> str:
    """The whole mail, to copy or to send."""
    system, clinic = request_.system, request_.clinic
    lines = [
        f"{system.vendor_name}　ご担当者様".strip(),
        "",
        f"いつもお世話になっております。{clinic.name}です。",
        "",
        *_wish(request_),
    ]
    lines += ["下のリンクを開くと、アカウントなしで回答できます。Excelファイルでの回答もできます。"]
    lines += [link_to(token), "", f"回答期限：{both_calendars(request_.expires_on)}", ""]
    lines += ["このリンクは貴社専用です。社外の方に転送しないでください。"]
    lines += [
        "根拠：厚生労働省「医療情報システムの安全管理に関するガイドライン 第7.0版 保守委託機関編」10⑨",
        "",
    ]
    return "\n".join([*lines, clinic.name, clinic.phone]).rstrip()


def _wish(request_: DisclosureRequest) -> list[str]:
    """What is asked: the sheets that are new or half answered, then the rows that were returned."""
    system = request_.system
    product = f"{system.product} {system.product_version}".strip() or system.name
    sheets = list(request_.disclosures.order_by("kind"))
    new = [sheet.kind for sheet in sheets if sheet.state != DisclosureState.RETURNED]
    lines = []
    if new:
        lines += [f"貴社の「{product}」について、医療情報セキュリティ開示書（{'・'.join(new)}）のうち、"]
        lines += ["厚生労働省のガイドラインの別紙にある確認事項へのご回答をお願いします。", ""]
    for sheet in sheets:
        if sheet.kind not in new:
            lines += [f"貴社の「{product}」の医療情報セキュリティ開示書（{sheet.kind}）の件です。"]
            lines += [*_returned(sheet), ""]
    return lines


def _returned(sheet: Disclosure) -> list[str]:
    answers = list(sheet.answers.exclude(comment="").select_related("row").order_by("row__position"))
    numbers = "、".join(each.row.numbers_text for each in answers)
    lines = [f"ご提出いただいた回答のうち、{len(answers)}行（{numbers}）について、確認をお願いします。"]
    return lines + [f"・{each.row.numbers_text}：{each.comment}" for each in answers]


def mail(request_: DisclosureRequest, token: str) -> None:
    """Send it by SMTP; raises OSError or SMTPException where the server does not take it."""
    send_mail(subject_of(request_), mail_text(request_, token), None, [request_.email])


def _kinds(request_: DisclosureRequest) -> str:
    return "・".join(sheet.kind for sheet in request_.disclosures.order_by("kind"))
