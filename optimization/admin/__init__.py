"""Django admin of all apps. What a person may change is saved through a door that writes the ledger."""

from optimization.admin import ledger, meta, notices, observed, others, queue, rules, safety

__all__ = ["ledger", "meta", "notices", "observed", "others", "queue", "rules", "safety"]
