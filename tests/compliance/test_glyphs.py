"""Characters that the shipped font lacks are printed as what is like them, and never by another font."""

import pytest

from compliance.glyphs import code_of, covered, lacking, printable


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("髙﨑德瀨濵邉①⑩Ⅰ✓□〓", "髙﨑德瀨濵邉①⑩Ⅰ✓□〓"),
        ("10⁵ m²", "10<sup>5</sup> m<sup>2</sup>"),
        ("☐☑☒✔", "□✓×✓"),
        ("𠮷野家で𠮟る", "吉野家で𠮟る"),
        ("か\u3099", "が"),
        ("e\u0301", "é"),
        ("😀", "[U+1F600]"),
        ("\ue000", "[U+E000]"),
        ("見\u200b出\u202eし\ufeff", "見[U+200B]出[U+202E]し[U+FEFF]"),
        ("\x00\x07\x7f\u0378\U0010ffff", "[U+0000][U+0007][U+007F][U+0378][U+10FFFF]"),
        ("切\u00ad目", "切[U+00AD]目"),
        ("x\u0301", "x[U+0301]"),
        ("一\r\n二\r三\t四", "一\n二\n三\t四"),
        ("\u00a0\u2011", "\u00a0‐"),
        ("\n\ufe0f", "\n[U+FE0F]"),
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


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("😀あ\x07😀", ["[U+0007]", "[U+1F600]"]),
        ("髙﨑①⑩か\u3099☑𠮷10⁵葛\U000e0100亜\U000e01ef\r\n", []),
        ("\n\ufe0f", ["[U+FE0F]"]),
        ("[U+1F600]", []),
        ("", []),
    ],
)
def test_the_codes_that_are_listed_are_those_that_are_printed(typed, codes):
    assert lacking(typed) == codes
    assert [code for code in codes if code not in printable(typed)] == []


def test_a_code_has_four_digits_at_least():
    assert (code_of("\x07"), code_of("\U0010ffff")) == ("[U+0007]", "[U+10FFFF]")
