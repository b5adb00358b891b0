"""Questions to vendors, as text. [ours]"""

from itertools import groupby
from operator import itemgetter

from checklist.applicability import UNCLEAR, server_answers
from checklist.facts import system_facts
from compliance.models import Clinic
from vendors.models import System, Vendor

NOT_LISTED = "名称を当院で把握していません。あわせてお知らせください"
RETURN_BY = "ご返送期限　　　　　　年　　　　月　　　　日"


def letter_to(vendor: Vendor, systems: list[System], clinic: Clinic) -> dict | None:
    """The letter that asks who bears the updates of the unclear servers; None where nothing is unclear.

    Keys: vendor, clinic, address, phone, director, is_sample, servers (what is asked about: product, name),
    return_by (a line to fill in by hand), questions, text (the whole, to copy).
    """
    servers = [server for system in systems for server in _unclear_servers(system)]
    if not servers:
        return None
    questions = [
        "上記のサーバのセキュリティアップデートを行う責任は、貴社と当院のどちらにありますか。"
        "サーバによって違うときは、サーバごとにお答えください。",
        "そのことが書かれている契約書・約款・サービスレベル合意書等の名称と、条項の番号をお知らせください。",
        "書面に記載がない場合は、記載を加えていただけるか、ご検討をお願いします。",
    ]
    facts = {"vendor": vendor.name, "clinic": clinic.name, "address": clinic.address, "phone": clinic.phone,
             "director": clinic.director, "is_sample": clinic.is_sample, "servers": servers,
             "return_by": RETURN_BY, "questions": questions}  # fmt: skip
    return {**facts, "text": _text(facts)}


def _unclear_servers(system: System) -> list[dict]:
    unclear = [each for each in server_answers(system_facts(system)) if each.answer == UNCLEAR]
    return [{"product": _product(system), "name": each.server or NOT_LISTED} for each in unclear]


def _product(system: System) -> str:
    version = f" {system.product_version}" if system.product_version else ""
    return f"{system.product}{version}（{system.name}）" if system.product else system.name


def _text(facts: dict) -> str:
    lines = [f"{facts['vendor']}　ご担当者様", "", "いつもお世話になっております。"]
    lines += [
        f"{facts['clinic']}です。当院の医療情報システムの安全管理について、次の点を確認させてください。",
        "",
    ]
    lines += ["対象の製品・サービスと、そのうちお答えいただきたいサーバ", *_listed(facts["servers"]), ""]
    lines += [f"{number}. {question}" for number, question in enumerate(facts["questions"], 1)]
    lines += [
        "",
        facts["return_by"],
        "",
        "厚生労働省「医療情報システムの安全管理に関するガイドライン 第7.0版 保守委託機関編」の対象かどうかを"
        "判断するために必要な確認です。よろしくお願いいたします。",
        "",
    ]
    return "\n".join([*lines, facts["clinic"], facts["director"]]).rstrip()


def _listed(servers: list[dict]) -> list[str]:
    """Each product once, its servers below it."""
    lines = []
    for product, group in groupby(servers, itemgetter("product")):
        lines += [f"・{product}", *(f"　－ サーバ：{each['name']}" for each in group)]
    return lines
