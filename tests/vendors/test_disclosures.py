"""開示書: its way from 依頼 to 確認, who may write which row, what a 提出 freezes, and an upload that is taken over."""

import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.tenancy import Conflict
from tests.sheets import SIGNER, accepted, begun, row, submitted, system_of
from vendors.choices import Conformity, DisclosureState, Source
from vendors.models import Disclosure, DisclosureAnswer, Submission, System, WorkbookUpload
from vendors.models.disclosures import Closed

pytestmark = pytest.mark.django_db
YES = {"answer": "yes", "remark": ""}
NO = {"answer": "no", "remark": "次の版で対応"}


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


def fresh(sheet: Disclosure) -> Disclosure:
    return Disclosure.objects.get(pk=sheet.pk)


# 依頼, 記入


@pytest.mark.parametrize(("kind", "rows"), [("MDS", 41), ("SDS", 58), ("SPEC", 0)])
def test_a_new_sheet_has_every_row_of_its_kind_unanswered(kind, rows, chart, director):
    sheet = Disclosure.begin(chart, kind, by=director, source=Source.PAPER)
    assert list(sheet.answers.values_list("answer", flat=True)) == ["blank"] * rows


def test_an_answer_is_called_by_its_number_and_what_it_says(chart, director):
    first = Disclosure.begin(chart, "MDS", by=director, source=Source.PAPER).answers.earliest("row__position")
    assert str(first) == f"{first.row.numbers_text}：未回答"


@pytest.mark.parametrize(
    ("source", "state"),
    [("link", "asked"), ("workbook", "answering"), ("paper", "answering"), ("terms", "answering")],
)
def test_only_a_sheet_by_link_waits_for_somebody_else(source, state, chart, director):
    assert Disclosure.begin(chart, "MDS", by=director, source=source).state == state


def test_a_sheet_keeps_vendor_product_and_version_of_its_day(chart, director):
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.PAPER)
    chart.describe(chart.version, by=director, vendor_name="別の会社", product="カルテY", product_version="2")
    kept = fresh(sheet)
    assert (kept.vendor_name, kept.product, kept.product_version) == ("株式会社カルテ", "カルテX", "1.0")


def test_what_was_received_is_kept_as_it_came(chart, director, clinic):
    received = ("../開示書.pdf", b"%PDF-1.4 x")
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.PAPER, received=received)
    assert (sheet.file.name, sheet.file.content(), sheet.file.clinic) == ("開示書.pdf", b"%PDF-1.4 x", clinic)


def test_the_first_answer_makes_it_回答中(chart, director, trail, clinic):
    sheet = Disclosure.begin(chart, "MDS", by="事業者", source=Source.LINK)
    row(sheet, "MDS-01").record(1, by="事業者（カルテ）", **NO)
    saved = row(sheet, "MDS-01")
    assert (saved.answer, saved.remark, saved.version) == ("no", "次の版で対応", 2)
    assert (saved.updated_by, fresh(sheet).state) == ("事業者（カルテ）", "answering")
    entry = trail(clinic)[-1]
    assert (entry.action, entry.actor_name, entry.actor_id, entry.detail) == (
        "disclosure.answer",
        "事業者（カルテ）",
        None,
        {"answer": ["blank", "no"], "remark": ["", "次の版で対応"]},
    )


def test_the_same_answer_again_is_one_change(chart, director, trail, clinic):
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.LINK)
    for _ in range(2):
        answer = row(sheet, "MDS-01")
        answer.record(answer.version, by="x", **YES)
    assert (row(sheet, "MDS-01").version, [e.action for e in trail(clinic)].count("disclosure.answer")) == (
        2,
        1,
    )


def test_an_answer_from_a_stale_page_is_a_conflict_and_changes_nothing(chart, director):
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.LINK)
    row(sheet, "MDS-01").record(1, by="先", **YES)
    with pytest.raises(Conflict) as conflict:
        row(sheet, "MDS-01").record(1, by="後", **NO)
    assert (conflict.value.current.answer, row(sheet, "MDS-01").answer) == ("yes", "yes")


@pytest.mark.parametrize("code", ["MDS-01", "MDS-02"])
def test_people_who_loaded_the_sheet_before_its_first_answer_may_all_answer(code, chart, director):
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.LINK)
    other = row(sheet, "MDS-02")
    row(sheet, "MDS-01").record(1, by="甲", **YES)
    other.record(1, by="乙", **YES)
    assert row(sheet, code).answer == "yes"


