from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.forms import their_values
from compliance.models import Membership
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, Versioned, new_form_token, version_in
from vendors.choices import ComponentKind, Location
from vendors.forms.register import ComponentForm, SystemForm, VendorForm
from vendors.lines import gaps_of, lines_of
from vendors.models import Component, DisclosureRequest, System, Vendor
from vendors.overview import overview_of


@clinic_page(Permission.VIEW)
def systems(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/systems/: the table of L207-214, and the vendors."""
    found, today = System.objects.visible_to(member).listed().with_particulars(), timezone.localdate()
    context = {
        "systems": [(each, gaps_of(each, today)) for each in found],
        "vendors": Vendor.objects.visible_to(member),
    }
    return render(request, "vendors/systems.html", context)


@clinic_page(Permission.EDIT_SYSTEMS)
def new_system(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/systems/new/"""
    kept = kept_input(request)
    form = SystemForm(request.POST or kept or None)
    if request.method == "POST" and form.is_valid():
        token = form_token(request)
        system = System.register(member.clinic, by=request.user, form_token=token, **form.cleaned_data)
        messages.success(request, f"「{system.name}」を登録しました。")
        return redirect("system", member.clinic.code, system.pk)
    return system_page(request, form, 422 if form.errors and not kept else 200, kept=kept)


def form_token(request: HttpRequest) -> str:
    """The token of a form that registers something; a new one for a form that has none yet."""
    return request.POST.get("form_token", "").replace("\x00", "")[:40] or new_form_token()


def system_page(request: HttpRequest, form: SystemForm, status: int = 200, **context) -> HttpResponse:
    context |= {
        "form": form,
        "form_token": form_token(request),
        "vendors": Vendor.objects.visible_to(request.member),
    }
    return render(request, "vendors/system_form.html", context, status=status)


@clinic_page(Permission.VIEW)
def system(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/: one system with its components and particulars."""
    found = get_object_or_404(System.objects.visible_to(member).listed().with_particulars(), pk=pk)
    today = timezone.localdate()
    context = {"system": found, "lines": lines_of(found, today)}
    context["standing"] = overview_of(member.clinic_id, today, [found])[0]
    context["live"] = DisclosureRequest.objects.visible_to(member).holding(found, timezone.now())
    return render(request, "vendors/system.html", context)


def system_of(member: Membership, pk: int) -> System:
    found = get_object_or_404(System.objects.visible_to(member).listed(), pk=pk)
    found.clinic = member.clinic
    return found


@clinic_page(Permission.EDIT_SYSTEMS)
def edit_system(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/edit/"""
    target, kept = system_of(member, pk), kept_input(request)
    data = request.POST or kept
    form = SystemForm(data) if data else SystemForm.of(target)
    if request.method == "POST" and form.is_valid():
        return described(request, target, form, system_page, system=target)
    return system_page(
        request,
        form,
        422 if request.POST else 200,
        system=target,
        version=version_in(data) if data else target.version,
        kept=kept,
    )


def described(request: HttpRequest, target: Versioned, form, page, **context) -> HttpResponse:
    """Save a form into its row, or show both texts where somebody else was first."""
    try:
        target.describe(version_in(request.POST), by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        theirs = their_values(form, conflict.current)
        return page(request, form, 409, theirs=theirs, version=conflict.current.version, **context)
    messages.success(request, "保存しました。")
    code = request.member.clinic.code
    if isinstance(target, Vendor):
        return redirect("vendor", code, target.pk)
    return redirect("system", code, target.system_id if isinstance(target, Component) else target.pk)


@clinic_page(Permission.EDIT_SYSTEMS)
@require_POST
def retire_system(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/retire/"""
    target = system_of(member, pk)
    target.retire(by=request.user)
    messages.success(request, f"「{target.name}」を一覧から外しました。")
    return redirect("systems", member.clinic.code)


@clinic_page(Permission.EDIT_SYSTEMS)
def new_component(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/components/new/"""
    owner, kept = system_of(member, pk), kept_input(request)
    form = ComponentForm(request.POST or kept or None, initial=likely(owner), in_house=owner.is_in_house)
    if request.method == "POST" and form.is_valid():
        Component.register(owner, by=request.user, form_token=form_token(request), **form.cleaned_data)
        messages.success(request, f"「{form.cleaned_data['name']}」を登録しました。")
        return redirect("system", member.clinic.code, owner.pk)
    return component_page(request, form, 422 if form.errors and not kept else 200, system=owner, kept=kept)


def likely(system: System) -> dict:
    """What the first component of a system most often is; never who bears its updates."""
    if system.components.all():
        return {}
    name = "事業者のクラウド" if system.location == Location.EXTERNAL else ""
    return {"kind": ComponentKind.SERVER, "name": name}


def component_page(request: HttpRequest, form: ComponentForm, status: int = 200, **context) -> HttpResponse:
    context |= {"form": form, "form_token": form_token(request)}
    return render(request, "vendors/component_form.html", context, status=status)


def component_of(member: Membership, pk: int) -> Component:
    found = get_object_or_404(Component.objects.visible_to(member).select_related("system"), pk=pk)
    found.clinic = member.clinic
    return found


@clinic_page(Permission.EDIT_SYSTEMS)
def edit_component(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/components/<id>/edit/"""
    target, kept = component_of(member, pk), kept_input(request)
    data = request.POST or kept
    where = {"in_house": target.system.is_in_house}
    form = ComponentForm(data, **where) if data else ComponentForm.of(target, **where)
    context = {"component": target, "system": target.system}
    if request.method == "POST" and form.is_valid():
        return described(request, target, form, component_page, **context)
    status = 422 if request.POST else 200
    return component_page(
        request, form, status, version=version_in(data) if data else target.version, kept=kept, **context
    )


@clinic_page(Permission.EDIT_SYSTEMS)
@require_POST
def remove_component(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/components/<id>/remove/"""
    target = component_of(member, pk)
    target.remove(by=request.user)
    messages.success(request, f"「{target.name}」を外しました。")
    return redirect("system", member.clinic.code, target.system_id)


@clinic_page(Permission.EDIT_SYSTEMS)
def edit_vendor(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/vendors/<id>/edit/: whom to ask there."""
    target, kept = vendor_of(member, pk), kept_input(request)
    data = request.POST or kept
    form = VendorForm(data, vendor=target) if data else VendorForm.of(target)
    if request.method == "POST" and form.is_valid():
        return described(request, target, form, vendor_page, vendor=target)
    return vendor_page(
        request,
        form,
        422 if request.POST else 200,
        vendor=target,
        version=version_in(data) if data else target.version,
        kept=kept,
    )


def vendor_of(member: Membership, pk: int) -> Vendor:
    found = get_object_or_404(Vendor.objects.visible_to(member), pk=pk)
    found.clinic = member.clinic
    return found


def vendor_page(request: HttpRequest, form: VendorForm, status: int = 200, **context) -> HttpResponse:
    return render(request, "vendors/vendor_form.html", context | {"form": form}, status=status)
