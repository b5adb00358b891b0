"""A paper's HTML as WeasyPrint takes it, without steps of it that cost a binder a tenth of its time."""

import re
from functools import lru_cache
from xml.etree import ElementTree

from cssselect2 import ElementWrapper
from weasyprint import CSS, HTML
from weasyprint.html import UA
from weasyprint.urls import URLFetcher

_VOID = re.compile(r"<(br|col|meta|wbr)\b([^<>]*?)/?>")
_NO_LINE_BEGINS_WITH = (
    "、。，．・：；？！ー～…‥」』）】〉》〕］｝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
_LONG_WORD = re.compile(rf"[^\s\u2e80-\U0010ffff]{{101,}}|[{_NO_LINE_BEGINS_WITH}]{{101,}}")


class Paper(HTML):
    """Reads our templates' own HTML as XML, and leaves out what WeasyPrint lays beside each element for no paper."""

    def __init__(self, html: str, base_url: str, url_fetcher: URLFetcher):
        root = tree_of(html)
        if root is None:  # only an HTML parser understands it: slower, and the same
            super().__init__(string=html, base_url=base_url, url_fetcher=url_fetcher)
        else:
            self.base_url, self.url_fetcher, self.media_type = base_url, url_fetcher, "print"
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = root
        _let_long_words_break(self.etree_element)

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_browsers_own()]


def tree_of(html: str) -> ElementTree.Element | None:
    """The elements of a whole and well-formed page, else None."""
    try:
        root = ElementTree.fromstring(_VOID.sub(r"<\1\2/>", html))  # noqa: S314 (what was typed is escaped in it)
    except ElementTree.ParseError:
        return None
    return root if root.tag == "html" else None


def _let_long_words_break(root: ElementTree.Element) -> None:
    for each in root.iter():
        if each.text and not each.tag.endswith("title"):
            each.text = breakable(each.text)
        if each.tail:
            each.tail = breakable(each.tail)


def breakable(text: str) -> str:
    """The text with places to break within words of more than 100 letters; they show nothing and no reader finds them.

    Where a word has none, all that is left of it is laid out again for every line.
    """
    return _LONG_WORD.sub(lambda word: "\u200b".join(word[0]), text)


@lru_cache(maxsize=1)
def _browsers_own() -> CSS:
    """WeasyPrint's sheet up to its forms and page margins, without the six rules on pseudo-elements of every element.

    No paper has fields, footnotes or markers, and print.css says what stands in a margin.
    """
    return CSS(string=re.sub(r"(?m)^::.*$", "", UA.partition("/* Form fields */")[0]))
