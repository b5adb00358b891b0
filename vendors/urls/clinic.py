from django.urls import path

from vendors.views import desk, particulars, requests, review
from vendors.views import register as views

# Below /c/<clinic code>/
urlpatterns = [
    # システムと事業者
    path("systems/", views.systems, name="systems"),
    path("systems/new/", views.new_system, name="new_system"),
    path("systems/<int:pk>/", views.system, name="system"),
    path("systems/<int:pk>/edit/", views.edit_system, name="edit_system"),
    path("systems/<int:pk>/retire/", views.retire_system, name="retire_system"),
    path("systems/<int:pk>/components/new/", views.new_component, name="new_component"),
    path("components/<int:pk>/edit/", views.edit_component, name="edit_component"),
    path("components/<int:pk>/remove/", views.remove_component, name="remove_component"),
    path("systems/table.xlsx", particulars.systems_table, name="systems_table"),
    path("systems/<int:pk>/boundary/", particulars.boundary, name="boundary"),
    path("systems/<int:pk>/storage/", particulars.storage, name="storage"),
    path("systems/<int:pk>/two-factor/", particulars.two_factor, name="two_factor"),
    path("systems/<int:pk>/need/", particulars.need, name="need"),
    path("vendors/<int:pk>/", particulars.vendor, name="vendor"),
    path("vendors/<int:pk>/edit/", views.edit_vendor, name="edit_vendor"),
    path("vendors/<int:pk>/agreements/new/", particulars.new_agreement, name="new_agreement"),
    path("agreements/<int:pk>/edit/", particulars.edit_agreement, name="edit_agreement"),
    path("agreements/<int:pk>/remove/", particulars.remove_agreement, name="remove_agreement"),
    path("vendors/<int:pk>/certifications/new/", particulars.new_certification, name="new_certification"),
    path("certifications/<int:pk>/edit/", particulars.edit_certification, name="edit_certification"),
    path("certifications/<int:pk>/remove/", particulars.remove_certification, name="remove_certification"),
    # 開示書: 提出依頼, 記入, 確認
    path("disclosures/", requests.disclosures, name="disclosures"),
    path("systems/<int:pk>/ask/", requests.ask, name="ask"),
    path("systems/<int:pk>/sheets/new/", requests.new_sheet, name="new_sheet"),
    path("systems/<int:pk>/risk/", review.treat_missing, name="treat_missing"),
    path("requests/<int:pk>/revoke/", requests.revoke, name="revoke_request"),
    path("disclosures/<int:pk>/", review.review, name="review"),
    path("disclosures/<int:pk>/rows/<slug:code>/", review.treat, name="treat"),
    path("disclosures/<int:pk>/rows/<slug:code>/settle/", review.settle, name="settle"),
    path("disclosures/<int:pk>/accept/", review.accept, name="accept_disclosure"),
    path("disclosures/<int:pk>/holds/", review.confirm_holds, name="confirm_holds"),
    path("disclosures/<int:pk>/return/", review.return_rows, name="return_rows"),
    path("disclosures/<int:pk>/fill/", desk.fill, name="fill"),
    path("disclosures/<int:pk>/fill/rows/<slug:row>/", desk.fill_row, name="fill_row"),
    path("disclosures/<int:pk>/fill/workbook.xlsx", desk.fill_workbook, name="fill_workbook"),
    path("disclosures/<int:pk>/fill/upload/", desk.fill_upload, name="fill_upload"),
    path("disclosures/<int:pk>/fill/upload/<int:upload>/", desk.fill_preview, name="fill_preview"),
    path("disclosures/<int:pk>/fill/done/", desk.fill_done, name="fill_done"),
    path("disclosures/<int:pk>/compare/", review.compare, name="compare"),
]
