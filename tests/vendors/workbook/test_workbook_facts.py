"""The header: labels left of, above and beside their values, and dates of every kind."""

from datetime import datetime

import pytest

from tests.vendors.workbook.books import MDS_TITLE, ROWS, book, content, plain_lines
from vendors.workbook import Header, read

FULL = Header(date="2025-10-01", provider="架空システムズ株式会社", product="サンプルカルテ", version="3.2")


def header_of(rows: list[tuple], merges: tuple[str, ...] = ()) -> Header:
    made, (sheet,) = book("MDS")
    for row in [(MDS_TITLE,), *rows, (), ("項番", "項目", "回答", "備考"), *plain_lines()]:
        sheet.append(row)
    for region in merges:
        sheet.merge_cells(region)
    return read(content(made), ROWS).header


@pytest.mark.parametrize(
    ("rows", "merges"),
    [
        (
            [
                ("作成日", "2025/10/1"),
                ("製造業者・サービス事業者", "架空システムズ株式会社"),
                ("製品名称・サービス名称", "サンプルカルテ"),
                ("バージョン", "3.2"),
            ],
            (),
        ),
        (
            [
                ("作成日", "製造業者名", "製品名", "バージョン"),
                ("令和7年10月1日", "架空システムズ株式会社", "サンプルカルテ", 3.2),
            ],
            (),
        ),
        (
            [
                ("作成日：2025年10月1日", None, "会社名：架空システムズ株式会社"),
                ("製品名称:サンプルカルテ",),
                ("Ver：3.2",),
            ],
            (),
        ),
        (
            [
                ("記入日", None, None, "R7.10.1"),
                ("事業者名", None, None, "架空システムズ株式会社"),
                ("サービス名", None, None, "サンプルカルテ"),
                ("版数", None, None, "3.2"),
            ],
            ("A2:C2", "A3:C3", "A4:C4", "A5:C5"),
        ),
        (
            [
                ("作成日", datetime(2025, 10, 1), "製造業者", "架空システムズ株式会社"),
                ("製品名称", "サンプルカルテ", "バージョン", "3.2"),
            ],
            (),
        ),
        (
            [
                ("【作成年月日】", ":", "２０２５．１０．１"),
                ("■ベンダー名", "架空システムズ株式会社"),
                ("製品名称／型式", "x"),
                ("製品名称（サービス名称）", "サンプルカルテ"),
                ("製品バージョン", "3.2"),
            ],
            (),
        ),
    ],
    ids=["left", "above", "in the same cell", "merged", "two in a row", "with signs"],
)
def test_facts(rows, merges):
    assert header_of(rows, merges) == FULL


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2025-10-01", "2025-10-01"),
        ("2025.10.1", "2025-10-01"),
        ("20251001", "2025-10-01"),
        ("令和７年１０月１日", "2025-10-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("令和元年5月1日", "2019-05-01"),
        ("2025年10月1日（水）", "2025-10-01"),
        ("2025年10月1日 現在", "2025-10-01"),
        (45931, "2025-10-01"),
        (datetime(2025, 10, 1), "2025-10-01"),
        ("2025年10月", ""),
        ("未定", ""),
        ("平成40年1月1日", ""),
        ("=TODAY()", ""),
        (3, ""),
        ("", ""),
    ],
)
def test_dates(written, iso):
    assert header_of([("作成日", written)]) == Header(date=iso)


def test_a_cover_fills_what_the_form_leaves_out():
    made, (cover, sheet) = book("表紙", "MDS")
    cover["B5"], cover["C5"] = "製品名称", "サンプルカルテ"
    for row in [(MDS_TITLE,), ("バージョン", "3.2"), ("項番", "項目", "回答", "備考"), *plain_lines()]:
        sheet.append(row)
    assert read(content(made), ROWS).header == Header(product="サンプルカルテ", version="3.2")


def test_1904_dates():
    made, (sheet,) = book("MDS")
    made.epoch = datetime(1904, 1, 1)
    for row in [
        (MDS_TITLE,),
        ("作成日", datetime(2025, 10, 1)),
        ("項番", "項目", "回答", "備考"),
        *plain_lines(),
    ]:
        sheet.append(row)
    assert read(content(made), ROWS).header == Header(date="2025-10-01")


