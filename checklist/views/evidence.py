from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from checklist.catalogue import Catalogue, catalogue_of
from checklist.evidence_forms import AttachForm, EvidenceForm
from checklist.models import Assessment, Evidence
from checklist.views.items import answer_to
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.files import StoredFile
from compliance.models import Membership
from compliance.record_pages import Page, edited, registered

PER_PAGE = 50


def catalogue_for(member: Membership) -> Catalogue:
    """The texts of the clinic's newest round."""
    return catalogue_of(Assessment.objects.visible_to(member).current().edition)


@clinic_page(Permission.VIEW)
def evidence(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/evidence/?q=…: all papers on the list, or those of an item or with a word."""
    wanted, catalogue = request.GET.get("q", "").replace("\x00", "").strip()[:100], catalogue_for(member)
    found = Evidence.objects.visible_to(member).in_use().listed()
    if wanted:
        found = found.matching(wanted, catalogue.codes_named(wanted))
    context = {
        "wanted": wanted,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "retired": Evidence.objects.visible_to(member).retired(),
        "bytes": StoredFile.objects.visible_to(member).bytes_of(member.clinic),
        "may_clean": member.may(Permission.MANAGE_FILES),
        "shown": {code: item["shown"] for code, item in catalogue.by_code.items()},
        "today": timezone.localdate(),
    }
    return render(request, "checklist/evidence.html", context)


@clinic_page(Permission.ANSWER)
def new_evidence(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/evidence/new/?item=…: a paper; from an item's page with that item ticked."""
    catalogue, code = catalogue_for(member), request.GET.get("item", "")
    chosen = (code,) if code in catalogue.by_code else ()
    back = reverse("item", args=[member.clinic.code, code]) if chosen else list_of(member)
    name = f"項目 {catalogue.by_code[code]['shown']}" if chosen else "書類・根拠"
    form_class = partial(EvidenceForm, catalogue=catalogue, chosen=chosen)
    save = partial(Evidence.register, member.clinic)
    page = Page("checklist/evidence_form.html", back, {"heading": "根拠資料を登録する", "back_name": name})
    return registered(request, form_class, Evidence(clinic=member.clinic), save, page)


def list_of(member: Membership) -> str:
    return reverse("evidence", args=[member.clinic.code])


def paper_of(member: Membership, pk: int) -> Evidence:
    found = get_object_or_404(Evidence.objects.visible_to(member).listed(), pk=pk)
    found.clinic = member.clinic
    return found


@clinic_page(Permission.VIEW)
def evidence_paper(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/evidence/<id>/: one paper with its items and the files before this one."""
    paper = paper_of(member, pk)
    items = [item for item in catalogue_for(member).items if item["code"] in paper.items]
    context = {"paper": paper, "items": items, "today": timezone.localdate()}
    context["earlier"] = paper.earlier_files.select_related("file")
    return render(request, "checklist/evidence_paper.html", context)


@clinic_page(Permission.ANSWER)
def edit_evidence(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/evidence/<id>/edit/: change it, or replace its file."""
    paper = paper_of(member, pk)
    back = reverse("evidence_paper", args=[member.clinic.code, pk])
    page = Page(
        "checklist/evidence_form.html",
        back,
        {"heading": f"{paper}を直す", "paper": paper, "back_name": str(paper)},
    )
    form_class = partial(EvidenceForm, catalogue=catalogue_for(member))
    return edited(request, form_class, paper, paper.describe, page)


@clinic_page(Permission.ANSWER)
@require_POST
def retire_evidence(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/evidence/<id>/retire/"""
    paper = paper_of(member, pk)
    paper.retire(by=request.user)
    messages.success(request, f"「{paper}」を一覧から外しました。資料の記録とファイルは残っています。")
    return redirect("evidence_paper", member.clinic.code, pk)


@clinic_page(Permission.ANSWER)
@require_POST
def bring_back_evidence(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/evidence/<id>/bring-back/"""
    paper = paper_of(member, pk)
    paper.bring_back(by=request.user)
    messages.success(request, f"「{paper}」を一覧に戻しました。")
    return redirect("evidence_paper", member.clinic.code, pk)


@clinic_page(Permission.ANSWER)
def attach_evidence(request: HttpRequest, member: Membership, code: str) -> HttpResponse:
    """/c/…/items/<code>/evidence/: give an item papers that are on the list already."""
    item = catalogue_of(answer_to(member, code).assessment.edition).by_code[code]
    papers = Evidence.objects.visible_to(member).in_use().listed()
    data = request.POST if request.method == "POST" else None
    form = AttachForm(data, papers=[each for each in papers if code not in each.items])
    if request.method == "POST" and form.is_valid():
        for paper in form.wanted:
            paper.attach(code, by=request.user)
        messages.success(request, f"{len(form.wanted)}件の資料を、{item['shown']}の根拠に付けました。")
        return redirect("item", member.clinic.code, code)
    context = {"form": form, "item": item}
    return render(request, "checklist/attach_evidence.html", context, status=422 if form.errors else 200)
