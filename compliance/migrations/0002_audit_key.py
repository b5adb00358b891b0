"""操作記録 gets a key of its own: v0.5 sealed its entries with SECRET_KEY.

Each chain is sealed anew up to its first broken entry, so that what was broken before stays broken. The ends of the
chains are stated outside the table. The code is this migration's own copy of how v0.5 sealed.
"""

import hashlib
import hmac
import json

from django.conf import settings
from django.db import migrations, transaction


def seal(entry, previous: str, key: str) -> str:
    content = [entry.clinic_id, entry.sequence, entry.at.isoformat(), entry.actor_id, entry.actor_name]
    content += [entry.action, entry.target, entry.detail, previous]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(',', ':'))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def seal_anew(apps, schema_editor):
    entries = apps.get_model('compliance', 'AuditEntry').objects.using(schema_editor.connection.alias)
    for clinic_id in list(entries.values_list('clinic_id', flat=True).distinct()):
        chain = entries.filter(clinic_id=clinic_id).order_by('sequence')
        sealed = list(sealed_anew(chain))
        entries.bulk_update(sealed, ['previous', 'digest'], batch_size=200)
        last = chain.last()
        transaction.on_commit(lambda head=(clinic_id, last.sequence, last.digest): state(*head))


def sealed_anew(chain):
    """The entries up to the first that v0.5 would have called broken, with their new digests."""
    expected, old, new = 1, '', ''
    for entry in chain:
        whole = (entry.sequence, entry.previous) == (expected, old)
        if not whole or entry.digest != seal(entry, old, settings.SECRET_KEY):
            return
        expected, old = expected + 1, entry.digest
        entry.previous, entry.digest = new, seal(entry, new, settings.AUDIT_KEY)
        new = entry.digest
        yield entry


def state(clinic_id: int, sequence: int, digest: str):
    from compliance.audit import heads

    heads.forget(clinic_id)
    heads.advance(heads.Head(clinic_id, sequence, digest))


class Migration(migrations.Migration):
    dependencies = [('compliance', '0001_initial')]
    operations = [migrations.RunPython(seal_anew, migrations.RunPython.noop, elidable=False)]
