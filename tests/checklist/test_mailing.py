"""manage.py remind: who gets which mail, once; what a failing server and a wild clock do."""

import smtplib
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.utils import timezone

from checklist import sample
from checklist.mailing import due_now, remind
from checklist.models import Reminder
from compliance.models import Membership
from tests.conftest import join, person
from tests.web import at_most
from vendors.models import Agreement, System

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(timezone.datetime(2026, 11, 18, 6, 0))  # a Wednesday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def post(settings):
    settings.EMAIL_HOST, settings.PUBLIC_URL = "smtp.example.jp", "https://tenken.example.jp"
    settings.DEFAULT_FROM_EMAIL = "tenken@example.jp"


@pytest.fixture
def asks():
    """asks(user, clinic, "weekly")"""

    def choose(user, clinic, wish: str) -> None:
        Membership.objects.get(user=user, clinic=clinic).choose_reminders(wish, by=user)

    return choose


@pytest.fixture
def late(clinic, director, answer):
    """9① is two days late, 7⑤ due in three days, 8① far away; a contract has ended."""
    for code, days in (("9-1", -2), ("7-5", 3), ("8-1", 40)):
        plan = {"plan": "株式会社ひみつに頼む", "owner": "院長", "due_on": (NOW + days * DAY).date()}
        answer(code).record(1, by=director, status="open", **plan)
    system = System.register(
        clinic, by=director, name="極秘カルテ", vendor_name="株式会社ひみつ", location="external"
    )
    ended = {"expires_on": (NOW - 40 * DAY).date()}
    Agreement.register(system.vendor, by=director, kind="contract", title="極秘契約書", **ended)


class Refusing(EmailBackend):
    """Takes every mail but those to the addresses of `refuses`."""

    refuses: dict[str, Exception] = {}

    def send_messages(self, messages) -> int:
        for each in messages:
            if failure := self.refuses.get(each.to[0]):
                raise failure
        return super().send_messages(messages)


@pytest.fixture
def refuses(settings, monkeypatch):
    """refuses(address, failure): the mail server does not take what goes there."""
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    monkeypatch.setattr(Refusing, "refuses", {})
    return Refusing.refuses.__setitem__


def sent_to() -> list[str]:
    return sorted(each.to[0] for each in mail.outbox)


# Who


def test_nobody_is_mailed_who_has_not_asked(late, clerk):
    assert (remind(NOW).sent, mail.outbox) == (0, [])


def test_who_asked_is_mailed(late, clinic, director, clerk, reader, asks):
    asks(clerk, clinic, "weekly")
    asks(reader, clinic, "due")
    assert (remind(NOW).sent, sent_to()) == (2, [clerk.email, reader.email])


def test_a_person_of_two_clinics_is_mailed_for_the_one_asked_for(late, clinic, other_clinic, both, asks):
    asks(both, clinic, "weekly")
    asks(both, other_clinic, "weekly")
    assert remind(NOW).sent == 1  # nothing is due at the other
    assert "みどり台内科クリニック" in mail.outbox[0].subject
    assert "さくら通り歯科医院" not in mail.outbox[0].body