@pytest.mark.django_db(transaction=True)
def test_two_people_on_one_row_at_once_overwrite_nothing(chart, director, in_threads):
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.LINK)

    def act(number: int) -> str:
        try:
            row(sheet, "MDS-01").record(1, by=f"{number}", answer=("yes", "no")[number], remark="")
        except Conflict as conflict:
            return f"conflict with {conflict.current.answer}"
        return "saved"

    said = in_threads(2, act)
    kept = row(sheet, "MDS-01")
    assert (sorted(said), kept.version) == ([f"conflict with {kept.answer}", "saved"], 2)
    assert said.index("saved") == ("yes", "no").index(kept.answer)


@pytest.mark.django_db(transaction=True)
def test_two_people_on_two_rows_at_once_both_save(chart, director, in_threads):
    sheet = Disclosure.begin(chart, "MDS", by=director, source=Source.LINK)
    loaded = [row(sheet, "MDS-01"), row(sheet, "MDS-02")]  # both still see 依頼済
    in_threads(2, lambda number: loaded[number].record(1, by=f"{number}", **YES))
    assert [row(sheet, code).answer for code in ("MDS-01", "MDS-02")] == ["yes", "yes"]


# 提出


@pytest.mark.parametrize("move", [submitted, accepted])
def test_a_sheet_that_is_handed_in_takes_no_answers(move, chart, director):
    sheet = move(chart, director)
    with pytest.raises(Closed):
        row(sheet, "MDS-01").record(1, by=director, **NO)
    assert row(sheet, "MDS-01").answer == "yes"


def test_a_row_loaded_before_the_submission_is_not_written_after_it(chart, director):
    sheet = begun(chart, director)
    loaded = row(sheet, "MDS-01")
    sheet.submit(by=director)
    with pytest.raises(Conflict):
        loaded.record(loaded.version, by="遅い人", **NO)
    assert row(sheet, "MDS-01").answer == "yes"


def test_a_submission_holds_what_was_said_its_hash_and_who_signed(chart, director, trail, clinic):
    sheet = begun(chart, director, source=Source.LINK, no=["MDS-06"])
    sheet.answers.filter(row__code="MDS-06").update(remark="なし")
    submission = sheet.submit(by="株式会社カルテ 見本 一郎（事業者）", signer=SIGNER)
    said = Submission.objects.get(pk=submission.pk)
    assert (len(said.answers), said.answers["MDS-06"], said.answers["MDS-07"]) == (
        41,
        ["no", "なし"],
        ["yes", ""],
    )
    assert (said.number, said.company, said.name, said.email) == (1, *SIGNER.values())
    assert trail(clinic)[-1].detail == {"sha256": said.sha256}
    inside = ",".join(
        f'"{code}":["{answer}","{remark}"]' for code, (answer, remark) in sorted(said.answers.items())
    )
    assert said.sha256 == hashlib.sha256(f"{{{inside}}}".encode()).hexdigest()


def test_the_clinic_signs_what_it_copied_itself(chart, director):
    sheet = begun(chart, director)
    submission = sheet.submit(by=director)
    assert (submission.name, submission.company, submission.email) == ("緑川 院長", "", "")


def test_a_second_submit_finds_the_sheet_closed(chart, director):
    sheet = submitted(chart, director)
    with pytest.raises(Closed):
        fresh(sheet).submit(by=director)
    assert sheet.submissions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_have_one_effect(chart, director, in_threads, trail, clinic):
    sheet = begun(chart, director)

    def act(_: int) -> str:
        try:
            fresh(sheet).submit(by=director)
        except Closed:
            return "closed"
        return "submitted"

    assert sorted(in_threads(2, act)) == ["closed", "submitted"]
    assert (sheet.submissions.count(), [e.action for e in trail(clinic)].count("disclosure.submit")) == (1, 1)


# 確認, 差戻し


def test_accepting_confirms_that_it_holds_today(chart, director):
    sheet = fresh(accepted(chart, director, no=["MDS-06"]))
    assert (sheet.state, sheet.accepted_by, sheet.holds_confirmed_on) == (
        "accepted",
        director,
        timezone.localdate(),
    )
    assert row(sheet, "MDS-06").answer == "no"


