"""Locking and releasing in admin: the service decides, object by object."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from metaads.models import Ad, Role
from optimization.models import EntityLock
from tests.factories.metaads import AdFactory, MembershipFactory, UserFactory
from tests.optimization.views.conftest import signed_in

pytestmark = pytest.mark.django_db
LOCKS = "/admin/optimization/entitylock/"


@pytest.fixture
def ad() -> Ad:
    made: Ad = AdFactory.create()
    return made


def staff(ad: Ad, role: Role) -> Client:
    user: User = UserFactory.create(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_ad", "view_adset", "view_entitylock"]))
    MembershipFactory.create(user=user, account=ad.account, role=role)
    return signed_in(user)


def post(client: Client, path: str, action: str, pk: int, reason: str = "") -> str:
    data = {"action": action, "_selected_action": [pk], "reason": reason}
    return client.post(path, data, follow=True).content.decode()


def test_a_manager_locks_and_releases(ad: Ad) -> None:
    client = staff(ad, Role.MANAGER)
    assert "Locked: 1." in post(client, "/admin/metaads/ad/", "lock_selected", ad.pk, "Legal looks at it")
    held = EntityLock.objects.get()
    assert (held.level, held.entity_id, held.reason, held.until) == ("ad", ad.meta_id, "Legal looks at it", None)
    assert "Released: 1." in post(client, LOCKS, "release_selected", held.pk)
    held.refresh_from_db()
    assert held.released_at is not None


def test_without_a_reason_nothing_is_locked(ad: Ad) -> None:
    text = post(staff(ad, Role.MANAGER), "/admin/metaads/ad/", "lock_selected", ad.pk)
    assert "Reason: say why" in text
    assert not EntityLock.objects.exists()


def test_a_viewer_on_the_staff_locks_nothing(ad: Ad) -> None:
    text = post(staff(ad, Role.VIEWER), "/admin/metaads/adset/", "lock_selected", ad.ad_set.pk, "No")
    assert "for managers" in text
    assert not EntityLock.objects.exists()
