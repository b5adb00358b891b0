"""年度と比較: the list of rounds, what beginning the next would do, beginning it, taking it back, comparing."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from checklist import succession
from checklist.choices import Status
from checklist.models import Answer, Assessment
from compliance.dates import fiscal_year_label
from tests.web import at_most, forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(client, clinic, director):
    """look("rounds"): the director's page of that name."""
    client.force_login(director)
    return lambda name, *args, **query: client.get(reverse(name, args=[clinic.code, *args]), query)


@pytest.fixture
def send(client, clinic, director):
    client.force_login(director)
    return lambda name, *args, **data: client.post(reverse(name, args=[clinic.code, *args]), data)


@pytest.fixture
def last_year(assessment):
    """The clinic's round is that of the year before this one."""
    Assessment.objects.filter(pk=assessment.pk).update(fiscal_year=assessment.fiscal_year - 1)
    assessment.refresh_from_db()
    return assessment


@pytest.fixture
def followed(last_year, director):
    """This year's round, begun after last year's."""
    newest = Assessment.objects.filter(clinic=last_year.clinic).current()
    return succession.begin_next(succession.next_of(newest, timezone.localdate()), by=director)


def declare(round_, code, by, **fields):
    found = Answer.objects.get(assessment=round_, item__code=code)
    found.record(found.version, by=by, **fields)


def shown(look) -> str:
    """What the page before beginning sends along."""
    return look("next_round").context["next"].seen


def test_home_offers_the_next_round_when_the_year_is_over(look, last_year):
    label = fiscal_year_label(last_year.fiscal_year + 1)
    assert f"{label}の点検を始める" in look("clinic_home").text


def test_home_offers_no_round_within_the_year(look, assessment):
    assert "の点検を始める" not in look("clinic_home").text


def test_the_page_before_beginning_says_what_comes_along(look, last_year, director):
    declare(last_year, "1.1-1", director, status=Status.DONE)
    text = look("next_round").text
    assert "1項目の回答が「前回（要確認）」として並びます" in text
    assert f"{last_year}は確定していません" in text


def test_one_press_begins_the_round(look, send, last_year, clinic):
    response = send("next_round", seen=shown(look))
    assert response.headers["Location"] == reverse("clinic_home", args=[clinic.code])
    assert [each.fiscal_year for each in Assessment.objects.newest_first()] == [
        last_year.fiscal_year + 1,
        last_year.fiscal_year,
    ]


def test_a_second_press_changes_nothing(look, send, last_year, clinic):
    seen = shown(look)
    send("next_round", seen=seen)
    assert send("next_round", seen=seen).headers["Location"] == reverse("rounds", args=[clinic.code])
    assert Assessment.objects.count() == 2


def test_a_page_from_before_a_new_edition_begins_nothing(look, send, last_year, clinic, request):
    seen = shown(look)
    request.getfixturevalue("next_edition")
    response = send("next_round", seen=seen)
    assert response.headers["Location"] == reverse("next_round", args=[clinic.code])
    assert "表示のあとで点検の状態が変わったため、まだ始めていません。" in look("next_round").text
    assert Assessment.objects.count() == 1


def test_the_item_shows_what_was_declared_before(look, last_year, director, followed):
    Answer.objects.filter(assessment=last_year, item__code="1.1-1").update(
        status=Status.DONE, note="台帳で見た"
    )
    text = look("item", "1.1-1").text
    assert "前回（要確認）" in text
    assert "台帳で見た" in text
    assert Answer.objects.filter(assessment=followed).exclude(status=Status.UNANSWERED).count() == 0


def test_the_earlier_content_is_put_into_the_form_and_not_saved(look, last_year, followed):
    earlier = Answer.objects.filter(assessment=last_year, item__code="1.1-1")
    earlier.update(status=Status.DONE, note="台帳で見た", confirmed_on=date(2026, 1, 5))
    response = look("item", "1.1-1", earlier=1)
    form = response.context["form"]
    assert (form["status"].value(), form["note"].value(), form["confirmed_on"].value()) == (
        "done",
        "台帳で見た",
        None,
    )
    assert "前回の内容を写しました" in response.text
    assert Answer.objects.get(assessment=followed, item__code="1.1-1").status == Status.UNANSWERED


COPY = "前回の内容を入力欄に写す"


def test_what_was_answered_may_be_copied_and_what_was_not_may_not(look, last_year, followed):
    Answer.objects.filter(assessment=last_year, item__code="1.1-1").update(status=Status.DONE)
    assert [look("item", code).text.count(COPY) for code in ("1.1-1", "1.2-1")] == [1, 0]


def test_somebody_who_only_reads_is_not_offered_a_copy(look, last_year, followed, reader, client):
    Answer.objects.filter(assessment=last_year, item__code="1.1-1").update(status=Status.DONE, note="台帳")
    client.force_login(reader)
    text = look("item", "1.1-1").text
    assert (text.count("台帳"), text.count(COPY)) == (1, 0)


def test_an_item_without_an_earlier_round_ignores_the_wish(look, assessment):
    assert look("item", "1.1-1", earlier=1).context["form"].is_bound is False


