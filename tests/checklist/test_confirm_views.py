"""確認と確定 over HTTP: what is shown is what is frozen, once; reopening needs a reason."""

from datetime import date, timedelta

import pytest

from checklist.models import Assessment, Confirmation
from tests.web import (
    at,
    at_most,
    browser,
    complaints,
    form_with,
    furnish,
    having,
    shows,
    stand_still,
    tree,
    words,
)
from vendors.models import System

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
NAMES = {"examiner": "事務 はな子", "examined_on": TODAY.isoformat(), "safety_officer": "緑川 院長"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_still(monkeypatch, TODAY)


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def opened(client, clinic):
    """The form of the page as it is shown now."""
    return lambda: form_with(client.get(at("confirm", clinic)), "seen")


@pytest.fixture
def press(client, clinic):
    """press(form): 確定する with all names."""
    return lambda form, **typed: client.post(at("confirm", clinic), form | {**NAMES, **typed})


def frozen(clinic) -> list[tuple]:
    return list(Confirmation.objects.filter(clinic=clinic).order_by("pk").values_list("number", "examiner"))


# What is shown


def test_everything_that_is_printed_is_shown(client, clinic, director, declare):
    furnish(clinic, director)
    declare("1.1-1", status="done", confirmed_on=TODAY - timedelta(days=1), evidence_place="棚1", note="見た")
    declare("3-1", status="open", plan="規程を作る", owner="事務", due_on=TODAY)
    declare("7-5", status="na", reason="使っていない")
    declare("8-1", status="ask", ask_whom="会社")
    page = client.get(at("confirm", clinic))
    shown = shows(page)
    for word in (
        "棚1",
        "見た",
        "規程を作る",
        "事務",
        "使っていない",
        "会社",
        "電子カルテ（株式会社カルテ）",
        "事業者に確認",
    ):
        assert word in shown
    answers = having(tree(page), **{"aria-labelledby": "all"})[0]
    assert len(list(answers.iter("dt"))) == 52
    assert "52項目中3項目が回答済みです。" in shown


def test_unanswered_and_unfinished_items_are_listed_first(client, clinic, declare):
    declare("7-5", status="na")
    note = words(having(tree(client.get(at("confirm", clinic))), **{"aria-labelledby": "gaps"})[0])
    assert note.startswith("このまま確定すると、次のように印刷されます 未回答 51項目：1.1①")
    assert "書きかけ 1項目" in note
    assert "対象外（当てはまらない理由が未記入）" in note


def test_a_missing_determination_and_missing_systems_are_said(client, clinic):
    shown = shows(client.get(at("confirm", clinic)))
    assert "報告書には「未判断」と印刷されます。" in shown
    assert "登録がありません。" in shown


def test_names_and_day_are_filled_in_from_what_is_known(opened, clinic, director):
    clinic.describe(1, by=director, safety_officer="責任 者子")
    fields = opened().fields
    assert (fields["examiner"], fields["examined_on"], fields["safety_officer"]) == (
        [director.name], [TODAY.isoformat()], ["責任 者子"],
    )  # fmt: skip


# Confirming


def test_confirming_freezes_the_round_and_shows_its_confirmation(
    opened, press, client, clinic, assessment, trail
):
    response = press(opened())
    assert response.url == at("confirmation", clinic)
    assert frozen(clinic) == [(1, "事務 はな子")]
    assert Assessment.objects.get(pk=assessment.pk).is_open is False
    assert trail(clinic)[-1].action == "assessment.confirm"
    page = client.get(response.url)
    assert f"{assessment} 第1版として確定しました。" in shows(page)
    assert Confirmation.objects.get().sha256 in shows(page)


def test_the_same_press_twice_makes_one_confirmation(opened, press, clinic, trail):
    form = opened()
    assert [press(form).status_code for _ in range(3)] == [302] * 3
    assert (len(frozen(clinic)), [e.action for e in trail(clinic)].count("assessment.confirm")) == (1, 1)


@pytest.mark.parametrize("change", ["an answer", "a system", "the clinic's name"])
def test_what_changed_since_the_page_was_shown_is_shown_again_first(
    change, opened, press, clinic, director, declare
):
    form = opened()
    acts = {
        "an answer": lambda: declare("7-5", status="na", reason="使っていない"),
        "a system": lambda: System.register(clinic, by=director, name="画像", location="external"),
        "the clinic's name": lambda: clinic.describe(1, by=director, name="新しい名前"),
    }
    acts[change]()
    response = press(form, examiner="別の 点検者")
    assert (response.status_code, frozen(clinic)) == (409, [])
    assert "表示のあとで内容が変わりました まだ確定していません。" in shows(response)
    again = form_with(response, "seen")
    assert again.fields["examiner"] == ["別の 点検者"]
    assert press(again, **{"examiner": "別の 点検者"}).status_code == 302
    assert frozen(clinic) == [(1, "別の 点検者")]


@pytest.mark.parametrize("seen", ["", "0" * 64, "\x00"])
def test_a_page_that_nobody_has_seen_is_not_confirmed(seen, opened, press, clinic):
    response = press(opened(), seen=seen)
    assert (response.status_code in {409, 422}, frozen(clinic)) == (True, [])
    assert form_with(response, "seen").fields["seen"] == opened().fields["seen"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"examiner": ""}, "点検者の氏名を入力してください。"),
        ({"examined_on": ""}, "点検日を入力してください。"),
        ({"safety_officer": " "}, "安全管理責任者の氏名を入力してください（4.1②）。院長が兼ねてもかまいません。"),
        ({"examined_on": "2999-01-01"}, "2999年になっています。年を確かめてください。"),
        ({"examined_on": (TODAY + timedelta(days=1)).isoformat()}, "まだ来ていない日付です。今日までの日付にしてください。"),
        ({"examiner": "あ" * 101}, "100文字までです。1文字減らしてください。"),
        ({"safety_officer": "緑\x07川"}, "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"),
    ],
)  # fmt: skip
def test_a_mistake_confirms_nothing_and_keeps_what_was_typed(typed, sentence, opened, press, clinic):
    response = press(opened(), **typed)
    assert (response.status_code, frozen(clinic)) == (422, [])
    assert sentence in complaints(response)
    fields = form_with(response, "seen").fields
    assert [fields[name] for name in NAMES if name not in typed] == [
        [value] for name, value in NAMES.items() if name not in typed
    ]


