"""Django admin of all apps. What a person may change is saved through a door that writes the ledger."""

from django.contrib import admin

from optimization.admin import (
    calendar,
    connection,
    fetching,
    files,
    goals,
    jobs,
    ledger,
    life_cycle,
    limits,
    locks,
    meta,
    notices,
    observed,
    optimizer,
    others,
    outside,
    queue,
    rules,
    safety,
    trial,
    trust,
)

# The product's own navigation stands there; the tables need the room.
admin.site.enable_nav_sidebar = False
admin.site.index_title = "Admin"

__all__ = [
    "calendar",
    "connection",
    "fetching",
    "files",
    "goals",
    "jobs",
    "ledger",
    "life_cycle",
    "limits",
    "locks",
    "meta",
    "notices",
    "observed",
    "optimizer",
    "others",
    "outside",
    "queue",
    "rules",
    "safety",
    "trial",
    "trust",
]
