"""A disclosure that came as a workbook, from its file to a report that an inspector can follow."""

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from vendors.models import Disclosure, System

pytestmark = pytest.mark.journey
SAMPLE = Path(__file__).resolve().parents[1] / "vendors" / "workbook" / "samples" / "mds-three-columns.xlsx"
MEASURES = {
    "No.12.4.1": "遠隔接続は当院のVPN機器で止める。",
    "No.27": "バックアップを毎晩取り、月1回復元を試す。",
    "No.4.1.2": "予備のカードを院長室で保管する。",
}


@pytest.fixture
def chart(clinic, director) -> System:
    product = {"product": "サンプルカルテ オンプレミス版", "product_version": "3.2"}
    fields = {"vendor_name": "株式会社サンプルメディカル", "location": "in_house", **product}
    return System.register(clinic, by=director, name="電子カルテ", **fields)


def receives(director, clinic, chart) -> Disclosure:
    """The vendor's own file, taken over after its preview."""
    director.opens("new_sheet", clinic.code, chart.pk)
    director.chooses("MDS")
    director.chooses("事業者のファイル")
    director.presses("次へ進む")
    director.sees("41行中0行")
    director.follows("Excelファイルを取り込む")
    director.page.set_input_files("input[type=file]", SAMPLE)
    director.presses("読み取る")
    director.sees("取り込む内容を確かめる", "変わる行 41行")
    director.presses("この内容で取り込む")
    director.sees("41行を取り込みました", "41行中41行")
    director.presses("書き写しを終えて、確認へ進む")
    director.sees("MDSの回答を確認する", "あと3行", "いいえ3件のうち説明済み0件")
    return Disclosure.objects.get(system=chart)


def explains(director, clinic, sheet: Disclosure, numbers: str, measure: str) -> None:
    code = next(
        each.row.code for each in sheet.answers.select_related("row") if each.row.numbers_text == numbers
    )
    director.opens("treat", clinic.code, sheet.pk, code)
    director.sees(numbers)
    director.chooses("一部が止まる")
    director.types("起こりうること", "診療の一部が止まるおそれがある。")
    director.chooses("低減")
    director.types("当院で行うこと", measure)
    director.types("立入検査での説明", f"{measure}（記録は院長室）")
    director.presses("保存")
    director.sees("保存しました。未記入の欄はありません。")


def test_three_いいえ_end_in_a_report_that_explains_them(sits_down, director, clinic, chart):
    at_work = sits_down(director)
    sheet = receives(at_work, clinic, chart)
    for numbers, measure in MEASURES.items():
        explains(at_work, clinic, sheet, numbers, measure)
    at_work.sees("確認が残っている行はありません", "いいえ3件は、すべて説明済み")
    at_work.presses("確認済にする")
    at_work.sees("確認済にしました")
    at_work.opens("item", clinic.code, "10-9")
    at_work.sees("別紙の行は、すべて「はい」か「対象外」、または説明済みです。")
    at_work.opens("prints", clinic.code)
    text = words_of(at_work.prints("下書きの報告書：立入検査用の一式"))
    for measure in MEASURES.values():
        assert measure in text
    assert "いいえ3件は、すべて説明済み" in text
    assert text.count("リスク評価・対応R-0") == 3


def words_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)
