"""What the executor could not settle, a person does on the action's page."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from metaads.models import AdSet, Role
from optimization.models import Action, Status

Propose = Callable[..., Action]
Member = Callable[..., User]


def test_the_page_asks_and_its_door_settles(
    local_ad_set: AdSet, propose_budget: Propose, member: Member, client: Client
) -> None:
    stuck = propose_budget(local_ad_set, 8000, status=Status.NEEDS_PERSON)
    client.force_login(member(stuck.account))
    page = client.get(f"/actions/{stuck.public_id}/").content.decode()
    assert "It is in effect" in page
    client.post(f"/actions/{stuck.public_id}/resolve/", {"seen": "not_in_effect", "note": "still 100.00"})
    stuck.refresh_from_db()
    assert stuck.status == Status.FAILED


def test_a_viewer_is_neither_asked_nor_heard(
    local_ad_set: AdSet, propose_budget: Propose, member: Member, client: Client
) -> None:
    stuck = propose_budget(local_ad_set, 8000, status=Status.NEEDS_PERSON)
    client.force_login(member(stuck.account, Role.VIEWER))
    assert "It is in effect" not in client.get(f"/actions/{stuck.public_id}/").content.decode()
    answer = client.post(f"/actions/{stuck.public_id}/resolve/", {"seen": "in_effect", "note": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"note": "Meta shows 100.00"}, "Say whether the change is in effect at Meta."),
        ({"note": "  ", "seen": "in_effect"}, "Say what you saw at Meta."),
    ],
)
def test_what_is_missing_is_said_and_the_note_stays(
    local_ad_set: AdSet, propose_budget: Propose, member: Member, client: Client, posted: dict[str, str], words: str
) -> None:
    stuck = propose_budget(local_ad_set, 8000, status=Status.NEEDS_PERSON)
    client.force_login(member(stuck.account))
    answer = client.post(f"/actions/{stuck.public_id}/resolve/", posted)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert words in text
    assert f'name="note" value="{posted["note"]}"' in text
    assert "It is in effect" in text


def test_who_comes_second_reads_who_was_first_and_keeps_the_note(
    local_ad_set: AdSet, propose_budget: Propose, member: Member, client: Client
) -> None:
    settled = propose_budget(local_ad_set, 8000, status=Status.FAILED)
    client.force_login(member(settled.account))
    answer = client.post(f"/actions/{settled.public_id}/resolve/", {"seen": "in_effect", "note": "I saw 80.00"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "It is already failed." in text
    assert "You had written: “I saw 80.00”" in text