@pytest.mark.parametrize("verb", ["accept", "return_", "confirm_holds", "submit"])
@pytest.mark.parametrize("state", DisclosureState.values)
def test_each_step_is_taken_from_its_own_states_only(verb, state, chart, director):
    sheet = begun(chart, director)
    Disclosure.objects.filter(pk=sheet.pk).update(state=state)
    arguments = {"return_": [{"MDS-01": "?"}]}.get(verb, [])
    words = {"on": date(2026, 1, 1)} if verb == "confirm_holds" else {}
    leads = {
        "accept": {"submitted": "accepted"},
        "return_": {"submitted": "returned", "accepted": "returned"},
        "confirm_holds": {"accepted": "accepted"},
        "submit": dict.fromkeys(["asked", "answering", "returned"], "submitted"),
    }[verb]
    try:
        getattr(fresh(sheet), verb)(*arguments, by=director, **words)
        outcome = fresh(sheet).state
    except Closed:
        outcome = "closed"
    assert outcome == leads.get(state, "closed")


@pytest.mark.django_db(transaction=True)
def test_accepting_and_returning_at_once_is_one_of_them_first(chart, director, in_threads):
    sheet = submitted(chart, director)

    def act(number: int) -> str:
        try:
            if number:
                fresh(sheet).return_({"MDS-01": "確認を"}, by=director)
            else:
                fresh(sheet).accept(by=director)
        except Closed:
            return "closed"
        return "done"

    said = in_threads(2, act)
    assert (fresh(sheet).state, said[1]) == (
        "returned",
        "done",
    )  # 確認済 may be returned, 差戻し not be accepted


def test_the_yearly_check_keeps_day_and_person(chart, director, clerk, trail, clinic):
    sheet = accepted(chart, director)
    sheet.confirm_holds(by=clerk, on=date(2027, 5, 1))
    kept = fresh(sheet)
    assert (kept.holds_confirmed_on, kept.holds_confirmed_by, kept.accepted_by) == (
        date(2027, 5, 1),
        clerk,
        director,
    )
    assert (trail(clinic)[-1].action, trail(clinic)[-1].detail) == (
        "disclosure.confirm_holds",
        {"on": "2027-05-01"},
    )


def test_a_returned_sheet_takes_only_the_rows_that_came_back(chart, director):
    sheet = submitted(chart, director, no=["MDS-06"])
    sheet.return_({"MDS-06": "備考の意味を教えてください。"}, by=director)
    row(sheet, "MDS-06").record(1, by="x", **YES)
    with pytest.raises(Closed):
        row(sheet, "MDS-07").record(1, by="x", **NO)
    assert [row(sheet, code).answer for code in ("MDS-06", "MDS-07")] == ["yes", "yes"]
    assert list(sheet.answers.exclude(comment="").values_list("row__code", flat=True)) == ["MDS-06"]


def test_a_returned_sheet_is_neither_accepted_nor_confirmed_any_more(chart, director):
    sheet = accepted(chart, director)
    sheet.return_({"MDS-06": "?"}, by=director)
    sheet.submit(by=director)
    kept = fresh(sheet)
    assert (
        kept.state,
        kept.accepted_at,
        kept.accepted_by,
        kept.holds_confirmed_on,
        kept.holds_confirmed_by,
    ) == (
        "submitted",
        *[None] * 4,
    )


def test_submitting_again_is_the_second_of_two_and_changes_not_the_first(chart, director):
    sheet = submitted(chart, director, no=["MDS-06"])
    first = sheet.submissions.get()
    sheet.return_({"MDS-06": "?"}, by=director)
    row(sheet, "MDS-06").record(1, by="x", **YES)
    second = fresh(sheet).submit(by=director)
    before = sheet.submissions.get(number=1)
    assert (second.number, second.answers["MDS-06"], before.answers["MDS-06"]) == (2, ["yes", ""], ["no", ""])
    assert (before.sha256, before.at) == (first.sha256, first.at)
    assert sheet.answers.exclude(comment="").count() == 0


# 未読取


def test_a_person_settles_an_unread_row_of_a_submitted_sheet(chart, director, clerk):
    sheet = submitted(chart, director, unread=["MDS-38"])
    sheet.answers.filter(row__code="MDS-38").update(cell="MDS!F58", why="「△」")
    row(sheet, "MDS-38").settle(1, by=clerk, answer="no")
    kept = row(sheet, "MDS-38")
    assert (kept.answer, kept.cell, kept.version, kept.updated_by) == ("no", "MDS!F58", 2, "事務 はな子")
    assert kept.why == "事務 はな子が原本を見て「いいえ」と読み取りました。"
    assert sheet.submissions.get().answers["MDS-38"] == ["unread", ""]


