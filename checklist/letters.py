"""Questions to vendors, as text. [ours]"""

from checklist.applicability import UNCLEAR, server_answers
from checklist.facts import system_facts
from compliance.models import Clinic
from vendors.models import System, Vendor


def letter_to(vendor: Vendor, systems: list[System], clinic: Clinic) -> dict | None:
    """The letter that asks who bears the updates of the unclear servers; None where nothing is unclear.

    Keys: vendor, clinic, address, phone, director, is_sample, products (what is asked about), questions,
    text (the whole, to copy).
    """
    unclear = [system for system in systems if _is_unclear(system)]
    if not unclear:
        return None
    products = [_product(system) for system in unclear]
    questions = [
        "上記の製品・サービスについて、サーバのセキュリティアップデートを行う責任は、貴社と当院のどちらにありますか。",
        "そのことが書かれている契約書・約款・サービスレベル合意書等の名称と、条項の番号をお知らせください。",
        "書面に記載がない場合は、記載を加えていただけるか、ご検討をお願いします。",
    ]
    facts = {"vendor": vendor.name, "clinic": clinic.name, "address": clinic.address, "phone": clinic.phone,
             "director": clinic.director, "is_sample": clinic.is_sample, "products": products,
             "questions": questions}  # fmt: skip
    return {**facts, "text": _text(facts)}


def _is_unclear(system: System) -> bool:
    return any(answer.answer == UNCLEAR for answer in server_answers(system_facts(system)))


def _product(system: System) -> str:
    version = f" {system.product_version}" if system.product_version else ""
    return f"{system.product}{version}（{system.name}）" if system.product else system.name


def _text(facts: dict) -> str:
    lines = [f"{facts['vendor']}　ご担当者様", "", "いつもお世話になっております。"]
    lines += [
        f"{facts['clinic']}です。当院の医療情報システムの安全管理について、次の点を確認させてください。",
        "",
    ]
    lines += ["対象の製品・サービス", *(f"・{product}" for product in facts["products"]), ""]
    lines += [f"{number}. {question}" for number, question in enumerate(facts["questions"], 1)]
    lines += [
        "",
        "厚生労働省「医療情報システムの安全管理に関するガイドライン 第7.0版 保守委託機関編」の対象かどうかを"
        "判断するために必要な確認です。よろしくお願いいたします。",
        "",
    ]
    return "\n".join([*lines, facts["clinic"], facts["director"]]).rstrip()
