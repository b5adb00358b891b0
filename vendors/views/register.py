from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from compliance.record_pages import Page, edited, registered
from vendors.choices import ComponentKind, Location
from vendors.forms.register import ComponentForm, SystemForm, VendorForm
from vendors.models import Component, DisclosureRequest, System, Vendor
from vendors.overview import overview_of
from vendors.register_words import gaps_of, lines_of


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
    back = reverse("systems", args=[member.clinic.code])
    page = Page("vendors/system_form.html", back, known_vendors(member), made="system")
    return registered(
        request, SystemForm, System(clinic=member.clinic), partial(System.register, member.clinic), page
    )


def known_vendors(member: Membership) -> dict:
    return {"vendors": Vendor.objects.visible_to(member)}


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
    target = system_of(member, pk)
    page = Page("vendors/system_form.html", page_of(target), {"system": target, **known_vendors(member)})
    return edited(request, SystemForm, target, target.describe, page)


def page_of(system: System) -> str:
    return reverse("system", args=[system.clinic.code, system.pk])


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
    owner = system_of(member, pk)
    target = Component(clinic=owner.clinic, system=owner, **UNCHOSEN, **likely(owner))
    page = Page("vendors/component_form.html", page_of(owner), {"system": owner})
    return registered(request, ComponentForm, target, partial(Component.register, owner), page)


UNCHOSEN = {"update_bearer": "", "written_in": "", "os_two_factor": ""}


def likely(system: System) -> dict:
    """What the first component of a system most often is; never who bears its updates."""
    if system.components.all():
        return {}
    name = "事業者のクラウド" if system.location == Location.EXTERNAL else ""
    return {"kind": ComponentKind.SERVER, "name": name}


def component_of(member: Membership, pk: int) -> Component:
    found = get_object_or_404(Component.objects.visible_to(member).select_related("system"), pk=pk)
    found.clinic = member.clinic
    return found


@clinic_page(Permission.EDIT_SYSTEMS)
def edit_component(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/components/<id>/edit/"""
    target = component_of(member, pk)
    context = {"component": target, "system": target.system}
    back = reverse("system", args=[member.clinic.code, target.system_id])
    return edited(
        request, ComponentForm, target, target.describe, Page("vendors/component_form.html", back, context)
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
    target = vendor_of(member, pk)
    back = reverse("vendor", args=[member.clinic.code, pk])
    page = Page("vendors/vendor_form.html", back, {"vendor": target})
    return edited(request, VendorForm, target, target.describe, page)


def vendor_of(member: Membership, pk: int) -> Vendor:
    found = get_object_or_404(Vendor.objects.visible_to(member), pk=pk)
    found.clinic = member.clinic
    return found
