"""Who did what: one append-only row for each act of an administrator or of the system."""

from typing import Any

from skeletal.models import AuditDetail, AuditLog


def record(
    action: str,
    *,
    resource_type: str,
    resource_id: int,
    admin_id: int | None = None,
    changes: dict[str, Any] | None = None,
    ip_address: str | None = None,
    note: str = "",
) -> int:
    """Write the audit row inside the caller's transaction and return its id.

    `changes` holds ids and codes only; `ip_address` and `note` go to the erasable side table.
    """
    row = AuditLog.objects.create(
        action=action,
        resource_type=resource_type,
        resource_id=resource_id,
        admin_id=admin_id,
        changes=changes or {},
    )
    if ip_address or note:
        AuditDetail.objects.create(audit_log=row, ip_address=ip_address, note=note)
    return row.id