@pytest.mark.parametrize(
    ("answer", "move", "version"),
    [("unread", begun, 1), ("yes", submitted, 1), ("unread", submitted, 2), ("unread", accepted, 2)],
    ids=["not submitted", "read already", "stale", "accepted and stale"],
)
def test_nothing_else_is_settled(answer, move, version, chart, director):
    sheet = move(chart, director, **{answer: ["MDS-38"]})
    with pytest.raises(Conflict):
        row(sheet, "MDS-38").settle(version, by=director, answer="na")
    assert row(sheet, "MDS-38").answer == answer


@pytest.mark.django_db(transaction=True)
def test_two_who_settle_one_row_at_once_do_not_overwrite(chart, director, in_threads):
    sheet = submitted(chart, director, unread=["MDS-38"])

    def act(number: int) -> str:
        try:
            row(sheet, "MDS-38").settle(1, by=director, answer=("yes", "no")[number])
        except Conflict:
            return "conflict"
        return ("yes", "no")[number]

    said = in_threads(2, act)
    assert sorted(said) == sorted(["conflict", row(sheet, "MDS-38").answer])


# サービス仕様適合開示書


def test_a_filed_paper_has_no_rows_and_is_submitted_at_once(chart, director):
    fields = {"received": ("適合.pdf", b"%PDF-1.4 x"), "source_place": "第3版", "dated_on": date(2026, 4, 1)}
    sheet = fresh(Disclosure.file_away(chart, by=director, **fields))
    assert (sheet.kind, sheet.state, sheet.file.name, sheet.answers.count()) == (
        "SPEC",
        "submitted",
        "適合.pdf",
        0,
    )
    assert (sheet.source_place, sheet.dated_on, sheet.takes_answers) == ("第3版", date(2026, 4, 1), False)


# Which sheet counts, what is asked for, what is reused


def current(system: System) -> list[Disclosure]:
    return list(Disclosure.objects.filter(system=system).current().order_by("pk"))


def test_the_newest_of_each_kind_is_current(chart, director):
    accepted(chart, director)
    newest, other = accepted(chart, director), submitted(chart, director, "SDS")
    assert current(chart) == [newest, other]


def test_a_sheet_that_is_only_asked_for_does_not_hide_what_was_handed_in(chart, director):
    accepted(chart, director)
    held, asked = accepted(chart, director), begun(chart, director, source=Source.LINK)
    assert current(chart) == [held, asked]


def test_of_a_retired_system_nothing_is_current(chart, director):
    accepted(chart, director)
    chart.retire(by=director)
    assert current(chart) == []


def test_what_nobody_has_handed_in_is_asked_for(chart, director):
    chart.specify(chart.version, by=director, disclosure_need="both")
    told = [Disclosure.objects.to_ask_for(chart)]
    for act in (
        lambda: accepted(chart, director, "SDS"),
        lambda: submitted(chart, director, "MDS"),
        lambda: Disclosure.objects.get(kind="SDS").return_({"SDS-01": "?"}, by=director),
    ):
        act()
        told.append(Disclosure.objects.to_ask_for(chart))
    assert told == [["MDS", "SDS"], ["MDS"], ["MDS", "SDS"], ["SDS"]]


def by_link(system: System, by, **rows) -> Disclosure:
    sheet = begun(system, by, source=Source.LINK, **rows)
    sheet.submit(by="事業者", signer=SIGNER)
    return sheet


def to_reuse(sheet: Disclosure) -> Disclosure | None:
    found = Submission.to_reuse(sheet)
    return found and found.disclosure


def test_the_vendors_newest_answers_by_link_may_be_reused(chart, director, clinic):
    by_link(chart, director)
    newest = by_link(system_of(clinic, director, "別の診察室", product_version="2.0"), director)
    assert to_reuse(begun(chart, director, source=Source.LINK)) == newest


@pytest.mark.parametrize(
    "fields", [{"vendor_name": "別の会社"}, {"product": "カルテY"}, {"product": ""}, {"vendor_name": ""}]
)
def test_another_vendors_or_products_answers_are_not_reused(fields, chart, director, clinic):
    by_link(system_of(clinic, director, "もう一つ", **fields), director)
    assert to_reuse(begun(chart, director, source=Source.LINK)) is None


