"""Django admin of all apps. What a person may change is saved through a door that writes the ledger."""

from django.contrib import admin

from optimization.admin import ledger, meta, notices, observed, others, queue, rules, safety

# The product's own navigation stands there; the tables need the room.
admin.site.enable_nav_sidebar = False
admin.site.index_title = "Admin"

__all__ = ["ledger", "meta", "notices", "observed", "others", "queue", "rules", "safety"]
