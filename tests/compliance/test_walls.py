"""The second wall. On SQLite there is none, and nothing is asked of the database for it."""

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checklist import sample
from checklist.models import Assessment
from compliance import policies, walls
from compliance.audit import AuditEntry
from compliance.models import Clinic, Invitation, Membership, TypedInput
from tests.web import at, browser
from vendors.models import System, Vendor

pytestmark = pytest.mark.django_db
POSTGRES = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL has row-level security"
)
TENANTS = sorted(policies.tenants(), key=lambda model: model.__name__)


@pytest.fixture
def neighbour(edition) -> Clinic:
    """The sample, which has rows of nearly every kind."""
    return sample.seed(timezone.localdate())


@pytest.fixture
def inside(clinic, director):
    """A transaction of the clinic's director."""
    with walls.within(user=director.pk, clinic=clinic.pk):
        yield


@POSTGRES
def test_every_table_of_a_clinic_has_its_wall():
    assert policies.missing() == []


@POSTGRES
def test_a_wall_that_was_taken_away_is_missed_and_stands_again_after_a_migrate():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vendors_system NO FORCE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY own_clinic ON vendors_vendor")
    assert policies.missing() == ["vendors_system", "vendors_vendor"]
    call_command("migrate", verbosity=0)
    assert policies.missing() == []


@POSTGRES
def test_walls_are_built_for_the_tables_that_stand():
    with connection.cursor() as cursor:
        for table in ("compliance_auditentry", "vendors_vendor"):
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    policies.build()
    assert policies.missing() == ["compliance_auditentry", "vendors_vendor"]


@POSTGRES
def test_whoever_may_not_pass_every_wall_is_told_from_who_may():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")
        if cursor.fetchone() != (True,):
            pytest.skip("only a superuser may speak for others")
        assert policies.bypassed()
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {walls.APP}")
        assert not policies.bypassed()


@POSTGRES
def test_nothing_is_seen_before_a_clinic_is_named(neighbour, clinic):
    with walls.within():
        seen = {model.__name__: model.objects.count() for model in [*TENANTS, Clinic]}
    site = AuditEntry.objects.filter(clinic_id=0).count()
    assert {name: count for name, count in seen.items() if count} == ({"AuditEntry": site} if site else {})


@POSTGRES
@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model.__name__)
def test_only_the_rows_of_the_named_clinic_are_seen(neighbour, inside, clinic, model):
    assert set(model.objects.values_list("clinic_id", flat=True)) <= {clinic.pk, 0}


@POSTGRES
def test_the_neighbour_has_rows_behind_most_walls(neighbour):
    """Else the test above would say little."""
    bare = {model.__name__ for model in TENANTS if not model.objects.filter(clinic_id=neighbour.pk).exists()}
    assert bare == {
        "Confirmation",
        "DisclosureRequest",
        "EarlierFile",
        "Invitation",
        "Reminder",
        "Report",
        "WorkbookUpload",
    }


@POSTGRES
def test_rows_of_another_clinic_are_neither_changed_nor_deleted(neighbour, inside):
    assert System.objects.filter(clinic_id=neighbour.pk).update(name="取った") == 0
    assert Clinic.objects.filter(pk=neighbour.pk).update(name="取った") == 0
    assert Membership.objects.filter(clinic_id=neighbour.pk).delete() == (0, {})


@POSTGRES
def test_no_row_is_put_into_another_clinic(neighbour, inside, director):
    for put in (
        lambda: Vendor.objects.create(clinic=neighbour, name="よその社"),
        lambda: Membership.objects.create(clinic=neighbour, user=director, role="admin"),
        lambda: Clinic.objects.create(name="新しい院"),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            put()


@POSTGRES
def test_a_row_is_not_moved_into_another_clinic(neighbour, clinic, director):
    vendor = Vendor.objects.create(clinic=clinic, name="うちの社")
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with walls.within(clinic=clinic.pk), refused, transaction.atomic():
        Vendor.objects.filter(pk=vendor.pk).update(clinic=neighbour)


@POSTGRES
@pytest.mark.parametrize("role", [walls.within, walls.as_server], ids=["app", "server"])
@pytest.mark.parametrize(
    "verb", ["UPDATE compliance_auditentry SET actor_name = 'x'", "DELETE FROM compliance_auditentry"]
)
def test_no_role_of_ours_may_change_the_audit_entries(clinic, role, verb):
    refused = pytest.raises(ProgrammingError, match="permission denied")
    with role(), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


@POSTGRES
def test_the_role_of_requests_changes_no_table(inside):
    for line in ("CREATE TABLE mine (id int)", "ALTER TABLE vendors_system DISABLE ROW LEVEL SECURITY",
                 "DROP POLICY own_clinic ON vendors_system", "TRUNCATE vendors_system CASCADE"):  # fmt: skip
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(line)


@POSTGRES
def test_a_person_sees_the_own_memberships_and_clinics_before_any_is_chosen(
    clinic, other_clinic, both, neighbour
):
    with walls.within(user=both.pk):
        assert set(Membership.objects.values_list("clinic_id", flat=True)) == {clinic.pk, other_clinic.pk}
        assert set(Clinic.objects.values_list("pk", flat=True)) == {clinic.pk, other_clinic.pk}
        assert Assessment.objects.count() == 0


@POSTGRES
def test_a_link_opens_one_row_and_its_clinic(clinic, director, other_clinic, other_director):
    _, token = Invitation.make(clinic, by=director, email="new@midori.example", role="viewer")
    Invitation.make(other_clinic, by=other_director, email="new@sakura.example", role="viewer")
    with walls.within():
        assert Invitation.objects.count() == 0
        assert Invitation.objects.of_token(token).clinic == clinic
        assert set(Clinic.objects.values_list("pk", flat=True)) == {clinic.pk}


@POSTGRES
def test_what_was_typed_is_seen_by_its_writer_alone(director, both):
    TypedInput.keep(director.pk, "/c/a/", {"note": ["診療のあと"]})
    with walls.within(user=both.pk):
        assert TypedInput.objects.count() == 0
    with walls.within(user=director.pk):
        assert TypedInput.objects.count() == 1


@POSTGRES
def test_a_request_leaves_no_name_behind(clinic, director):
    assert browser(director).get(at("clinic_home", clinic)).status_code == 200
    assert walls._read() == walls._NOTHING


@POSTGRES
def test_what_looks_across_clinics_does_so_only_as_long_as_it_says(neighbour, inside):
    assert not Clinic.objects.filter(pk=neighbour.pk).exists()
    with walls.as_server():
        assert Clinic.objects.filter(pk=neighbour.pk).exists()
    assert not Clinic.objects.filter(pk=neighbour.pk).exists()


@POSTGRES
def test_a_failure_across_clinics_leaves_the_wall_standing(neighbour, inside):
    with pytest.raises(ProgrammingError), walls.as_server(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing_of_this_name")
    assert not Clinic.objects.filter(pk=neighbour.pk).exists()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has walls")
def test_a_database_without_walls_is_asked_nothing(clinic, director):
    with CaptureQueriesContext(connection) as asked, walls.within(user=director.pk, clinic=clinic.pk):
        walls.enter(clinic.pk)
        walls.meet(director.pk)
        walls.enter_by(Invitation.objects, token_hash="x")
        with walls.as_server(), walls.as_owner():
            pass
    assert len(asked) == 0
