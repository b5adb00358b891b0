"""Characters that the shipped font lacks are printed as what is like them, and never by another font."""

import pytest

from checklist.glyphs import covered, printable


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("髙﨑德瀨濵邉①⑩Ⅰ✓□〓", "髙﨑德瀨濵邉①⑩Ⅰ✓□〓"),
        ("10⁵ m²", "10<sup>5</sup> m<sup>2</sup>"),
        ("☐☑☒✔", "□✓×✓"),
        ("𠮷野家で𠮟る", "吉野家で𠮟る"),
        ("か\u3099", "が"),
        ("e\u0301", "é"),
        ("😀", "〓"),
        ("\ue000", "〓"),
        ("見\u200b出\u202eし\ufeff", "見出し"),
        ("葛\U000e0100飾", "葛\U000e0100飾"),
        ("亜\U000e01ef", "亜"),
        ("", ""),
    ],
)
def test_a_text_is_printed_in_characters_of_the_font(typed, printed):
    assert printable(typed) == printed


def test_a_head_takes_no_tags():
    assert printable("<head>10⁵</head>10⁵") == "<head>105</head>10<sup>5</sup>"


def test_the_font_has_what_the_forms_and_the_guideline_need():
    assert set("①②③④⑤⑥⑦⑧⑨⑩●▲－？○□✓※→・髙﨑") <= covered()