def test_the_table_says_the_earlier_status_of_what_is_unanswered(look, last_year, followed):
    Answer.objects.filter(assessment=last_year, item__code="1.1-1").update(status=Status.DONE)
    assert look("items").text.count("前回：実施済（要確認）") == 1


def test_the_pages_of_a_second_round_cost_one_query_more_at_most(look, followed):
    look("items")
    with at_most(5):
        look("items")
    with at_most(7):
        look("item", "1.1-1")


def test_rounds_lists_every_year_and_its_versions(look, last_year, confirmed, director):
    confirmed(last_year)
    newest = Assessment.objects.filter(clinic=last_year.clinic).current()
    begun = succession.begin_next(succession.next_of(newest, timezone.localdate()), by=director)
    text = look("rounds").text
    assert f"{begun}" in text
    assert reverse("print_confirmed", args=[last_year.clinic.code, last_year.fiscal_year, 1]) in text
    assert reverse("compare_rounds", args=[last_year.clinic.code, begun.pk]) in text


def test_a_round_begun_by_mistake_is_withdrawn_by_a_post_alone(look, send, followed):
    assert "点検を取りやめる" in look("withdraw_round").text
    assert Assessment.objects.count() == 2
    for _ in range(2):
        send("withdraw_round", round=followed.pk)
    assert list(Assessment.objects.all()) == [followed.previous]


def test_a_second_press_does_not_take_back_the_round_before(send, last_year, followed, director):
    third = succession.begin_next(
        succession.next_of(followed, date(followed.fiscal_year + 1, 4, 1)), by=director
    )
    for _ in range(2):
        send("withdraw_round", round=third.pk)
    assert list(Assessment.objects.newest_first()) == [followed, last_year]


def test_a_round_with_answers_is_not_withdrawn_and_says_so(send, followed, director, client):
    declare(followed, "1.1-1", director, status=Status.UNSURE)
    response = client.get(send("withdraw_round", round=followed.pk).headers["Location"])
    assert "もう回答があるか、取りやめたあとです。" in response.text
    assert Assessment.objects.count() == 2


def test_comparing_shows_one_kind_where_it_is_asked_for(look, last_year, followed, director):
    Answer.objects.filter(assessment=last_year, item__code="1.1-1").update(status=Status.DONE)
    declare(followed, "1.1-1", director, status=Status.OPEN)
    assert len(look("compare_rounds", followed.pk).context["lines"]) == 52
    assert [
        each["code"] for each in look("compare_rounds", followed.pk, kind="changed").context["lines"]
    ] == ["1.1-1"]


def test_the_first_round_has_nothing_to_be_compared_with(look, assessment):
    assert "最初の点検なので、比べる前回がありません。" in look("compare_rounds", assessment.pk).text


def test_another_clinics_round_does_not_exist(look, other_clinic):
    theirs = Assessment.objects.get(clinic=other_clinic)
    assert look("compare_rounds", theirs.pk).status_code == 404


def test_a_version_of_an_earlier_round_stands_for_ever(look, send, last_year, confirmed, director):
    standing = confirmed(last_year)
    newest = Assessment.objects.filter(clinic=last_year.clinic).current()
    succession.begin_next(succession.next_of(newest, timezone.localdate()), by=director)
    assert "次の点検が始まっています" in look("confirmation").text
    send("confirmation", why="直す")
    standing.refresh_from_db()
    assert standing.reopened_at is None


def test_switching_shows_both_wordings_before_anything_is_written(look, assessment, next_edition):
    text = look("next_round").text
    assert "第7.0版から第8.0版に切り替わります。" in text
    assert (
        "そのまま 46項目、文が変わった 2項目、分かれた 2項目、まとまった 1項目、新しい 1項目、なくなった 1項目。"
        in text
    )
    assert "体制を整え、毎年見直すこと" in text
    assert "求めることが増えました。" in text
    assert Assessment.objects.count() == 1


def test_every_page_works_with_the_new_edition(look, send, assessment, next_edition):
    send("next_round", seen=shown(look))
    names = [
        "clinic_home",
        "sections",
        "items",
        "rounds",
        "confirm",
        "todo",
        "precheck",
        "inspection",
        "prints",
        "disclosures",
    ]
    assert [look(name).status_code for name in names] == [200] * len(names)
    assert [look("item", code).status_code for code in ("7-7", "8-4", "10-10", "6-3")] == [200, 200, 200, 404]
    assert look("print_draft").headers["Content-Type"] == "application/pdf"


def test_the_finding_stands_beside_the_item_it_is_about_in_the_new_edition(
    look, send, assessment, next_edition
):
    send("next_round", seen=shown(look))
    findings = {code: look("item", code).context["finding"] for code in ("10-9", "10-10")}
    assert (findings["10-9"], findings["10-10"].item) == (None, "10-9")


def test_a_viewer_reads_who_may_begin_the_round(client, clinic, reader, last_year):
    client.force_login(reader)
    response = client.get(reverse("next_round", args=[clinic.code]))
    assert "点検は、管理担当の方が始められます。" in response.text
    assert [form for form in forms(response) if "seen" in form.names] == []
