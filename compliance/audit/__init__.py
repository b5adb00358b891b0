"""操作記録: who did what when. One chain for each clinic and one for the site, append-only.

chain.py the entry and its seal; recording.py writes; heads.py keeps each chain's end outside the table; checking.py reads
a chain and says where it is broken; triggers.py lets the database refuse what the product never does.
"""

from compliance.audit.chain import SITE, AuditEntry
from compliance.audit.checking import Verdict, broken_links, check, check_all, restate
from compliance.audit.heads import PRINTED, Head
from compliance.audit.recording import hold, record, writing

__all__ = [
    "PRINTED",
    "SITE",
    "AuditEntry",
    "Head",
    "Verdict",
    "broken_links",
    "check",
    "check_all",
    "hold",
    "record",
    "restate",
    "writing",
]