@pytest.mark.parametrize("gone", ["left", "shut out", "no more"])
def test_who_has_gone_or_switched_off_is_not_mailed(gone, late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    if gone == "left":
        Membership.objects.filter(user=clerk).delete()
    elif gone == "shut out":
        clerk.is_active = False
        clerk.save()
    else:
        asks(clerk, clinic, "none")
    assert remind(NOW).sent == 0


def test_the_sample_clinic_never_mails(edition):
    clinic = sample.seed(NOW.date())
    clinic.memberships.update(reminders="weekly")
    assert (remind(NOW + 300 * DAY).sent, Reminder.objects.count()) == (0, 0)


def test_nothing_is_sent_where_nothing_is_due(clinic, clerk, asks, answer, director):
    far = {"plan": "頼む", "due_on": (NOW + 8 * DAY).date()}
    answer("9-1").record(1, by=director, status="open", **far)
    asks(clerk, clinic, "weekly")
    assert (remind(NOW).sent, Reminder.objects.count()) == (0, 0)


# What


def test_the_mail_says_numbers_and_days_and_how_to_switch_off(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    remind(NOW)
    found = mail.outbox[0]
    assert (found.subject, found.from_email) == (
        "要対応のお知らせ：3件（みどり台内科クリニック）",
        "tenken@example.jp",
    )
    assert (
        found.body
        == f"""事務 はな子さん

みどり台内科クリニックの要対応のうち、期限を過ぎたものと、7日以内に期限が来るものをお知らせします（令和8年11月18日現在）。

期限を過ぎたもの：2件
・書類・契約・認証　令和8年10月9日まで（40日過ぎています）
・9①　令和8年11月16日まで（2日過ぎています）

7日以内に期限が来るもの：1件
・7⑤　令和8年11月21日まで

内容は、このメールには書いていません。
ログインして、「要対応」を開いてください。
https://tenken.example.jp/c/{clinic.code}/todo/

--
このメールは、あなたが「自分のアカウント」で受け取ることを選んだので送っています。
やめるときは、そのページの「期限のお知らせメール」で「送らない」を選んでください。
https://tenken.example.jp/account/
"""
    )


def test_texts_systems_and_vendors_stay_in_the_house(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    remind(NOW)
    whole = str(mail.outbox[0].message()) + mail.outbox[0].subject + mail.outbox[0].body
    assert [word for word in ("ひみつ", "極秘", "院長", "頼む") if word in whole] == []


def test_without_an_address_of_the_site_the_mail_says_where_to_look(late, clinic, clerk, asks, settings):
    settings.PUBLIC_URL = ""
    asks(clerk, clinic, "weekly")
    remind(NOW)
    assert "http" not in mail.outbox[0].body
    assert (
        "いつもの画面で「医療情報システム自己点検」にログインして、「要対応」を開いてください。"
        in mail.outbox[0].body
    )


def test_names_are_no_headers_and_no_markup(late, clinic, director, clerk, asks):
    type(clinic).objects.filter(pk=clinic.pk).update(name="みどり\nBcc: x@y.jp & <b>台</b>")
    asks(clerk, clinic, "weekly")
    assert remind(NOW).sent == 1
    assert mail.outbox[0].recipients() == [clerk.email]
    assert "みどり Bcc: x@y.jp & <b>台</b>" in mail.outbox[0].subject


def test_a_long_list_is_cut(clinic, director, clerk, asks, assessment):
    for each in assessment.answers.all()[:30]:
        each.record(1, by=director, status="open", plan="x", due_on=(NOW - DAY).date())
    asks(clerk, clinic, "weekly")
    remind(NOW)
    lines = [line for line in mail.outbox[0].body.splitlines() if line.startswith("・")]
    assert (len(lines), lines[-1]) == (21, "・ほかにもあります")
    assert "期限を過ぎたもの：30件" in mail.outbox[0].body


# Once


@pytest.mark.parametrize("wish", ["weekly", "due"])
def test_a_second_run_sends_nothing_twice(wish, late, clinic, clerk, asks):
    asks(clerk, clinic, wish)
    assert [remind(NOW + hours * timedelta(hours=1)).sent for hours in (0, 0, 1, 12)] == [1, 0, 0, 0]


def test_a_week_has_one_mail_and_the_next_another(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    assert [remind(NOW + day * DAY).sent for day in range(13)] == [1, *[0] * 4, 1, *[0] * 6, 1]


def test_each_deadline_is_told_when_it_comes_near_and_when_it_has_passed(late, clinic, clerk, asks):
    asks(clerk, clinic, "due")
    days = [day for day in range(60) if remind(NOW + day * DAY).sent]
    assert days == [0, 4, 33, 41]  # all at once; 7⑤ late; 8① near; 8① late


def test_a_new_day_of_an_old_plan_is_news(late, clinic, clerk, director, answer, asks):
    asks(clerk, clinic, "due")
    remind(NOW)
    answer("8-1").record(2, by=director, due_on=(NOW + 2 * DAY).date())
    assert [remind(NOW + DAY).sent, remind(NOW + DAY).sent] == [1, 0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wish", ["weekly", "due"])
def test_runs_at_the_same_moment_send_one_mail(wish, edition, late, clinic, clerk, asks, in_threads):
    asks(clerk, clinic, wish)
    assert sum(in_threads(4, lambda _: remind(NOW).sent)) == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(("wish", "following"), [("weekly", 12), ("due", 33)])
def test_a_clock_that_is_set_back_mails_nothing_until_it_has_caught_up(
    wish, following, late, clinic, clerk, asks
):
    asks(clerk, clinic, wish)
    assert remind(NOW + 5 * DAY).sent == 1
    assert [remind(NOW - back * DAY).sent for back in range(30)] == [0] * 30
    assert next(day for day in range(60) if remind(NOW + day * DAY).sent) == following


def test_a_clock_that_ran_years_ahead_silences_nobody(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    remind(NOW + 5000 * DAY)
    assert remind(NOW).sent == 1


# A server that fails


def test_a_refused_mail_is_tried_again_and_the_others_go_once(late, clinic, clerk, reader, asks, refuses):
    asks(clerk, clinic, "weekly")
    asks(reader, clinic, "weekly")
    refuses(clerk.email, smtplib.SMTPRecipientsRefused({clerk.email: (550, b"no")}))
    tally = remind(NOW)
    assert (tally.sent, dict(tally.failed), sent_to()) == (1, {"SMTPRecipientsRefused": 1}, [reader.email])
    refuses(clerk.email, None)
    assert [remind(NOW + DAY).sent, remind(NOW + DAY).sent] == [1, 0]
    assert sent_to() == [clerk.email, reader.email]


def test_a_server_out_of_reach_is_tried_three_times(late, clinic, asks, refuses):
    for number in range(5):
        user = join(person(f"職員{number}", f"p{number}@midori.example"), clinic, "viewer")
        asks(user, clinic, "weekly")
        refuses(user.email, ConnectionRefusedError(111, f"p{number}@midori.example"))
    tally = remind(NOW)
    assert (tally.sent, tally.failed.total(), tally.gave_up) == (0, 3, True)


def test_addresses_that_are_refused_stop_nobody_behind_them(late, clinic, clerk, asks, refuses):
    for number in range(4):
        user = join(person(f"職員{number}", f"p{number}@midori.example"), clinic, "viewer")
        asks(user, clinic, "weekly")
        refuses(user.email, smtplib.SMTPRecipientsRefused({}))
    asks(clerk, clinic, "weekly")
    assert (remind(NOW).sent, sent_to()) == (1, [clerk.email])


def test_a_run_that_died_between_claim_and_mail_is_made_up_for_after_an_hour(late, clinic, clerk, asks):
    asks(clerk, clinic, "due")
    member, found = next(due_now(NOW))
    Reminder.claim(member, "2026-11-18", found.marks, NOW)
    hours = [remind(NOW + minutes * timedelta(minutes=1)).sent for minutes in (0, 59, 61, 62)]
    assert hours == [0, 0, 1, 0]


# Cost


def test_a_clinic_costs_the_same_for_one_member_and_ten(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    list(due_now(NOW))
    with at_most(28):
        assert len(list(due_now(NOW))) == 1
    for number in range(9):
        asks(join(person("職員", f"p{number}@midori.example"), clinic, "viewer"), clinic, "weekly")
    with at_most(28):
        assert len(list(due_now(NOW))) == 10


def test_a_clinic_that_was_told_costs_three_queries(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    remind(NOW)
    with at_most(3):
        assert remind(NOW).sent == 0


def test_old_digests_are_forgotten(late, clinic, clerk, asks):
    asks(clerk, clinic, "weekly")
    for weeks in range(0, 70, 10):
        remind(NOW + weeks * 7 * DAY)
    assert Reminder.objects.count() == 6


# The command


def told(*words: str) -> str:
    out = StringIO()
    call_command("remind", *words, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def overdue(clinic, director, clerk, answer, asks):
    """As of the real today."""
    day = {"plan": "頼む", "due_on": timezone.localdate() - DAY}
    answer("9-1").record(1, by=director, status="open", **day)
    asks(clerk, clinic, "weekly")


def test_the_command_counts_and_sends(overdue):
    assert [told("--dry-run"), told("--dry-run"), len(mail.outbox)] == ["Reminders to send: 1"] * 2 + [0]
    assert [told(), told()] == ["Reminders sent: 1, not taken: 0", "Reminders sent: 0, not taken: 0"]
    assert told("--dry-run") == "Reminders to send: 0"


def test_without_a_mail_server_the_command_says_so(overdue, settings):
    settings.EMAIL_HOST = ""
    assert told() == "EMAIL_HOST is not set: this installation sends no mail."
    assert (mail.outbox, Reminder.objects.count()) == ([], 0)


def test_a_failure_ends_with_an_error_that_names_no_address(overdue, clerk, refuses):
    refuses(clerk.email, smtplib.SMTPRecipientsRefused({clerk.email: (550, b"no")}))
    with pytest.raises(CommandError) as refusal:
        told()
    assert str(refusal.value) == "Reminders sent: 0, not taken: 1 (SMTPRecipientsRefused 1)"
    assert refusal.value.returncode == 1
