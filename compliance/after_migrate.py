"""What is built anew after every migrate, because a migration may have taken it away."""

from compliance import policies
from compliance.audit import triggers


def after_migrate(**kwargs) -> None:
    """The walls between clinics (PostgreSQL), and what keeps 操作記録 from being changed."""
    policies.build()
    triggers.install()
