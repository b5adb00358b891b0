"""What a reading would change on a sheet that already has answers: a preview, nothing more. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from vendors.workbook.readings import WORDS, Reading, RowReading

_KEPT = {
    "blank": "ファイルでは空欄のため、今の内容のままにします。",
    "unread": "読み取れなかったため、今の内容のままにします。画面で入力してください。",
    "ask": "確認が必要なため、今の内容のままにします。画面で入力してください。",
}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One row's preview. `kind` is "new", "changed", "same", "blank", "unread" or "ask".

    Only "new" and "changed" write; of all others new equals old. Answers are "yes", "no", "na" or "".
    """

    id: str
    kind: str
    cell: str
    old_answer: str
    old_remark: str
    new_answer: str
    new_remark: str
    says: str


def changes(current: Mapping[str, tuple[str, str]], reading: Reading) -> tuple[Change, ...]:
    """Every row of the reading against `current` (row id → answer, remark), in the reading's order.

    A blank in the file erases no answer. An empty remark keeps the old one beside the same answer; beside another
    answer the old remark, which spoke of the old answer, goes.
    """
    return tuple(_change(row, *current.get(row.id, ("", ""))) for row in reading.rows)


def _change(row: RowReading, answer: str, remark: str) -> Change:
    if row.answer not in WORDS:
        says = _KEPT[row.answer] + (row.why if row.answer != "blank" else "")
        return _made(row, row.answer, (answer, remark), (answer, remark), says)
    new_remark = row.remark or (remark if row.answer == answer else "")
    old, new = (answer, remark), (row.answer, new_remark)
    kind = "same" if old == new else "changed" if answer else "new"
    return _made(row, kind, old, new, row.why)


def _made(row: RowReading, kind: str, old: tuple[str, str], new: tuple[str, str], says: str) -> Change:
    return Change(
        id=row.id,
        kind=kind,
        cell=row.cell,
        old_answer=old[0],
        old_remark=old[1],
        new_answer=new[0],
        new_remark=new[1],
        says=says,
    )
