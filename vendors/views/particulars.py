from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.downloads import as_xlsx
from compliance.models import Membership
from compliance.record_pages import Page, edited, registered
from compliance.tables import workbook
from vendors.forms.particulars import (
    AgreementForm,
    BoundaryForm,
    CertificationForm,
    NeedForm,
    StorageForm,
    TwoFactorForm,
)
from vendors.guideline_texts import commentary, item, table_head
from vendors.models import Agreement, Boundary, Certification, ExternalStorage, System, Vendor
from vendors.register_words import certified, groups_of
from vendors.views.register import system_of, vendor_of


@clinic_page(Permission.VIEW)
def systems_table(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/systems/table.xlsx: the list of L207-214, with the guideline's heads."""
    found = System.objects.visible_to(member).listed()
    rows = [
        [s.name, s.vendor_name, f"{s.product} {s.product_version}".strip(), s.entrusted_work] for s in found
    ]
    return as_xlsx(workbook({"医療情報システム一覧": [table_head(), *rows]}), "医療情報システム一覧.xlsx")


@clinic_page(Permission.VIEW)
def vendor(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/vendors/<id>/: a vendor with its contracts and certifications."""
    found, today = vendor_of(member, pk), timezone.localdate()
    certifications = list(found.certifications.select_related("file"))
    context = {
        "vendor": found,
        "systems": System.objects.visible_to(member).in_use().filter(vendor=found),
        "agreements": found.agreements.select_related("system", "file"),
        "groups": groups_of(certifications),
        "certified": certified(certifications, today),
        "today": today,
    }
    return render(request, "vendors/vendor.html", context)


# Of a system


@clinic_page(Permission.EDIT_SYSTEMS)
def boundary(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/boundary/"""
    owner = system_of(member, pk)
    sheet = Boundary.of(owner)
    page = of_system(
        owner, "責任分界", "boundary_form", item("2-1"), item("2-2"), item("2-3"), commentary("8-c")
    )
    return edited(request, BoundaryForm, sheet, sheet.describe, page)


@clinic_page(Permission.EDIT_SYSTEMS)
def storage(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/storage/"""
    owner = system_of(member, pk)
    sheet = ExternalStorage.of(owner)
    page = of_system(owner, "外部保存の委託先", "storage_form", item("5-3"), item("5-4"))
    return edited(request, StorageForm, sheet, sheet.describe, page)


@clinic_page(Permission.EDIT_SYSTEMS)
def two_factor(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/two-factor/"""
    owner = system_of(member, pk)
    codes = ("9-4", "9-5") if owner.is_in_house else ("9-4",)
    page = of_system(owner, "二要素認証", "two_factor_form", *map(item, codes))
    return edited(request, TwoFactorForm, owner, owner.specify, page)


@clinic_page(Permission.EDIT_SYSTEMS)
def need(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/need/"""
    owner = system_of(member, pk)
    page = of_system(owner, "必要な開示書", "need_form", item("3-2"), item("10-9"))
    return edited(request, NeedForm, owner, owner.specify, page)


def of_system(owner: System, heading: str, template: str, *items: dict) -> Page:
    back = reverse("system", args=[owner.clinic.code, owner.pk])
    context = {"system": owner, "heading": heading, "items": items}
    return Page(f"vendors/{template}.html", back, context)


# Of a vendor


@clinic_page(Permission.EDIT_SYSTEMS)
def new_agreement(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/vendors/<id>/agreements/new/"""
    owner = vendor_of(member, pk)
    target, save = Agreement(vendor=owner, clinic=owner.clinic), partial(Agreement.register, owner)
    return registered(request, AgreementForm, target, save, of_vendor(owner, "契約書・約款を登録する"))


@clinic_page(Permission.EDIT_SYSTEMS)
def new_certification(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/vendors/<id>/certifications/new/"""
    owner = vendor_of(member, pk)
    target, save = Certification(vendor=owner, clinic=owner.clinic), partial(Certification.register, owner)
    page = of_vendor(owner, "認証・評価・監査を登録する", item("5-3"), commentary("5-e"))
    return registered(request, CertificationForm, target, save, page)


@clinic_page(Permission.EDIT_SYSTEMS)
def edit_agreement(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/agreements/<id>/edit/"""
    target = paper_of(Agreement.objects.visible_to(member), member, pk)
    page = of_vendor(target.vendor, f"{target}を直す", paper=target, remove="remove_agreement")
    return edited(request, AgreementForm, target, target.describe, page)


@clinic_page(Permission.EDIT_SYSTEMS)
def edit_certification(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/certifications/<id>/edit/"""
    target = paper_of(Certification.objects.visible_to(member), member, pk)
    heading = f"{target}を直す"
    quoted, more = (item("5-3"), commentary("5-e")), {"paper": target, "remove": "remove_certification"}
    page = of_vendor(target.vendor, heading, *quoted, **more)
    return edited(request, CertificationForm, target, target.describe, page)


@clinic_page(Permission.EDIT_SYSTEMS)
@require_POST
def remove_agreement(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/agreements/<id>/remove/"""
    return removed(request, paper_of(Agreement.objects.visible_to(member), member, pk))


@clinic_page(Permission.EDIT_SYSTEMS)
@require_POST
def remove_certification(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/certifications/<id>/remove/"""
    return removed(request, paper_of(Certification.objects.visible_to(member), member, pk))


def removed(request: HttpRequest, paper: Agreement | Certification) -> HttpResponse:
    paper.remove(by=request.user)
    messages.success(request, f"「{paper}」を外しました。")
    return redirect("vendor", paper.clinic.code, paper.vendor_id)


def paper_of(papers, member: Membership, pk: int) -> Agreement | Certification:
    found = get_object_or_404(papers.select_related("vendor", "file"), pk=pk)
    found.clinic = found.vendor.clinic = member.clinic
    return found


def of_vendor(owner: Vendor, heading: str, *items: dict, **context) -> Page:
    back = reverse("vendor", args=[owner.clinic.code, owner.pk])
    return Page(
        "vendors/paper_form.html", back, {"vendor": owner, "heading": heading, "items": items, **context}
    )
