"""XML by expat's events: no tree, no entities. A part with a DTD is refused before anything in it is expanded."""

import re
from collections.abc import Callable
from xml.parsers import expat

from vendors.workbook.container import DAMAGED, Refused
from vendors.workbook.texts import LONGEST, clean

Attributes = dict[str, str]
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def parse(
    content: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Calls back with local names, because the strict flavour of the format has other namespaces.

    Refused for damaged XML, DTDs, and whatever value a callback stumbles over.
    """
    if not content:
        return
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda tag, at: start(_local(tag), {_local(k): v for k, v in at.items()})
    parser.EndElementHandler = (lambda tag: end(_local(tag))) if end else None
    parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError, OverflowError) as error:
        raise Refused(DAMAGED) from error


def unescaped(text: str) -> str:
    """A cell's text as it is shown: _x0041_ is A, control characters are gone."""
    return clean(_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text))[:LONGEST]


def is_on(value: str | None) -> bool:
    return value in ("1", "true")


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def _refuse_doctype(*_: object) -> None:
    raise Refused("XMLの文書型宣言（DTD）を含むため開きません。Excelで保存し直したものを選んでください。")
