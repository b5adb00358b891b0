from django.urls import path

from checklist.views import (
    applicability,
    closing,
    confirm,
    evidence,
    history,
    home,
    inspection,
    items,
    prints,
    reports,
    rounds,
    start,
    todo,
)

# Everything below /c/<clinic code>/
urlpatterns = [
    path("", home.home, name="clinic_home"),
    # 自己点検
    path("checklist/", home.sections, name="sections"),
    path("items/", items.items, name="items"),
    path("items/<str:code>/", items.item, name="item"),
    path("items/<str:code>/row/", items.row, name="item_row"),
    path("sections/<str:section>/exempt/", items.exempt, name="exempt"),
    path("items/<str:code>/evidence/", evidence.attach_evidence, name="attach_evidence"),
    path("items/<str:code>/history/", history.item_history, name="item_history"),
    # 書類・根拠
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/new/", evidence.new_evidence, name="new_evidence"),
    path("evidence/<int:pk>/", evidence.evidence_paper, name="evidence_paper"),
    path("evidence/<int:pk>/edit/", evidence.edit_evidence, name="edit_evidence"),
    path("evidence/<int:pk>/retire/", evidence.retire_evidence, name="retire_evidence"),
    path("evidence/<int:pk>/bring-back/", evidence.bring_back_evidence, name="bring_back_evidence"),
    # 要対応
    path("todo/", todo.todo_list, name="todo"),
    path("todo/table.xlsx", todo.todo_table, name="todo_table"),
    path("todo/items/<str:code>/", closing.close_item, name="close_item"),
    path("todo/risks/<int:pk>/", closing.close_risk, name="close_risk"),
    # 履歴
    path("history/", history.history, name="history"),
    # 年度と比較
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/next/", rounds.next_round, name="next_round"),
    path("rounds/withdraw/", rounds.withdraw_round, name="withdraw_round"),
    path("rounds/<int:pk>/", rounds.compare_rounds, name="compare_rounds"),
    # 対象判断
    path("applicability/", applicability.applicability, name="applicability"),
    path("applicability/letter/<int:vendor_id>/", applicability.letter, name="letter"),
    # 確認と確定
    path("confirm/", confirm.confirm, name="confirm"),
    path("confirmation/", confirm.confirmation, name="confirmation"),
    # 立入検査に備える
    path("inspection/", inspection.inspection, name="inspection"),
    path("precheck/", inspection.precheck, name="precheck"),
    path("print/precheck.pdf", inspection.precheck_print, name="print_precheck"),
    # 印刷
    path("print/", prints.prints, name="prints"),
    path("print/tables.xlsx", reports.draft_tables, name="print_tables"),
    path("confirmations/<int:pk>/issue/", reports.issue, name="issue"),
    path("confirmations/<int:pk>/snapshot.json", reports.snapshot_json, name="snapshot_json"),
    path("reports/<int:number>/", reports.report, name="report"),
    path("reports/<int:number>/retry/", reports.retry, name="retry_report"),
    path("reports/<int:number>.pdf", reports.report_pdf, name="report_pdf"),
    path("print/draft.pdf", prints.draft, name="print_draft"),
    path("print/preview/", prints.preview, name="print_preview"),
    path("print/blank.pdf", prints.blank, name="print_blank"),
    path("print/vendors/<int:pk>.pdf", prints.vendor_part, name="print_vendor"),
    path("print/applicability.pdf", prints.determination, name="print_determination"),
    path("print/<int:year>-<int:number>.pdf", prints.confirmed, name="print_confirmed"),
    # The sample clinic
    path("delete/", start.delete_sample, name="delete_sample"),
]