def test_a_confirmed_round_is_not_confirmed_again(client, clinic, assessment, confirmed):
    confirmed(assessment)
    assert client.get(at("confirm", clinic)).url == at("confirmation", clinic)


def test_what_a_lost_session_had_typed_comes_back_unconfirmed(opened, clinic, director):
    form = opened()
    nobody = browser()
    response = nobody.post(at("confirm", clinic), form | {**NAMES, "examiner": "別の 点検者"})
    nobody.force_login(director)
    page = nobody.get(at("confirm", clinic) + "?kept=1")
    assert response.status_code == 302
    assert (page.status_code, form_with(page, "seen").fields["examiner"], frozen(clinic)) == (
        200,
        ["別の 点検者"],
        [],
    )


# Reopening


@pytest.fixture
def standing(assessment, confirmed):
    return confirmed(assessment)


def test_reopening_lets_the_round_take_answers_and_the_confirmation_stay(
    standing, client, clinic, assessment, trail
):
    before = standing.sha256
    response = client.post(at("confirmation", clinic), {"why": "9章を直すため"})
    assert response.url == at("sections", clinic)
    assert Assessment.objects.get(pk=assessment.pk).is_open is True
    again = Confirmation.objects.get()
    assert (again.sha256, again.reopened_why, trail(clinic)[-1].action) == (
        before,
        "9章を直すため",
        "confirmation.reopen",
    )


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("", "再開の理由を入力してください。例：9章の確認を続けるため"),
        ("  ", "再開の理由を入力してください。例：9章の確認を続けるため"),
        ("あ" * 201, "200文字までです。1文字減らしてください。"),
        ("直\x00す", "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"),
    ],
)
def test_reopening_asks_for_a_reason(why, sentence, standing, client, clinic, assessment):
    response = client.post(at("confirmation", clinic), {"why": why})
    assert (response.status_code, Assessment.objects.get(pk=assessment.pk).is_open) == (422, False)
    assert sentence in complaints(response)


def test_reopening_twice_is_noted_once(standing, client, clinic, trail):
    for why in ("一度目", "二度目"):
        client.post(at("confirmation", clinic), {"why": why})
    assert Confirmation.objects.get().reopened_why == "一度目"
    assert [e.action for e in trail(clinic)].count("confirmation.reopen") == 1


def test_a_reopened_round_is_confirmed_as_the_next_version(standing, client, clinic, opened, press):
    client.post(at("confirmation", clinic), {"why": "直すため"})
    assert "再開されています。" in shows(client.get(at("confirmation", clinic)))
    press(opened(), examiner="二度目")
    assert frozen(clinic) == [(1, "事務 はな子"), (2, "二度目")]
    assert "第2版" in tree(client.get(at("confirmation", clinic))).findtext(".//h1")


def test_there_is_no_confirmation_before_the_first(client, clinic):
    assert client.get(at("confirmation", clinic)).status_code == 404


@pytest.mark.parametrize("who", ["clerk", "reader"])
def test_only_the_administrator_confirms_and_reopens(who, standing, clinic, assessment, request):
    client = browser(request.getfixturevalue(who))
    statuses = [
        client.post(at(n, clinic), {**NAMES, "why": "x", "seen": "x"}).status_code
        for n in ("confirm", "confirmation")
    ]
    assert (statuses, Assessment.objects.get(pk=assessment.pk).is_open) == ([403, 403], False)
    assert "この操作は、管理担当の方ができます" in shows(client.get(at("confirm", clinic)))


@pytest.mark.parametrize("systems", [1, 20])
def test_the_page_costs_20_queries_whatever_is_registered(systems, client, clinic, director):
    for number in range(systems):
        System.register(
            clinic, by=director, name=f"系{number}", vendor_name=f"社{number}", location="external"
        )
    client.get(at("confirm", clinic))
    with at_most(20):
        client.get(at("confirm", clinic))
