from django.db import models


class Location(models.TextChoices):
    EXTERNAL = "external", "外部保存（クラウドなど）"
    IN_HOUSE = "in_house", "院内設置"


class ComponentKind(models.TextChoices):
    SERVER = "server", "サーバ"
    TERMINAL = "terminal", "端末（PC・タブレットなど）"
    NETWORK = "network", "ネットワーク機器"


class UpdateBearer(models.TextChoices):
    """Who is responsible for the security updates."""

    VENDOR = "vendor", "事業者"
    CLINIC = "clinic", "自院"
    UNKNOWN = "unknown", "不明"


class WrittenIn(models.TextChoices):
    """Where that is written (seed L56)."""

    CONTRACT = "contract", "契約書"
    TERMS = "terms", "約款・利用規約"
    SLA = "sla", "サービスレベル合意書（SLA）"
    NOWHERE = "nowhere", "書かれていない"
    UNKNOWN = "unknown", "まだ確かめていない"


WRITTEN = {WrittenIn.CONTRACT, WrittenIn.TERMS, WrittenIn.SLA}


class DisclosureKind(models.TextChoices):
    MDS = "MDS", "MDS（製造業者による開示書）"
    SDS = "SDS", "SDS（サービス事業者による開示書）"
    SPEC = "SPEC", "サービス仕様適合開示書"


SHEETS = (DisclosureKind.MDS, DisclosureKind.SDS)  # those that 別紙 has rows for


class DisclosureNeed(models.TextChoices):
    """Which disclosure a system needs; L379 says 可能な限り, and some systems (a telecom line) have none."""

    MDS = "mds", "MDS"
    SDS = "sds", "SDS"
    BOTH = "both", "MDSとSDSの両方"
    NONE = "none", "入手できない"

    @property
    def kinds(self) -> list[DisclosureKind]:
        return {
            DisclosureNeed.MDS: [DisclosureKind.MDS],
            DisclosureNeed.SDS: [DisclosureKind.SDS],
            DisclosureNeed.BOTH: list(SHEETS),
            DisclosureNeed.NONE: [],
        }[self]


class TwoFactor(models.TextChoices):
    """What the register says of two-factor at a log-in (9④⑤)."""

    YES = "yes", "採用している"
    RENEWAL = "renewal", "次のシステム更新時に対応する"
    NO = "no", "採用していない"
    NOT_APPLICABLE = "na", "ログインがない"
    UNKNOWN = "unknown", "まだ確かめていない"


class AgreementKind(models.TextChoices):
    CONTRACT = "contract", "契約書"
    TERMS = "terms", "約款・利用規約"
    SLA = "sla", "サービスレベル合意書（SLA）"
    OTHER = "other", "その他の書面"


class CertificationKind(models.TextChoices):
    """5③ and seed L279-294, in the document's order; the two that do not count are there to be told apart."""

    PRIVACY_MARK = "pmark", "プライバシーマーク"
    ISMS = "isms", "ISMS"
    ISMAP = "ismap", "ISMAP"
    CS_GOLD = "cs_gold", "CSゴールドマーク"
    FEDRAMP = "fedramp", "FedRAMP"
    SOC = "soc", "SOC2・SOC3（又はこれに準じる監査報告書）"
    HISPRO = "hispro", "HISPROの評価"
    AUDIT = "audit", "資格を有する者による外部監査"
    ISMAP_LIU = "ismap_liu", "ISMAP-LIU（含まれない）"
    FEDRAMP_LI = "fedramp_li", "FedRAMP LI-SaaS（含まれない）"


FIRST_CERTIFICATIONS = (CertificationKind.PRIVACY_MARK, CertificationKind.ISMS)
OTHER_CERTIFICATIONS = (
    CertificationKind.ISMAP,
    CertificationKind.CS_GOLD,
    CertificationKind.FEDRAMP,
    CertificationKind.SOC,
    CertificationKind.HISPRO,
)
NOT_COUNTED = (CertificationKind.ISMAP_LIU, CertificationKind.FEDRAMP_LI)


class Checked(models.TextChoices):
    """Whether something was found when looked for."""

    YES = "yes", "確かめた"
    NO = "no", "ない・含まれない"
    UNKNOWN = "unknown", "まだ確かめていない"


class DisclosureState(models.TextChoices):
    """提出依頼から確認まで. 未依頼 is a system without a sheet, 入手できない stands at the system."""

    ASKED = "asked", "依頼済"
    ANSWERING = "answering", "回答中"
    SUBMITTED = "submitted", "提出"
    RETURNED = "returned", "差戻し"
    ACCEPTED = "accepted", "確認済"


WITH_VENDOR = (
    DisclosureState.ASKED,
    DisclosureState.ANSWERING,
    DisclosureState.RETURNED,
)  # somebody is still to answer
HANDED_IN = (DisclosureState.SUBMITTED, DisclosureState.ACCEPTED)


class Source(models.TextChoices):
    """Where the answers come from."""

    LINK = "link", "事業者がリンクから回答"
    WORKBOOK = "workbook", "事業者のファイル"
    PAPER = "paper", "紙・PDFから転記"
    TERMS = "terms", "約款・利用規約から転記"


class Conformity(models.TextChoices):
    """適合状況: はい, いいえ, 対象外 are 別紙's; the other two are ours."""

    YES = "yes", "はい"
    NO = "no", "いいえ"
    NA = "na", "対象外"
    UNREAD = "unread", "未読取"
    BLANK = "blank", "未回答"


DECLARED = (Conformity.YES, Conformity.NO, Conformity.NA)
WANTED = (Conformity.YES, Conformity.NA)


class Impact(models.TextChoices):
    """Three steps of ours."""

    STOPS = "stops", "診療が止まる"
    PARTLY = "partly", "一部が止まる"
    HARDLY = "hardly", "ほとんどない"


class Treatment(models.TextChoices):
    REDUCE = "reduce", "低減（起こりにくく、影響を小さくする）"
    AVOID = "avoid", "回避（その使い方をやめる）"
    TRANSFER = "transfer", "移転（契約や保険で分担する）"
    ACCEPT = "accept", "受容（理由を書いて受け入れる）"
