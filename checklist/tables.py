"""A snapshot's tables as rows, for workbooks. Pure."""

from datetime import date

from compliance.dates import wareki

Rows = list[list[str]]


def tables_of(snapshot: dict) -> dict[str, Rows]:
    """{sheet title: rows with their head first}"""
    return {
        "遵守項目": _items(snapshot),
        "要対応": _todo(snapshot),
        "システム": _systems(snapshot),
        "構成機器": _components(snapshot),
        "別紙": _annex(snapshot),
        "リスク評価・対応": _risks(snapshot),
        "根拠資料": _evidence(snapshot),
    }


def _items(snapshot: dict) -> Rows:
    head = ["項目", "項目区分", "遵守項目", "チェック", "対応状況", "記録", "判定"]
    return [head, *(_item(chapter, item) for chapter in snapshot["chapters"] for item in chapter["items"])]


def _item(chapter: dict, item: dict) -> list[str]:
    answer, finding = item["answer"], item["finding"] or {"words": ""}
    noted = "／".join(f"{label}：{text}" for label, text in answer["printed"])
    tick = "✓" if answer["status"] == "done" else "□"
    title = f"{chapter['code']}. {chapter['title']}"
    return [item["shown"], title, item["text"], tick, answer["label"], noted, finding["words"]]


def _todo(snapshot: dict) -> Rows:
    head = ["項目", "目標日", "すること", "担当", "対応状況"]
    lines = snapshot["todo"]
    return [head, *([x["shown"], _day(x["due_on"]), x["task"], x["owner"], x["label"]] for x in lines)]


def _systems(snapshot: dict) -> Rows:
    head = [
        "導入している医療情報システム",
        "委託先事業者",
        "製品名",
        "バージョン",
        "委託業務概要",
        "保存場所",
    ]
    names = ("name", "vendor", "product", "product_version", "entrusted_work", "location_label")
    return [head, *([each[name] for name in names] for each in snapshot["systems"])]


def _components(snapshot: dict) -> Rows:
    head = ["医療情報システム", "機器", "種類", "台数", "更新の責任", "書面の箇所"]
    return [
        head,
        *(_component(system, part) for system in snapshot["systems"] for part in system["components"]),
    ]


def _component(system: dict, part: dict) -> list[str]:
    place = part["place"] or part["written_label"]
    return [
        system["name"],
        part["name"],
        part["kind_label"],
        str(part["quantity"]),
        part["bearer_label"],
        place,
    ]


def _annex(snapshot: dict) -> Rows:
    head = ["医療情報システム", "開示書", "行", "項番", "確認事項", "適合状況", "備考", "リスク評価・対応"]
    found = [
        _row(snapshot, system["name"], sheet["kind"], row)
        for system in snapshot["registers"]
        for sheet in system["sheets"]
        for row in sheet["rows"]
    ]
    return [head, *found]


def _row(snapshot: dict, system: str, kind: str, row: dict) -> list[str]:
    question = snapshot["annex"][row["code"]]
    said = [row["answer"], row["remark"], row["risk"]]
    return [system, kind, row["code"], question["numbers"], question["text"], *said]


def _risks(snapshot: dict) -> Rows:
    head = [
        "番号",
        "医療情報システム",
        "行",
        "影響",
        "起こりうること",
        "理由・被害",
        "方針",
        "当院で行うこと",
    ]
    head += ["担当", "いつまでに", "実施した日", "説明"]
    names = ("number", "system", "row", "impact", "risk", "harm", "treatment", "measure", "owner")
    return [head, *([*(each[n] for n in names), _day(each["due_on"]), _day(each["done_on"]), each["explanation"]]
                    for each in snapshot["risks"])]  # fmt: skip


def _evidence(snapshot: dict) -> Rows:
    head = [
        "番号",
        "資料",
        "保管場所",
        "ファイル",
        "大きさ（バイト）",
        "SHA-256",
        "日付",
        "期限",
        "項目",
        "差し替えた前のファイル",
    ]
    return [head, *(_paper(each) for each in snapshot["evidence"] or ())]


def _paper(each: dict) -> list[str]:
    named = [each[name] for name in ("number", "title", "place", "file")]
    file = [str(each["size"]) if each["file"] else "", each["sha256"]]
    days = [_day(each["dated_on"]), _day(each["expires_on"])]
    return [*named, *file, *days, "、".join(each["items"]), str(each["replaced"] or "")]


def _day(iso: str) -> str:
    return wareki(date.fromisoformat(iso)) if iso else ""
