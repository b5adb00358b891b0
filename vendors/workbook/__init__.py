"""Disclosures (MDS/SDS) out of and into Excel workbooks. Pure: no Django, no database.

`write` comes when it is asked for: the process that reads must not pay for openpyxl.
"""

from typing import Any

from vendors.workbook.changes import Change, changes
from vendors.workbook.container import FILE_LIMIT
from vendors.workbook.reader import read
from vendors.workbook.readings import Header, Reading, Row, RowReading, catalogue, refused
from vendors.workbook.safely import read_safely
from vendors.workbook.texts import clean

__all__ = [
    "FILE_LIMIT",
    "Change",
    "Header",
    "Reading",
    "Row",
    "RowReading",
    "Written",
    "catalogue",
    "changes",
    "clean",
    "read",
    "read_safely",
    "refused",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in ("Written", "write"):
        raise AttributeError(name)
    from vendors.workbook import writer

    return getattr(writer, name)
