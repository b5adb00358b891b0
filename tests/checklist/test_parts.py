"""The report's parts, its presets, the QR code, what goes to a vendor, and what the legend lists."""

import re

import pytest
import segno
from django.template.loader import get_template

from checklist.parts import DEFAULT, KEYS, PARTS, PRESETS, VENDOR_PARTS, parts_of, place_of
from checklist.printing import BLANK_FORMS, blank_html, only_vendor, report_html
from checklist.qr import content
from compliance.printing import pdf
from compliance.qr import qr_of
from tests.papers import ISSUE, Printed, confirmed, sample_snapshot

pytestmark = pytest.mark.django_db
SHA = "0123456789abcdef" * 4


@pytest.fixture
def snapshot() -> dict:
    return sample_snapshot()


def chapters(html: str) -> list[str]:
    return re.findall(r'<section class="chapter[^"]*" id="(\w+)">', html)


# Choosing


def test_each_part_has_a_template_a_mark_and_a_title_of_its_own():
    assert [get_template(part.template).template.name for part in PARTS] == [
        f"report/_{key}.html" for key in KEYS
    ]
    assert len({part.mark for part in PARTS}) == len({part.title for part in PARTS}) == len(PARTS)


def test_parts_come_in_the_reports_order_however_they_are_asked_for():
    assert [part.key for part in parts_of(["legend", "todo", "summary"])] == ["summary", "todo", "legend"]


def test_an_unknown_part_is_refused_by_name():
    with pytest.raises(ValueError, match="no part nothing"):
        parts_of(["summary", "nothing"])


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_prints_its_parts_in_order_and_no_others(preset, snapshot):
    parts = PRESETS[preset].parts
    assert chapters(report_html(snapshot, keys=parts)) == [key for key in KEYS if key in parts]
    assert "legend" in parts  # its signs are explained on every paper


def test_without_a_choice_the_inspection_set_is_printed(snapshot):
    assert chapters(report_html(snapshot)) == list(PRESETS["inspection"].parts)


def test_the_preset_that_pages_begin_with_exists():
    assert DEFAULT in PRESETS


@pytest.mark.parametrize("key", KEYS)
def test_a_part_keeps_its_number_when_it_stands_alone(key, snapshot):
    part = next(each for each in PARTS if each.key == key)
    html = report_html(snapshot, keys=[key])
    assert re.search(rf'id="{key}">\s*<h2>{part.mark}　', html)
    assert chapters(html) == [key]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_contents_lead_to_every_part_and_nowhere_else(preset, snapshot):
    html = report_html(snapshot, keys=PRESETS[preset].parts)
    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert targets - set(re.findall(r'id="([^"]+)"', html)) == set()
    assert set(PRESETS[preset].parts) <= targets


PLACES = re.compile(
    r"(?<!<b>)(?<!<h2>)((?:[Ⅰ-Ⅻ]章|付\d))(?!　)(（この冊子にはありません）|、この冊子にはありません(?=）))?"
)


def pointed_to(html: str) -> dict[str, set[bool]]:
    """{「Ⅲ章」: whether the page says that it is left out, each time}"""
    found: dict[str, set[bool]] = {}
    for place, left_out in PLACES.findall(re.sub(r"<(?!/?b>|/?h2>)[^>]+>", "", html)):
        found.setdefault(place, set()).add(bool(left_out))
    return found


@pytest.mark.parametrize(
    "keys", [*(each.parts for each in PRESETS.values()), VENDOR_PARTS], ids=[*PRESETS, "vendor"]
)
def test_what_points_to_a_part_that_is_left_out_says_so(keys, snapshot):
    snapshot["todo"][0]["task"] = "長い" * 100
    snapshot["evidence"] = []
    wanted = {part.place: {part.key not in keys} for part in PARTS}
    found = pointed_to(report_html(snapshot, keys=keys))
    assert found == {place: wanted[place] for place in found}
    assert len(found) >= 3


def test_a_place_that_stands_in_brackets_brings_none_of_its_own(snapshot):
    html = report_html(snapshot, keys=["legend"])
    assert "（Ⅴ章、この冊子にはありません）" in html
    assert "（Ⅷ章、この冊子にはありません）" in html
    assert re.findall(r"（[^（）]*（この冊子", html) == []
    assert place_of("risks", parts_of(["legend"])) == "Ⅷ章（この冊子にはありません）"
    assert {place_of("risks", PARTS, in_brackets=each) for each in (True, False)} == {"Ⅷ章"}


