from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.file_uses import uses_of
from compliance.files import QUOTA, InUse, StoredFile
from compliance.keeping import Kept, kept_files
from compliance.models import Membership

PER_PAGE = 50


@clinic_page(Permission.MANAGE_FILES)
def files(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/files/?show=free: what is kept, the largest first; all of it, or only what may go."""
    every = kept_files(member.clinic)
    free, only_free = [each for each in every if each.may_go], request.GET.get("show") == "free"
    context = {
        "page": Paginator(free if only_free else every, PER_PAGE).get_page(request.GET.get("page")),
        "only_free": only_free,
        "every": every,
        "free": free,
        "bytes": sum(each.file.size for each in every),
        "free_bytes": sum(each.file.size for each in free),
        "quota": QUOTA,
    }
    return render(request, "compliance/files.html", context)


@clinic_page(Permission.MANAGE_FILES)
def remove_file(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/files/<id>/remove/: what goes and what stays of it; a POST deletes the bytes."""
    file = get_object_or_404(StoredFile.objects.visible_to(member), pk=pk)
    file.clinic = member.clinic
    if request.method != "POST":
        return file_page(request, file)
    try:
        file.remove(by=request.user)
    except InUse:
        return file_page(request, file, 409)
    messages.success(request, f"「{file}」を削除しました。")
    return redirect("files", member.clinic.code)


def file_page(request: HttpRequest, file: StoredFile, status: int = 200) -> HttpResponse:
    kept = Kept(file, uses_of(file.clinic)[file.pk])
    return render(request, "compliance/remove_file.html", {"kept": kept, "file": file}, status=status)
