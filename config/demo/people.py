"""Who is in the demo: one person per role, with passwords made for this installation."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import User

from config.demo.environment import write_secret
from metaads.models import AdAccount, Membership, Role


@dataclass(frozen=True)
class Person:
    """`role` None = installation administrator."""

    name: str
    role: Role | None
    what: str


PEOPLE = (
    Person("demo-admin", None, "administrator: everything, and /admin/"),
    Person("demo-buyer", Role.MANAGER, "media buyer: decides and undoes in every account"),
    Person("demo-viewer", Role.VIEWER, "analyst: looks, changes nothing"),
)


def passwords(home: Path) -> dict[str, str]:
    """User name -> password, made once and kept beside the demo's database for its owner's eyes."""
    path = home / "logins.json"
    if not path.exists():
        write_secret(path, json.dumps({person.name: secrets.token_urlsafe(9) for person in PEOPLE}))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def settle(accounts: Sequence[AdAccount], home: Path) -> dict[str, User]:
    """Makes the users and their memberships; safe to repeat."""
    users = {}
    for person in PEOPLE:
        user, new = User.objects.get_or_create(
            username=person.name,
            defaults={"email": f"{person.name}@demo.example", "is_staff": person.role is None},
        )
        if new:
            user.is_superuser = person.role is None
            user.set_password(passwords(home)[person.name])
            user.save()
        if person.role:
            for account in accounts:
                Membership.objects.get_or_create(user=user, account=account, defaults={"role": person.role})
        users[person.name] = user
    return users
