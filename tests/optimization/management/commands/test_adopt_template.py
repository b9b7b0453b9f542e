"""`manage.py adopt_template`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from optimization.models import Rule
from optimization.rules.templates import TEMPLATES
from tests.factories.metaads import AdAccountFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("adopt_template", *arguments, stdout=out)
    return out.getvalue()


def test_without_a_name_it_lists_the_templates() -> None:
    assert "zero_conversions" in run()
    assert not Rule.objects.exists()


def test_all_templates_for_all_accounts_one_rule_per_currency() -> None:
    AdAccountFactory(currency="EUR")
    AdAccountFactory(currency="JPY")
    owner = UserFactory(username="ann")
    run("--all", "--activate", "--user", "ann")
    assert Rule.objects.filter(active=True, owner=owner).count() == 2 * len(TEMPLATES)
    run("--all", "--activate", "--user", "ann")
    assert Rule.objects.count() == 2 * len(TEMPLATES)


def test_a_rule_stays_off_unless_asked() -> None:
    account = AdAccountFactory()
    AdAccountFactory()
    assert "(off)" in run("scale_winners", "--account", f"act_{account.meta_id}")
    assert list(Rule.objects.get().accounts.all()) == [account]


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("scale_winners", "--account", "1"), ("scale_winners", "--user", "nobody")],
)
def test_what_does_not_exist_is_named(arguments: tuple[str, ...]) -> None:
    AdAccountFactory()
    with pytest.raises(CommandError):
        run(*arguments)
    assert not Rule.objects.exists()


def test_without_an_account_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="connect_account"):
        run("--all")
