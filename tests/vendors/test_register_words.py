"""In words: what is known of a system and of a vendor's papers, what ends when, and the guideline's own texts."""

from datetime import date, timedelta

import pytest

from vendors.guideline_texts import contract_points, item, table_head
from vendors.models import Agreement, Boundary, Certification, Component, ExternalStorage, System
from vendors.register_words import certified, expiry, gaps_of, groups_of, lines_of

TODAY = date(2026, 11, 22)


def ending(days: int | None, **fields) -> Certification:
    return Certification(kind="isms", expires_on=None if days is None else TODAY + timedelta(days), **fields)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, ""),
        (-23, "有効期限を23日過ぎています"),
        (-1, "有効期限を1日過ぎています"),
        (0, "有効期限は今日までです"),
        (1, "有効期限まであと1日です"),
        (60, "有効期限まであと60日です"),
        (61, ""),
    ],
)
def test_an_end_is_said_in_words(days, words):
    assert expiry(ending(days), TODAY) == words


def test_a_paper_that_renews_itself_has_no_end_to_speak_of():
    assert expiry(Agreement(expires_on=TODAY - timedelta(9), renews=True), TODAY) == ""


def test_the_guidelines_texts_are_read_as_they_stand():
    points = contract_points()
    assert len(points) == 9
    assert (points[2], points[5]) == (
        "匿名化情報の取扱いの配慮",
        "再委託を行う場合は、事前に医療機関等に情報を提供し、承認を得ること。",
    )
    assert table_head() == ["導入している医療情報システム", "委託先事業者", "製品名", "委託業務概要"]
    assert item("2-1")["shown"] == "2①"


def test_certifications_stand_in_the_order_of_5_3():
    kinds = ("fedramp_li", "audit", "hispro", "isms", "pmark")
    groups = groups_of([Certification(kind=kind) for kind in kinds])
    assert [(group.title, [each.kind for each in group.rows]) for group in groups] == [
        ("プライバシーマーク・ISMS", ["isms", "pmark"]),
        ("そのほかの認証等", ["hispro"]),
        ("外部監査", ["audit"]),
        ("5③では数えません", ["fedramp_li"]),
    ]


@pytest.mark.parametrize(
    ("papers", "words"),
    [
        ([], "5③で数えられる認証等が、まだ登録されていません。"),
        ([ending(-1)], "有効期限内の認証等がありません。更新されたかを事業者に聞いてください。"),
        ([ending(1), Certification(kind="pmark")], "5③で数えられるもの：ISMS、プライバシーマーク"),
        ([Certification(kind="ismap_liu")], "5③で数えられる認証等が、まだ登録されていません。"),
    ],
)
def test_one_sentence_says_what_counts(papers, words):
    assert certified(papers, TODAY) == words


# Of a system


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(clinic, by=director, vendor_name="社", name="電子カルテ", location="external")


@pytest.fixture
def lines(clinic):
    """lines(system): what its page says, by title."""

    def told(system: System) -> dict:
        found = System.objects.with_particulars().get(pk=system.pk)
        return {line.title: line for line in lines_of(found, TODAY)}

    return told


@pytest.mark.django_db
def test_a_new_system_elsewhere_has_everything_still_to_find_out(chart, lines):
    told = lines(chart)
    assert list(told) == ["責任分界", "二要素認証", "外部保存の委託先", "必要な開示書", "契約書・認証"]
    assert [title for title, line in told.items() if line.facts] == []
    assert told["必要な開示書"].suggested == "外部保存（クラウドなど）なので、SDSが必要と考えられます。"
    assert told["外部保存の委託先"].gaps[-1] == "契約に含める9つの事項のうち9つを確かめていません"
    assert told["契約書・認証"].gaps == ["契約書・約款が未登録", "5③で数えられる認証等が未登録か、期限切れ"]


@pytest.mark.django_db
def test_a_system_in_house_is_asked_for_its_servers_and_not_for_storage(clinic, director, lines):
    system = System.register(clinic, by=director, name="画像", location="in_house")
    Component.register(system, by=director, kind="server", name="画像サーバ", os_two_factor="yes")
    Component.register(system, by=director, kind="terminal", name="PC")
    told = lines(system)
    assert list(told) == ["責任分界", "二要素認証", "必要な開示書"]
    assert (told["責任分界"].gaps, told["責任分界"].suggested[:13]) == ([], "委託先事業者のないシステム")
    assert told["二要素認証"].facts == ["OSのログイン（画像サーバ）：採用している"]
    assert told["二要素認証"].gaps == ["アプリケーションのログイン：まだ確かめていない"]


@pytest.mark.django_db
def test_what_is_known_is_said(chart, director, lines):
    Boundary.of(chart).describe(0, by=director, counterpart="社", roles="更新は事業者", written_in="第8条")
    points = {str(n): {"state": "yes" if n < 9 else "no", "clause": ""} for n in range(1, 10)}
    ExternalStorage.of(chart).describe(0, by=director, place="国内", domestic_law="yes", points=points)
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason="作っていない",
                  unavailable_on=date(2026, 11, 1), login_two_factor="renewal")  # fmt: skip
    told = lines(chart)
    assert (told["責任分界"].facts, told["責任分界"].gaps) == (["相手方：社", "書いてある所：第8条"], [])
    assert told["二要素認証"].facts == ["アプリケーションのログイン：次のシステム更新時に対応する"]
    assert told["外部保存の委託先"].gaps == [
        "安全管理方針・体制を確かめていません", "バックアップ状況を確かめていません", "信用度を確かめていません",
        "契約に含める9つの事項のうち1つが、契約にありません",
    ]  # fmt: skip
    assert told["必要な開示書"].facts == ["入手できない（令和8年11月1日に確認）：作っていない"]


@pytest.mark.django_db
def test_papers_of_another_system_are_not_this_systems(chart, clinic, director, lines):
    other = System.register(clinic, by=director, vendor_name="社", name="予約", location="external")
    late = {"expires_on": TODAY - timedelta(5), "kind": "contract", "by": director}
    Agreement.register(chart.vendor, title="予約の契約書", system=other, **late)
    assert lines(chart)["契約書・認証"].gaps[0] == "契約書・約款が未登録"
    assert lines(other)["契約書・認証"].gaps[-1] == "予約の契約書の有効期限を5日過ぎています"


@pytest.mark.django_db
def test_the_list_of_systems_names_the_lines_with_gaps_and_says_what_ends(chart, director):
    def told() -> list[str]:
        return gaps_of(System.objects.with_particulars().get(pk=chart.pk), TODAY)

    assert told() == ["未記入か未確認：責任分界、二要素認証、外部保存の委託先、契約書・認証"]
    Boundary.of(chart).describe(0, by=director, counterpart="社", roles="更新は事業者", written_in="第8条")
    Agreement.register(chart.vendor, by=director, kind="contract", title="契約書")
    Certification.register(chart.vendor, by=director, kind="isms", expires_on=TODAY)
    assert told() == ["未記入か未確認：二要素認証、外部保存の委託先", "ISMSの有効期限は今日までです"]
    chart.specify(chart.version, by=director, location="in_house", login_two_factor="yes")
    Certification.objects.get().describe(1, by=director, expires_on=None)
    assert told() == []
