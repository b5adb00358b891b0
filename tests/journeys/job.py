"""The director's whole job, step by step. How each is done is the person's matter: mouse, keys, no JavaScript."""

from io import BytesIO

from pypdf import PdfReader

CLINIC = "ひなた内科クリニック"
DIRECTOR = "日向 遥"
EMAIL = "haruka@hinata.example"
PASSWORD = "asahi-ga-noboru-7"

# What is answered to the first ten items: one line for each, all five statuses among them.
TEN = {
    "1.1①": "実施済",
    "1.2①": "実施済",
    "1.2②": "未実施・対応中",
    "1.3①": "実施済",
    "1.4①": "対象外",
    "1.4②": "対象外",
    "2①": "わからない",
    "2②": "実施済",
    "2③": "未実施・対応中",
    "3①": "実施済",
}


def starts_a_clinic(person) -> None:
    person.goes("/")
    person.sees("はじめに")
    person.types("医療機関の名称", CLINIC)
    person.types("あなたの氏名", DIRECTOR)
    person.chooses("院長・管理者")
    person.types("メールアドレス", EMAIL)
    person.types("パスワード", PASSWORD)
    person.presses("自己点検を始める")
    person.sees("52項目中0項目が回答済み", "未判断")


def registers_a_cloud_system(person) -> None:
    """The system, its server, and the clause by which the vendor bears the updates."""
    person.follows("使っているシステムを登録する")
    person.follows("最初のシステムを登録する")
    person.types("医療情報システム", "電子カルテシステム")
    person.types("委託先事業者", "株式会社あおぞらメディカル")
    person.types("製品名", "あおぞらカルテ")
    person.chooses("外部保存")
    person.presses("保存")
    person.follows("サーバを登録する")
    person.finds("名称・設置場所", "事業者のクラウド")
    person.chooses("事業者")
    person.chooses("契約書")
    person.types("書面の名称", "保守契約書（令和6年4月1日）")
    person.types("条項", "第8条第2項")
    person.presses("保存")
    person.sees("「事業者のクラウド」を登録しました。", "保守契約書（令和6年4月1日） 第8条第2項")


def determines(person) -> None:
    person.follows("対象判断へ")
    person.sees("YES：保守委託機関編の対象です", "第8条第2項")
    person.presses("この判断を記録する")
    person.sees("対象判断を記録しました（本編の対象）。", "この判断は記録済みです。")


def answers_ten_items(person) -> None:
    person.follows("ホーム")
    person.follows("最初から")
    for place, (item, status) in enumerate(TEN.items(), start=1):
        person.sees(f"{place} / 52", item)
        answers(person, status)
        person.presses("保存して次へ")
    person.sees("11 / 52")
    person.follows("章の一覧")
    person.sees("52項目中9項目が回答済み、要対応は3件です。")


def answers(person, status: str) -> None:
    """Choose a status and fill in all that it asks for."""
    person.chooses(status)
    match status:
        case "実施済":
            person.puts_today()
            person.types("根拠の保管場所", "院長室キャビネット・青ファイル3")
        case "未実施・対応中":
            person.types("やること", "手順書を作る")
            person.types("担当", "事務 はな子")
            person.puts_new_years_eve("目標日")
        case "対象外":
            person.types("当てはまらない理由", "医療情報を第三者に提供していないため。")
        case "わからない":
            person.types("聞く相手", "株式会社あおぞらメディカル")


def exempts_a_section(person) -> None:
    """The conditional items of chapter 7, at once and with one reason."""
    person.follows("全52項目を表で見る")
    person.follows("7. 医療情報システムに用いる情報機器等の資産管理")
    person.types("当てはまらない理由", "私物の端末も、患者への貸出しもないため。")
    person.presses("対象外にする")
    person.sees("2項目を「対象外」にしました。", "52項目を1つの表で見られます。11項目が回答済みです。")


def changes_a_row(person) -> None:
    """The one item that is わからない, found by the filter and changed inside the table."""
    person.follows("わからない 1")
    person.follows("2①を変更")
    answers(person, "実施済")
    person.presses("保存")


def confirms(person, number: int) -> None:
    person.follows("確認と確定")
    person.sees("このまま確定すると、次のように印刷されます", "未回答", "電子カルテシステム", "本編の対象")
    person.finds("点検者", DIRECTOR)
    person.types("医療情報システム安全管理責任者", DIRECTOR)
    person.presses("この内容で確定する")
    person.sees(f"第{number}版として確定しました。")


def has_the_report(person, number: int) -> None:
    """A PDF that names the clinic and its 確定版."""
    report = PdfReader(BytesIO(person.prints("点検報告書を開く（PDF）")))
    text = "".join(page.extract_text() for page in report.pages).replace(" ", "").replace("\n", "")
    assert CLINIC in text
    assert f"第{number}版" in text


def reopens(person) -> None:
    person.types("再開の理由", "9章の確認を続けるため")
    person.presses("点検を再開する")
    person.sees("点検を再開しました。")