PAIRS = [("作成日", "2025/10/1"), ("製造業者", "架空システムズ株式会社"), ("製品名称", "サンプルカルテ")]


@pytest.mark.parametrize(
    ("rows", "version"),
    [
        ([*PAIRS, ("バージョン",)], ""),
        ([*PAIRS, ("バージョン",), ("お問い合わせ窓口",)], ""),
        ([*PAIRS, ("バージョン", None, None, "連絡先", "03-1234")], ""),
        ([*PAIRS, ("バージョン", None, "窓口", "03-1234")], ""),
        ([*PAIRS, ("バージョン", "―", "窓口", "03-1234")], ""),
        ([*PAIRS, ("バージョン", ":", None, "3.2")], "3.2"),
        ([*PAIRS, ("バージョン", None, "3.2")], "3.2"),
        ([("版", "日付", "内容"), ("1.0", "2020/4/1", "初版"), (), *PAIRS, ("バージョン", "3.2")], "3.2"),
        (
            [("版", "日付"), ("1.0", "2020/4/1"), ("1.1", "2021/4/1"), (), *PAIRS, ("バージョン", "3.2")],
            "3.2",
        ),
    ],
    ids=[
        "blank above the table",
        "blank above another label",
        "blank before another label",
        "blank before an unknown label",
        "a dash",
        "after a colon",
        "after a gap",
        "after a history",
        "after a list",
    ],
)
def test_version_beside_what_is_none(rows, version):
    made, (sheet,) = book("MDS")
    for row in [(MDS_TITLE,), *rows, ("番号", "質問", "回答", "備考"), *plain_lines()]:
        sheet.append(row)
    expected = Header(date=FULL.date, provider=FULL.provider, product=FULL.product, version=version)
    assert read(content(made), ROWS).header == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("製品名称", None, None, "担当者", "山田")], Header()),
        ([("製品名称", "担当者", "電話番号")], Header()),
        (
            [
                ("作成日", "製品名称", "型番", "製造業者", "担当者"),
                ("2025/10/1", "サンプルカルテ", "K-1", "架空システムズ株式会社", "山田"),
            ],
            Header(date=FULL.date, product=FULL.product, provider=FULL.provider),
        ),
        (
            [
                ("製造業者", "―"),
                ("サービス事業者", "架空システムズ株式会社"),
                ("製品名称", "－"),
                ("サービス名称", "x"),
            ],
            Header(provider=FULL.provider, product="x"),
        ),
        (
            [("製品名称：サンプルカルテ　バージョン：3.2",), ("作成日：2025/10/1　担当者：山田",)],
            Header(product=FULL.product, version="3.2", date=FULL.date),
        ),
        (
            [("製品名称：サンプルカルテ\n製造業者：架空システムズ株式会社\n作成日：2025/10/1",)],
            Header(date=FULL.date, product=FULL.product, provider=FULL.provider),
        ),
        ([("製品名称",), ("サンプルカルテ",)], Header(product=FULL.product)),
        ([("製品名", "バージョン"), ("カルテA", "1"), ("カルテB", "2")], Header()),
    ],
    ids=[
        "no product before a person",
        "labels without values",
        "other labels among ours",
        "dashes",
        "two in a cell",
        "three lines in a cell",
        "a label by itself",
        "a list of products",
    ],
)
def test_facts_are_never_labels_or_of_others(rows, expected):
    assert header_of(rows) == expected


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("MDS（医療情報システムの安全管理に関するガイドライン第5.0版対応）", ""),
        ("JAHIS標準 17-006 医療情報セキュリティ開示書（ガイドライン第5.0版対応）", "3.0a"),
        ("「製造業者/サービス事業者による医療情報セキュリティ開示書」ガイドライン Ver.4.1", "4.1"),
        ("医療情報セキュリティ開示書 Ver.5.0（安全管理ガイドライン 第6.0版）", "5.0"),
    ],
)
def test_edition_of_the_ministry_s_guideline_is_not_the_form_s(title, version):
    made, (sheet,) = book("MDS")
    for row in [(title,), (), ("項番", "項目", "回答", "備考"), *plain_lines()]:
        sheet.append(row)
    assert read(content(made), ROWS).form_version == version
