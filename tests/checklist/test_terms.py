"""用語: thirty entries in our own words, in the order of a dictionary."""

import pytest

from checklist.catalogue import catalogue_of
from checklist.terms import Term, by_row, in_latin, problems, terms
from tests.web import having, shows, tree, words

pytestmark = pytest.mark.django_db


def term(reading: str) -> Term:
    return Term("key", "言葉", reading, "説明です。")


def test_there_are_thirty_and_the_file_has_no_faults(edition):
    assert len(terms()) == 30
    assert list(problems(set(catalogue_of(edition).by_code))) == []


def test_an_item_that_does_not_exist_is_noticed():
    assert "two-factor: 9-4 is no item" in list(problems({"9-5"}))


def test_each_is_told_in_one_or_two_short_sentences():
    lengths = {each.key: (each.text.count("。"), len(each.text) <= 100) for each in terms()}
    assert {key: found for key, found in lengths.items() if found not in {(1, True), (2, True)}} == {}


def test_items_are_shown_as_the_guideline_writes_them(edition):
    known = {item["code"]: item["shown"] for item in catalogue_of(edition).items}
    assert [each.shown for each in terms()] == [[known[code] for code in each.items] for each in terms()]


@pytest.mark.parametrize(
    ("reading", "row"), [("あ", "あ"), ("ぎ", "か"), ("ぱ", "は"), ("ゃ", "や"), ("っ", "た"), ("ん", "わ")]
)
def test_a_term_stands_in_the_row_of_its_first_kana(reading, row):
    assert term(reading).row == row


def test_rows_are_those_of_a_dictionary_and_each_term_stands_once():
    rows = by_row()
    assert [row for row, _ in rows] == [row for row in "あかさたなはまやらわ" if row in dict(rows)]
    assert [each for _, group in rows for each in group] == list(terms())


def test_names_in_latin_letters_lead_to_their_entries():
    found = dict(in_latin())
    assert (found["MDS"], found["SDS"], found["BCP"]) == ("disclosure", "disclosure", "bcp")
    assert set(found.values()) <= {each.key for each in terms()}


def test_the_page_shows_all_with_anchors_and_says_whose_words_they_are(client):
    page = tree(client.get("/help/terms/"))
    shown = {each.key: words(having(page, id=each.key)[0]) for each in terms()}
    assert [key for key, text in shown.items() if not text] == []
    assert "遵守項目 9④、9⑤" in shown["two-factor"]
    assert "このサービスの説明" in words(page.find(".//main"))


def test_every_link_of_the_index_leads_to_an_entry_on_the_page(client):
    page = tree(client.get("/help/terms/"))
    links = {each.get("href", "")[1:] for each in page.iter("a") if each.get("href", "").startswith("#")}
    assert {link for link in links if not having(page, id=link)} == set()


def test_nobody_need_be_signed_in_for_help(client):
    assert [client.get(path).status_code for path in ("/help/", "/help/terms/", "/help/guide.pdf")] == [
        200
    ] * 3


def test_help_names_whom_to_ask(client, settings):
    assert "このサーバの管理者" in shows(client.get("/help/"))
    settings.CONTACT = "みなと市医師会 事務局 電話 000-0000-0000"
    assert "みなと市医師会 事務局 電話 000-0000-0000" in shows(client.get("/help/"))
