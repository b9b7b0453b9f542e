"""One account with facts that nobody can show properly must not take the pages away from everybody."""

import pytest
from django.test import Client

from metaads.models import AdAccount
from tests.optimization.views.conftest import MakeAction


@pytest.mark.parametrize("facts", [{"timezone_name": "Foo/Bar"}, {"timezone_name": ""}, {"currency": "XXX"}])
def test_the_pages_open_with_an_unknown_zone_or_currency(
    page: Client, euro: AdAccount, make_action: MakeAction, facts: dict[str, str]
) -> None:
    action = make_action(euro)
    AdAccount.objects.filter(pk=euro.pk).update(**facts)
    for path in ("/", "/actions/", f"/actions/{action.public_id}/", "/stop/"):
        assert page.get(path).status_code == 200, path
