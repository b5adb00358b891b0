"""Where contracts, certifications, disclosures and received workbooks hold stored files."""

from collections.abc import Iterator

from django.urls import reverse

from compliance.file_uses import Use, contributes
from compliance.models import Clinic
from vendors.models import Agreement, Certification, Disclosure, WorkbookUpload


@contributes
def of_papers(clinic: Clinic) -> Iterator[tuple[int, Use]]:
    for model in (Agreement, Certification):
        for each in model.objects.filter(clinic=clinic, file__isnull=False).select_related("vendor"):
            path = reverse("vendor", args=[clinic.code, each.vendor_id])
            yield (
                each.file_id,
                Use(f"{each.vendor}：{each}", path, "登録されている契約書や認証のファイルです。"),
            )


@contributes
def of_disclosures(clinic: Clinic) -> Iterator[tuple[int, Use]]:
    """The paper that a disclosure was copied from is its proof, also after a newer one has come."""
    for each in Disclosure.objects.filter(clinic=clinic, file__isnull=False).select_related("system"):
        path = reverse("review", args=[clinic.code, each.pk])
        yield each.file_id, Use(f"{each}の原本", path, "開示書の原本です。")


@contributes
def of_workbooks(clinic: Clinic) -> Iterator[tuple[int, Use]]:
    for each in WorkbookUpload.objects.filter(clinic=clinic).select_related("disclosure__system"):
        path = reverse("review", args=[clinic.code, each.disclosure_id])
        yield each.file_id, Use(f"{each.disclosure}の回答ファイル", path, _keeps(each))


def _keeps(upload: WorkbookUpload) -> str:
    if upload.applied_at:
        return "取り込んだ回答の、もとのファイルです。"
    return (
        "回答の途中で、これから取り込むかもしれないファイルです。" if upload.disclosure.is_with_vendor else ""
    )
