"""fixtures/ into the database: idempotent, all or nothing, and no changed word under a confirmed round."""

from copy import deepcopy
from io import StringIO

import pytest
from django.core.management import call_command

from checklist.loading import Changes, LoadRefused, fingerprint, load
from checklist.models import Commentary, Erratum, Flowchart, Footnote, Item, Section
from compliance import editions
from compliance.models import GuidelineEdition
from vendors.models import DisclosureRow

pytestmark = pytest.mark.django_db
MODELS = (Section, Item, Commentary, Footnote, Erratum, Flowchart, DisclosureRow)


@pytest.fixture
def guideline(edition) -> dict:
    return deepcopy(editions.guideline(editions.RULES).as_dict())


@pytest.fixture
def in_use(assessment, confirmed):
    """A round of this edition is confirmed."""
    return confirmed(assessment)


def content() -> dict:
    """All that the loader writes, ids included."""
    editions = list(GuidelineEdition.objects.values())
    return {"editions": editions} | {model.__name__: list(model.objects.values()) for model in MODELS}


def refused(guideline: dict) -> list[str]:
    """The codes for which a load is refused; asserts that it left everything as it was."""
    before = content()
    with pytest.raises(LoadRefused) as refusal:
        load(guideline)
    assert content() == before
    return refusal.value.codes


def test_the_edition_is_loaded_with_all_its_parts(guideline, edition):
    counts = {model.__name__: model.objects.filter(edition=edition).count() for model in MODELS}
    assert counts == {
        "Section": 18, "Item": 52, "Commentary": len(guideline["commentary"]), "Footnote": 12,
        "Erratum": len(guideline["errata"]), "Flowchart": 1, "DisclosureRow": 99,
    }  # fmt: skip
    assert edition.fingerprint == fingerprint(guideline)


def test_items_stand_in_document_order_with_our_plain_words(guideline):
    items = Item.objects.order_by("position")
    assert [item.code for item in items] == [each["code"] for each in guideline["items"]]
    plain = {each["item"]: each for each in guideline["plain"]}
    assert [item.entry["plain"] for item in items] == [plain[item.code] for item in items]


def test_loading_again_changes_nothing(guideline):
    before = content()
    assert (load(guideline), content()) == (Changes(), before)


def test_loading_again_changes_nothing_though_the_fingerprint_is_lost(guideline):
    before = content()
    GuidelineEdition.objects.update(fingerprint="")
    assert (load(guideline), content()) == (Changes(), before)


def test_the_command_says_that_all_is_up_to_date(edition):
    out = StringIO()
    call_command("load_guideline", stdout=out)
    assert out.getvalue() == "7.0-maintenance: up to date\n"


def test_our_plain_words_may_change_under_a_confirmed_round(guideline, in_use):
    guideline["plain"][0]["gist"] = "言い直した"
    assert load(guideline) == Changes(our_words=["Item 1.1-1"])
    assert Item.objects.get(code="1.1-1").entry["plain"]["gist"] == "言い直した"
    assert GuidelineEdition.current().fingerprint == fingerprint(guideline)


def test_an_item_may_not_be_reworded_under_a_confirmed_round(guideline, in_use):
    guideline["items"][0]["text"] = "言い直した"
    assert refused(guideline) == ["Item 1.1-1"]


def test_a_reworded_item_takes_new_plain_words_down_with_it(guideline, in_use):
    guideline["items"][0]["text"] = "言い直した"
    guideline["plain"][3]["gist"] = "言い直した"
    assert refused(guideline) == ["Item 1.1-1"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("commentary", "Commentary 1.1-a"),
        ("footnotes", "Footnote 1"),
        ("sections", "Section 1"),
        ("rows", "DisclosureRow MDS-01"),
    ],
)
def test_no_other_text_may_be_reworded_under_a_confirmed_round(guideline, in_use, part, code):
    where = guideline[part][0]["title"] if part == "sections" else guideline[part][0]
    where["text"] = "言い直した"
    assert refused(guideline) == [code]


def test_the_editions_own_prose_may_not_be_reworded_under_a_confirmed_round(guideline, in_use):
    guideline["edition"]["scope"][0]["text"] = "言い直した"
    assert len(refused(guideline)) == 1


def test_the_chart_may_not_be_redrawn_under_a_confirmed_round(guideline, in_use):
    guideline["flowchart"]["edge"].pop()
    assert refused(guideline) == ["Flowchart figure-1"]


def test_a_row_may_not_be_removed_under_a_confirmed_round(guideline, in_use):
    guideline["rows"].pop()
    assert refused(guideline) == ["DisclosureRow SDS-58"]


def test_an_item_that_somebody_answers_may_not_be_removed_at_all(guideline, assessment):
    guideline["items"].pop()
    assert refused(guideline) == ["Item 11-2"]


def test_a_text_may_be_added_under_a_confirmed_round(guideline, in_use):
    guideline["errata"].append({**guideline["errata"][-1], "reason": "あとで見つけた"})
    guideline["items"].append({**guideline["items"][-1], "code": "11-3", "shown": "11③", "position": 53})
    assert load(guideline) == Changes(added=["Item 11-3", "Erratum L461-2"])
    assert Item.objects.count() == 53


def test_a_reopened_round_still_protects_its_texts(guideline, in_use, director):
    in_use.reopen(by=director, why="続きのため")
    guideline["items"][0]["text"] = "言い直した"
    assert refused(guideline) == ["Item 1.1-1"]


def test_before_any_round_is_confirmed_texts_may_change(guideline, assessment):
    guideline["items"][0]["text"] = "言い直した"
    guideline["rows"].pop()
    assert load(guideline) == Changes(reworded=["Item 1.1-1"], removed=["DisclosureRow SDS-58"])
    assert Item.objects.get(code="1.1-1").entry["text"] == "言い直した"
    assert DisclosureRow.objects.count() == 98


def test_an_answer_keeps_its_item_when_texts_change(guideline, answer):
    before = answer("1.1-1").item_id
    guideline["items"][0]["text"] = "言い直した"
    load(guideline)
    assert answer("1.1-1").item_id == before


def test_another_edition_may_say_anything(guideline, in_use, edition):
    guideline["edition"]["code"] = "8.0-maintenance"
    guideline["items"][0]["text"] = "新しい版"
    assert len(load(guideline).added) == sum(
        model.objects.filter(edition=edition).count() for model in MODELS
    )
    assert Item.objects.get(edition=edition, code="1.1-1").entry["text"] != "新しい版"