# Issued


def test_the_cover_names_the_check_page_where_there_is_an_address_and_stays_one_page(snapshot):
    snapshot["clinic"]["is_sample"] = True
    issue = ISSUE | {"public_url": "https://tenken.example.jp"}
    cover = Printed(pdf(report_html(confirmed(snapshot), SHA, ["history"], issue))).pages[0]
    assert "照合のページ（https://tenken.example.jp/check/）に" in cover
    assert "QRコードは、発行番号とハッシュ値の入った照合のページを開きます。" in cover
    assert "お申し付けください" not in cover
    assert cover.count("認定・承認を示すものではありません") == 1


def test_the_proof_is_printed_only_of_an_issued_report(snapshot):
    final = confirmed(snapshot)
    issued, plain = report_html(final, SHA, issue=ISSUE), report_html(final, SHA)
    assert ("発行番号 2026-0003" in issued, '<svg class="qr"' in issued) == (True, True)
    assert ("発行番号" in plain, '<svg class="qr"' in plain) == (False, False)


def modules(svg: str) -> set[tuple[int, int]]:
    """(column, row) of each dark square, the quiet zone left out."""
    return {(int(x) - 4, int(y) - 4) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", svg)}


@pytest.mark.parametrize("url", ["", "https://tenken.example.jp"])
def test_the_qr_code_says_number_and_hash(url, snapshot):
    said = content(url, "2026-0003", SHA)
    html = report_html(confirmed(snapshot), SHA, issue=ISSUE | {"public_url": url})
    matrix = segno.make(said, error="m", micro=False).matrix
    dark = {(x, y) for y, row in enumerate(matrix) for x, on in enumerate(row) if on}
    assert modules(html) == dark
    size = len(matrix) + 8
    assert f'viewBox="0 0 {size} {size}"' in html  # four modules of quiet on each side


def test_the_qr_code_leads_to_the_check_page_where_there_is_an_address():
    expected = f"https://tenken.example.jp/check/?number=2026-0003&hash={SHA}"
    assert content("https://tenken.example.jp", "2026-0003", SHA) == expected
    assert content("", "2026-0003", SHA) == f"点検報告書 2026-0003 SHA-256 {SHA}"


def test_the_qr_code_has_an_alternative_text_that_is_escaped():
    assert '<title>&lt;b&gt;"照合' not in qr_of("x", '<b>"照合')
    assert "<title>&lt;b&gt;&quot;照合</title>" in qr_of("x", '<b>"照合')


# For a vendor


def test_a_vendors_part_names_no_other_vendor_and_no_other_system(snapshot):
    vendors = [each["name"] for each in snapshot["vendors"]]
    assert len(vendors) >= 3
    for vendor in vendors:
        html = report_html(only_vendor(snapshot, vendor), keys=VENDOR_PARTS)
        others = {name for name in vendors if name != vendor}
        others |= {each["name"] for each in snapshot["systems"] if each["vendor"] != vendor}
        own = [each["name"] for each in snapshot["systems"] if each["vendor"] == vendor]
        assert (vendor, {name for name in others if f">{name}" in html or f"{name}<" in html}) == (
            vendor,
            set(),
        )
        assert (vendor, [name for name in own if name not in html]) == (vendor, [])


def test_a_vendors_part_has_nothing_of_the_clinics_answers_and_risk_records(snapshot):
    ours = [text for c in snapshot["chapters"] for i in c["items"] for _, text in i["answer"]["printed"]]
    ours += [risk[key] for risk in snapshot["risks"] for key in ("risk", "harm", "measure", "explanation")]
    ours = [text for text in ours if len(text) > 12]
    assert len(ours) > 30
    for vendor in snapshot["vendors"]:
        html = report_html(only_vendor(snapshot, vendor["name"]), keys=VENDOR_PARTS)
        assert [text for text in ours if text in html] == []
        assert re.findall(r"リスク評価・対応 (?:R-\d+|未記入)", html) == []
        assert re.findall(r"説明済み|すべて「はい」か「対象外」|まだ確認できない", html) == []


def test_the_clinics_own_copy_does_point_to_its_risk_records(snapshot):
    html = report_html(snapshot, keys=["annex"])
    assert len(re.findall(r"→ リスク評価・対応 R-\d+", html)) >= 10


def test_a_vendors_part_says_whose_it_is(snapshot):
    vendor = snapshot["vendors"][0]["name"]
    html = report_html(only_vendor(snapshot, vendor), keys=VENDOR_PARTS)
    assert f"{vendor} に関する部分" in html
    assert chapters(html) == list(VENDOR_PARTS)


def test_a_vendors_part_is_a_copy_to_check_and_no_report_to_sign(snapshot):
    vendor = snapshot["vendors"][0]["name"]
    html = report_html(only_vendor(snapshot, vendor), keys=VENDOR_PARTS)
    assert "<title>開示書と契約の確認（写し） " in html
    assert "<h1>開示書と契約の確認（写し）</h1>" in html
    ours = ("自己点検報告書", "署名・押印", "52項目", "医療機関コード", "チェック欄", "点検者", "実施済")
    assert [words for words in ours if words in html] == []
    own = [each for each in snapshot["systems"] if each["vendor"] == vendor]
    assert f">この冊子の対象</th><td>医療情報システム {len(own)}件、事業者 1社" in html


def test_a_vendors_part_says_whether_what_it_copies_is_confirmed(snapshot):
    vendor = snapshot["vendors"][0]["name"]
    draft, final = (
        report_html(only_vendor(each, vendor), keys=VENDOR_PARTS) for each in (snapshot, confirmed(snapshot))
    )
    assert ("下書き" in draft, "に確定した登録内容の写しです" in draft) == (True, False)
    assert ("下書き" in final, "に確定した登録内容の写しです" in final) == (False, True)


def test_the_clinics_own_report_has_the_boxes_to_sign_and_its_own_counts(snapshot):
    html = report_html(snapshot)
    counts = f"医療情報システム {len(snapshot['systems'])}件、事業者 {len(snapshot['vendors'])}社"
    assert [
        words in html for words in ("<h1>自己点検報告書</h1>", "署名・押印", "医療機関コード", counts)
    ] == [True] * 4
    assert "この冊子の対象" not in html


def test_making_a_vendors_part_leaves_the_snapshot_as_it_was(snapshot):
    only_vendor(snapshot, snapshot["vendors"][0]["name"])
    assert snapshot == sample_snapshot()


# Blank forms


@pytest.mark.parametrize(("form", "rows"), [("MDS", 41), ("SDS", 58)])
def test_a_blank_sheet_has_every_row_and_no_answer(form, rows, snapshot):
    html = blank_html(snapshot, form)
    found = list(dict.fromkeys(re.findall(rf"{form}-\d\d", html)))
    assert found == [f"{form}-{n:02d}" for n in range(1, rows + 1)]
    assert html.count("はい　　　いいえ　　　対象外") == rows
    assert snapshot["annex"][f"{form}-01"]["text"] in html


@pytest.mark.parametrize("form", BLANK_FORMS)
def test_a_blank_form_names_neither_clinic_nor_vendor(form, snapshot):
    html = blank_html(snapshot, form)
    names = [snapshot["clinic"]["name"], *(v["name"] for v in snapshot["vendors"])]
    assert [name for name in names if name in html] == []


def test_the_blank_list_of_systems_has_numbered_lines(snapshot):
    assert re.findall(r'<th scope="row">(\d+)\.</th>', blank_html(snapshot, "systems")) == [
        str(n) for n in range(1, 15)
    ]


# Characters that the font lacks


def legend(html: str) -> str:
    return re.search(r"本書にある番号：([^。]*)。", html)[1] if "本書にある番号" in html else ""


def test_the_legend_lists_the_codes_that_stand_in_the_chosen_parts(snapshot):
    snapshot["systems"][0]["name"] = "カルテ😀\x07\u202e"
    assert legend(report_html(snapshot, keys=["systems", "legend"])) == "[U+0007]、[U+202E]、[U+1F600]"
    assert legend(report_html(snapshot, keys=["history", "legend"])) == ""


def test_the_legend_lists_nothing_for_marks_that_are_printed_as_what_is_like_them(snapshot):
    snapshot["systems"][0]["name"] = "か\u3099☑𠮷10⁵\r\n亜\U000e01ef"
    assert legend(report_html(snapshot, keys=["systems", "legend"])) == ""


def test_what_another_vendor_typed_is_not_in_the_legend_of_a_vendors_part(snapshot):
    mine, other = (each["name"] for each in snapshot["vendors"][:2])
    for system in snapshot["systems"]:
        system["entrusted_work"] = "😀" if system["vendor"] == other else "点検"
    assert legend(report_html(only_vendor(snapshot, mine), keys=VENDOR_PARTS)) == ""