def test_without_a_product_nothing_is_the_same_product(clinic, director):
    first, second = (system_of(clinic, director, name, product="") for name in ("甲", "乙"))
    by_link(first, director)
    assert to_reuse(begun(second, director, source=Source.LINK)) is None


def test_another_kind_is_not_reused(chart, director):
    by_link(chart, director)
    assert to_reuse(begun(chart, director, "SDS", Source.LINK)) is None


def test_another_clinics_answers_are_never_reused(chart, director, other_clinic, other_director):
    by_link(system_of(other_clinic, other_director), other_director)
    assert to_reuse(begun(chart, director, source=Source.LINK)) is None


@pytest.mark.parametrize("source", [Source.PAPER, Source.WORKBOOK, Source.TERMS])
def test_what_the_clinic_copied_is_not_reused(source, chart, director):
    submitted(chart, director, source=source)
    assert to_reuse(begun(chart, director, source=Source.LINK)) is None


def test_a_sheet_does_not_reuse_itself(chart, director):
    sheet = by_link(chart, director)
    sheet.return_({"MDS-01": "?"}, by=director)
    assert to_reuse(fresh(sheet)) is None


# Uploads


@pytest.fixture
def sheet(chart) -> Disclosure:
    return Disclosure.begin(chart, "MDS", by="事業者", source=Source.LINK)


@pytest.fixture
def upload(sheet) -> WorkbookUpload:
    return WorkbookUpload.keep(sheet, "回答.xlsx", b"PK\x03\x04 x", {"rows": []}, by="事業者")


def unanswered(sheet: Disclosure) -> int:
    return sheet.answers.filter(answer=Conformity.BLANK, version=1).count()


def test_keeping_an_upload_changes_no_row(upload, sheet):
    assert (upload.file.content(), upload.uploaded_by, unanswered(sheet)) == (b"PK\x03\x04 x", "事業者", 41)


def test_an_upload_is_taken_over_whole_also_where_nobody_has_answered_yet(upload, sheet, trail, clinic):
    rows = {f"MDS-{n:02d}": {"answer": "yes", "remark": "", "cell": f"MDS!D{n}"} for n in range(1, 42)}
    assert upload.apply(rows, dict.fromkeys(rows, 1), by="事業者") == 41
    assert list(sheet.answers.values_list("answer", flat=True)) == ["yes"] * 41
    assert (row(sheet, "MDS-05").cell, fresh(sheet).state) == ("MDS!D5", "answering")
    assert trail(clinic)[-1].action == "workbook.apply"


def test_only_rows_that_differ_count_as_changed(upload, sheet):
    row(sheet, "MDS-01").record(1, by="x", **YES)
    assert upload.apply({"MDS-01": YES, "MDS-02": YES}, {"MDS-01": 2, "MDS-02": 1}, by="事業者") == 1


def test_a_row_that_moved_on_since_the_preview_stops_all_of_it(upload, sheet):
    row(sheet, "MDS-02").record(1, by="先の人", **NO)
    rows = {"MDS-01": YES, "MDS-02": YES}
    with pytest.raises(Conflict) as conflict:
        upload.apply(rows, {"MDS-01": 1, "MDS-02": 1}, by="事業者")
    assert (conflict.value.current.row.code, unanswered(sheet)) == ("MDS-02", 40)
    assert WorkbookUpload.objects.get().applied_at is None


def test_a_row_that_is_not_open_stops_all_of_it(chart, director):
    sheet = submitted(chart, director)
    sheet.return_({"MDS-01": "?"}, by=director)
    upload = WorkbookUpload.keep(sheet, "回答.xlsx", b"PK\x03\x04 x", {}, by=director)
    with pytest.raises(Closed):
        upload.apply({"MDS-01": NO, "MDS-02": NO}, {"MDS-01": 1, "MDS-02": 1}, by=director)
    assert sheet.answers.filter(answer="no").count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_upload_that_two_take_over_at_once_is_taken_once(upload, sheet, in_threads):
    def act(_: int):
        try:
            return WorkbookUpload.objects.get().apply({"MDS-01": YES}, {"MDS-01": 1}, by="x")
        except Closed:
            return "closed"

    assert sorted(map(str, in_threads(2, act))) == ["1", "closed"]
    assert row(sheet, "MDS-01").version == 2


def test_no_row_holds_an_answer_that_is_none(sheet):
    with pytest.raises(IntegrityError), transaction.atomic():
        DisclosureAnswer.objects.filter(disclosure=sheet).update(answer="maybe")
