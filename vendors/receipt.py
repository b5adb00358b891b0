"""受領書: what a vendor has submitted, as kept at that moment."""

from django.template.loader import render_to_string

from vendors.choices import Conformity
from vendors.models import DisclosureRequest, DisclosureRow, Submission


def receipt_facts(request_: DisclosureRequest) -> dict:
    """asked, submissions: each with its counts and rows, from the submissions alone."""
    submissions = list(Submission.objects.of_request(request_))
    return {"asked": request_, "system": request_.system, "clinic": request_.clinic,
            "submissions": [_facts(each) for each in submissions]}  # fmt: skip


def receipt_html(request_: DisclosureRequest) -> str:
    """The receipt as a paper, every row with what was said."""
    facts = receipt_facts(request_)
    for each in facts["submissions"]:
        rows = DisclosureRow.objects.of_sheet(each["sheet"].edition, each["sheet"].kind)
        each["rows"] = [_row(row, each["submission"].answers.get(row.code, ["blank", ""])) for row in rows]
    return render_to_string("report/receipt.html", facts)


def _facts(submission: Submission) -> dict:
    said = [answer for answer, _ in submission.answers.values()]
    counts = [f"{each.label} {said.count(each)}行" for each in Conformity if each in said]
    return {"submission": submission, "sheet": submission.disclosure, "counts": counts}


def _row(row: DisclosureRow, said: list[str]) -> dict:
    answer, remark = said
    label = Conformity(answer).label
    return {
        "code": row.code,
        "numbers": " / ".join(row.numbers),
        "text": row.text,
        "choices": [each["text"] for each in row.entry["choices"]],
        "note": row.entry["note"]["text"] if row.entry["note"] else "",
        "answer": label,
        "remark": remark,
    }
