"""A paper's HTML is read as an HTML parser reads it, and its endless words may break anywhere."""

from pathlib import Path

import pytest
import weasyprint
from weasyprint import HTML

from compliance.paper import Paper, breakable, tree_of
from compliance.printing import OwnAssets

PAGE = '<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>{}</title></head><body>{}</body></html>'


def read(html: str) -> Paper:
    return Paper(html, base_url="file:///", url_fetcher=OwnAssets())


def shape(root) -> list:
    """Its elements in order, with what they say and without blanks between them."""
    said = [(each.tag, each.text or "", each.tail or "") for each in root.iter()]
    kept = [{name: text for name, text in each.attrib.items() if "xmlns" not in name} for each in root.iter()]
    return [*zip([(tag, text.strip(), tail.strip()) for tag, text, tail in said], kept, strict=True)]


def test_our_own_html_is_read_as_an_html_parser_reads_it():
    table = '<table><colgroup><col class="c5"></colgroup><tbody><tr><td>a &lt;b&gt;<br>c</td></tr></tbody></table>'
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><title>図</title><path d="M0 0"/></svg>'
    html = PAGE.format("題", f"{table}{drawing}<p>&#x27;x&amp;y&#x27;</p>")
    assert tree_of(html) is not None
    assert shape(read(html).etree_element) == shape(HTML(string=html).etree_element)


@pytest.mark.parametrize(
    "html", ["<p>本文</p>", PAGE.format("題", "<p>閉じない"), PAGE.format("題", "a&nbsp;b")]
)
def test_other_html_is_left_to_the_html_parser(html):
    assert tree_of(html) is None
    assert shape(read(html).etree_element) == shape(HTML(string=html).etree_element)


def test_the_sheet_left_out_ends_where_we_think():
    """What Paper relies on in the library's sheet: everything from the forms on, and rules on every pseudo-element."""
    sheet = (Path(weasyprint.__file__).parent / "css" / "html5_ua.css").read_text("utf-8")
    kept, mark, left_out = sheet.partition("/* Form fields */")
    assert (mark, "@page" in left_out, "@page" in kept) == ("/* Form fields */", True, False)
    assert [line for line in kept.splitlines() if line.startswith("::") and not line.endswith("}")] == []


@pytest.mark.parametrize("letter", ["x", "é", "。", "ー", "っ"])
def test_a_word_of_more_than_a_hundred_letters_may_break_anywhere(letter):
    assert breakable(letter * 100) == letter * 100
    assert breakable(letter * 101) == "\u200b".join(letter * 101)


def test_a_text_of_words_stays_as_it_is():
    text = "医療情報システム" * 100 + " https://example.jp/a " * 20
    assert breakable(text) == text


def test_titles_are_not_touched_and_every_other_text_is():
    word = "x" * 200
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg"><title>{word}</title></svg>'
    root = read(PAGE.format(word, f"{drawing}{word}<p>{word}</p>")).etree_element
    body = root.find("body")
    assert (root.find("head/title").text, body[0][0].text) == (word, word)
    assert (body[0].tail, body[1].text) == ("\u200b".join(word),) * 2
