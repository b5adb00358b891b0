from django.urls import path

from checklist.views import applicability, confirm, home, items, prints, start

# Everything below /c/<clinic code>/
urlpatterns = [
    path("", home.home, name="clinic_home"),
    # 自己点検
    path("checklist/", home.sections, name="sections"),
    path("items/", items.items, name="items"),
    path("items/<str:code>/", items.item, name="item"),
    path("items/<str:code>/row/", items.row, name="item_row"),
    path("sections/<str:section>/exempt/", items.exempt, name="exempt"),
    # 対象判断
    path("applicability/", applicability.applicability, name="applicability"),
    path("applicability/letter/<int:vendor_id>/", applicability.letter, name="letter"),
    # 確認と確定
    path("confirm/", confirm.confirm, name="confirm"),
    path("confirmation/", confirm.confirmation, name="confirmation"),
    # 印刷
    path("print/", prints.prints, name="prints"),
    path("print/draft.pdf", prints.draft, name="print_draft"),
    path("print/blank.pdf", prints.blank, name="print_blank"),
    path("print/applicability.pdf", prints.determination, name="print_determination"),
    path("print/<int:year>-<int:number>.pdf", prints.confirmed, name="print_confirmed"),
    # The sample clinic
    path("delete/", start.delete_sample, name="delete_sample"),
]
