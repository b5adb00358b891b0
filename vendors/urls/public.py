from django.urls import path

from vendors.views import link

# A vendor's way in, and the pages behind the link: no account, one cookie for the request's own path
urlpatterns = [
    path("r/<str:token>/", link.enter, name="enter"),
    path("v/<str:code>/", link.answer, name="answer"),
    path("v/<str:code>/submit/", link.submit, name="submit_answers"),
    path("v/<str:code>/receipt/", link.receipt, name="receipt"),
    path("v/<str:code>/receipt.pdf", link.receipt_pdf, name="receipt_pdf"),
    path("v/<str:code>/<str:kind>/", link.sheet, name="answer_sheet"),
    path("v/<str:code>/<str:kind>/rows/<slug:row>/", link.row, name="answer_row"),
    path("v/<str:code>/<str:kind>/reuse/", link.reuse, name="reuse_answers"),
    path("v/<str:code>/<str:kind>/workbook.xlsx", link.workbook, name="answer_workbook"),
    path("v/<str:code>/<str:kind>/upload/", link.upload, name="answer_upload"),
    path("v/<str:code>/<str:kind>/upload/<int:pk>/", link.preview, name="answer_preview"),
]
