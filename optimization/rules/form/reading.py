"""What a browser sent -> draft. Nothing is refused here; garbage becomes an odd draft that the schema explains."""

from collections.abc import Iterable, Sequence

from django.http import QueryDict

from optimization.operators import OPERATORS
from optimization.operators.values.inputs import Input
from optimization.rules.form.draft import ActionDraft, Draft, GroupDraft, LeafDraft, MetricDraft
from optimization.rules.form.filling import JSON
from optimization.rules.form.flat import FLAT, Flat
from optimization.rules.form.of_model import inputs_of

MOST_NODES, DEEPEST, MOST_STEPS = 450, 40, 30
VALUES = ("term", "terms", "text", "texts")
WHERE_VALUES = ("", "[0]", "value")
LINED = frozenset({"filters.campaign_ids", "filters.parent_ids", "filters.tags", "filters.without_tags"})
"""Lists that are written into one control, apart by commas or line ends."""


def read(query: QueryDict) -> Draft:
    """`tree` lists the nodes in reading order: `(n1` opens a group, `n2` is a condition, `)` closes a group."""
    if "whole" in query:
        return Draft(whole=query.get("whole"))
    draft = Draft(flat={one.path: found for one in FLAT if (found := _flat(one, query))})
    draft.root = _tree(query)
    draft.bare = query.get("bare") == "1"
    draft.actions = [_action(key, query) for key in _keys(query, "action", "a")]
    draft.metrics = [
        MetricDraft(key, query.get(f"{key}-name", ""), query.get(f"{key}-formula", ""))
        for key in _keys(query, "metric", "m")
    ]
    return draft


def _keys(query: QueryDict, name: str, letter: str) -> Iterable[str]:
    keys = [key for key in query.getlist(name) if _is_key(key, letter)]
    return list(dict.fromkeys(keys))[:MOST_STEPS]


def _is_key(text: str, letter: str) -> bool:
    return text.startswith(letter) and text[1:].isascii() and text[1:].isdigit() and len(text) < 7


def _flat(one: Flat, query: QueryDict) -> list[str]:
    texts = query.getlist(f"d.{one.path}")
    if one.path in LINED:
        texts = [part.strip() for text in texts for part in text.replace(",", "\n").splitlines()]
    kept = [text for text in texts if text.strip()]
    return list(dict.fromkeys(kept)) if one.many else kept[-1:]


def _tree(query: QueryDict) -> GroupDraft:
    root: GroupDraft | None = None
    open_groups: list[GroupDraft] = []
    for mark in query.getlist("tree")[:MOST_NODES]:
        key = mark.removeprefix("(")
        if mark == ")":
            open_groups[1:] = open_groups[1:-1]
        elif not _is_key(key, "n"):
            continue
        elif root is None:
            root = _group(key, query)
            open_groups.append(root)
        elif mark != key and len(open_groups) < DEEPEST:
            group = _group(key, query)
            open_groups[-1].nodes.append(group)
            open_groups.append(group)
        elif mark == key:
            open_groups[-1].nodes.append(_leaf(key, query))
    return root or GroupDraft("n0", nodes=[LeafDraft("n1")])


def _negated(key: str, query: QueryDict) -> int:
    text = query.get(f"{key}-not", "")
    return min(int(text), 9) if text.isascii() and text.isdigit() else 0


def _group(key: str, query: QueryDict) -> GroupDraft:
    return GroupDraft(key, query.get(f"{key}-match") != "any", [], _negated(key, query))


def _leaf(key: str, query: QueryDict) -> LeafDraft:
    raw = query.get(f"{key}-raw") == "1"
    operator = query.get(f"{key}-operator", ">")
    known = OPERATORS.get(operator)
    texts = _texts(f"{key}-v", query)
    leaf = LeafDraft(
        key, query.get(f"{key}-field", ""), query.get(f"{key}-window", ""), operator, texts, _negated(key, query), raw
    )
    shown = query.get(f"{key}-shown", operator)
    if shown != operator:
        leaf.raw = False
        leaf.texts = _carried(texts, known.inputs if known else ())
    return leaf


def _carried(texts: dict[str, str], wanted: Sequence[Input]) -> dict[str, str]:
    """After a change of the operator: what has its place keeps it, another value goes to the first free one of its
    kind, so that "target_cpa * 2" outlives the change of what it is compared by."""
    kept = {one.key: texts[one.key] for one in wanted if one.key in texts}
    free = [one.key for one in wanted if one.key not in kept and one.reads in VALUES]
    left = [text for key, text in texts.items() if key not in kept and key in WHERE_VALUES and text]
    return {**kept, **dict(zip(free[:1], left[:1], strict=False))}


def _texts(prefix: str, query: QueryDict) -> dict[str, str]:
    """A checkbox stands behind an empty text of its name, so the last one counts."""
    return {
        name.removeprefix(prefix): query.getlist(name)[-1].replace("\r\n", "\n")
        for name in query
        if name.startswith(prefix)
    }


def _action(key: str, query: QueryDict) -> ActionDraft:
    kind = query.get(f"{key}-kind", "")
    raw = query.get(f"{key}-raw") == "1" and query.get(f"{key}-shown", kind) == kind
    known = {one.key for one in ((JSON,) if raw else inputs_of(kind))}
    texts = {name: text for name, text in _texts(f"{key}-p", query).items() if name in known}
    return ActionDraft(key, kind, texts, query.get(f"{key}-timed", ""), query.get(f"{key}-hours", "").strip(), raw)
