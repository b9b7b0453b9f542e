"""Reading objects: which kind a node is, its asked fields, and edges nested in braces."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from metaads.sandbox.graph import known, pixels, rules
from metaads.sandbox.graph.call import Call
from metaads.sandbox.graph.errors import missing
from metaads.sandbox.graph.nodes import account, ad, ad_set, campaign, creative
from metaads.sandbox.graph.selection import Wanted
from metaads.sandbox.graph.view import View
from metaads.sandbox.world.account import Account
from metaads.sandbox.world.native_rules import PREFIX, NativeRule, account_number
from metaads.sandbox.world.nodes import Ad, AdSet, Campaign, Creative
from metaads.sandbox.world.world import World


@dataclass(frozen=True)
class Kind:
    """Readable fields of a node type; `names` are those that Meta knows, `fields` those with data here."""

    label: str
    names: frozenset[str]
    fields: dict[str, Callable[..., Any]]
    default: tuple[str, ...] = ("id",)


ACCOUNT = Kind("AdAccount", known.AD_ACCOUNT, account.FIELDS, ("id", "account_id"))
PIXEL = Kind("AdsPixel", known.PIXEL, pixels.PIXEL_FIELDS)
KINDS: dict[type, Kind] = {
    Campaign: Kind("Campaign", known.CAMPAIGN, campaign.FIELDS),
    AdSet: Kind("AdSet", known.AD_SET, ad_set.FIELDS),
    Ad: Kind("Ad", known.AD, ad.FIELDS),
    Creative: Kind("AdCreative", known.CREATIVE, creative.FIELDS),
    NativeRule: Kind("AdRule", known.AD_RULE, rules.FIELDS),
}
Expand = Callable[["Target", str, Call], dict[str, Any]]


@dataclass(frozen=True)
class Target:
    """A node of the graph: an account (`node` None), its pixel, one of its objects or rules."""

    view: View
    kind: Kind
    node: Campaign | AdSet | Ad | Creative | NativeRule | None = None


def find(world: World, object_id: str, now: int) -> Target:
    """The node with this id, else error 100/33."""
    owner = owner_of(world, object_id)
    if owner is None:
        raise missing(object_id)
    view = View(world, owner, now)
    if object_id in world.named:
        return Target(view, PIXEL if object_id == owner.pixel else ACCOUNT)
    if object_id in world.found:
        node = world.found[object_id][1]
        return Target(view, KINDS[type(node)], node)
    for rule in owner.rules:
        if rule.id == object_id:
            return Target(view, KINDS[NativeRule], rule)
    raise missing(object_id)


def owner_of(world: World, object_id: str) -> Account | None:
    """The account that an id belongs to: its own, its pixel's, or that of one of its objects or rules."""
    if object_id in world.named:
        return world.named[object_id]
    if object_id in world.found:
        return world.found[object_id][0]
    if object_id.startswith(PREFIX) and object_id.isdigit() and account_number(object_id) < len(world.accounts):
        return world.accounts[account_number(object_id)]
    return None


def render(target: Target, wanted: Iterable[Wanted], call: Call, expand: Expand) -> dict[str, Any]:
    """The asked fields that have a value, and `id` always. A field that Meta does not know is error 100."""
    out: dict[str, Any] = {}
    for one in wanted:
        value = _value(target, one, call, expand)
        if value is not None:
            out[one.name] = value
    out.setdefault("id", _read(target, "id"))
    return out


def _read(target: Target, name: str) -> Any:
    reader = target.kind.fields.get(name)
    if reader is None:
        return None
    return reader(target.view) if target.node is None else reader(target.view, target.node)


def _value(target: Target, one: Wanted, call: Call, expand: Expand) -> Any:
    parent = _parent(target, one.name)
    if parent is not None:
        return render(parent, one.inside or (Wanted("id"),), call, expand)
    if one.name in target.kind.names:
        return _read(target, one.name)
    return expand(target, one.name, _nested(target, one, call))


def _parent(target: Target, name: str) -> Target | None:
    """Objects that a field names: an ad's creative, ad set and campaign, an ad set's campaign."""
    view, node = target.view, target.node
    if isinstance(node, Ad) and name == "creative":
        return Target(view, KINDS[Creative], view.account.creative_of(node))
    if isinstance(node, Ad) and name == "adset":
        return Target(view, KINDS[AdSet], view.set_of(node))
    if isinstance(node, Ad | AdSet) and name == "campaign":
        ad_set_ = view.set_of(node) if isinstance(node, Ad) else node
        return Target(view, KINDS[Campaign], view.campaign_of(ad_set_))
    return None


def _nested(target: Target, one: Wanted, call: Call) -> Call:
    """The call that an edge in braces stands for: its modifiers are its parameters."""
    fields = ",".join(_text(inner) for inner in one.inside or ())
    path = (str(_read(target, "id")), one.name)
    return replace(call, path=path, params={**call.credentials(), **dict(one.modifiers), "fields": fields})


def _text(wanted: Wanted) -> str:
    modifiers = "".join(f".{name}({value})" for name, value in wanted.modifiers)
    inside = "" if wanted.inside is None else "{" + ",".join(_text(w) for w in wanted.inside) + "}"
    return wanted.name + modifiers + inside
