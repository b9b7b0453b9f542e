"""Tags: kept in small letters, a column of the table, and as they were known then."""

from datetime import timedelta

import pytest

from intelligence.metrics.catalog import column, resolve
from intelligence.metrics.states import keep_states
from intelligence.metrics.table import build_frame
from intelligence.metrics.tags import BadTag, known_tags, packed, set_tags, tags_of, unpacked
from metaads.models import AdSet, Level
from tests.factories.metaads import AdSetFactory
from tests.factories.optimization import NOW

pytestmark = pytest.mark.django_db
TAGS = resolve("tags")


@pytest.fixture
def sets() -> list[AdSet]:
    first: AdSet = AdSetFactory.create()
    return [first, AdSetFactory.create(campaign=first.campaign)]


def test_tags_are_kept_in_small_letters_once_and_sorted(sets: list[AdSet]) -> None:
    one = sets[0]
    assert set_tags(one.account, Level.AD_SET, one.meta_id, ["  Sale  2026 ", "brand", "BRAND"]) == [
        "brand",
        "sale 2026",
    ]
    assert set_tags(one.account, Level.AD_SET, one.meta_id, ["brand", "new"]) == ["brand", "new"]
    assert tags_of(one.account, Level.AD_SET, one.meta_id) == ["brand", "new"]
    assert known_tags(one.account) == ["brand", "new"]
    assert set_tags(one.account, Level.AD_SET, one.meta_id, []) == []


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ([" "], "at least one letter"),
        (["a,b"], "without comma"),
        (["a|b"], "without comma"),
        (["a\x00b"], "without comma"),
        (["x" * 41], "at most 40"),
        ([f"tag {i}" for i in range(21)], "at most 20"),
    ],
)
def test_a_tag_that_cannot_be_is_refused(sets: list[AdSet], tags: list[str], words: str) -> None:
    with pytest.raises(BadTag, match=words):
        set_tags(sets[0].account, Level.AD_SET, sets[0].meta_id, tags)
    assert known_tags(sets[0].account) == []


@pytest.mark.parametrize(("level", "entity_id"), [("ad", "1"), ("adset", ""), ("nonsense", "1"), ("adset", "404")])
def test_only_what_is_there_can_be_tagged(sets: list[AdSet], level: str, entity_id: str) -> None:
    with pytest.raises(BadTag):
        set_tags(sets[0].account, level, entity_id, ["brand"])


def test_the_table_holds_them_and_untagged_is_known(sets: list[AdSet]) -> None:
    one = sets[1]
    set_tags(one.account, Level.AD_SET, one.meta_id, ["brand", "sale"])
    frame = build_frame(one.account, Level.AD_SET, NOW)
    held = dict(zip(frame.ids.tolist(), column(frame, TAGS).tolist(), strict=True))
    assert held == {sets[0].meta_id: "|", one.meta_id: "|brand|sale|"}


def test_a_table_of_then_has_the_tags_of_then(sets: list[AdSet]) -> None:
    one = sets[0]
    set_tags(one.account, Level.AD_SET, one.meta_id, ["before"])
    keep_states(one.account, NOW)
    set_tags(one.account, Level.AD_SET, one.meta_id, ["after"])
    keep_states(one.account, NOW + timedelta(hours=1))
    found = []
    for known_at in (NOW + timedelta(minutes=30), NOW + timedelta(hours=2)):
        frame = build_frame(one.account, Level.AD_SET, known_at, known_at)
        found.append(column(frame, TAGS)[frame.ids.tolist().index(one.meta_id)])
    assert found == ["|before|", "|after|"]


def test_packing_is_undone_by_unpacking() -> None:
    assert [unpacked(packed(tags)) for tags in ([], ["b", "a"])] == [[], ["a", "b"]]
    assert unpacked("") == []
