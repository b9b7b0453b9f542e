"""What Meta's API tables say of the objects that we use, cut out of the machine-readable reference.

Run `python -m tests.metaads.sandbox.extract <meta-api-spec.json>` to make `meta_api_extract.json` anew. Types are the
reference's own words: `string`, `int`, `list<T>`, `enum:Name`, or the name of a struct.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
EXTRACT = HERE / "meta_api_extract.json"
SPEC = HERE.parents[3] / "shared" / "reference" / "meta-api-spec.json"
NODES = ("Ad", "AdAccount", "AdCreative", "AdReportRun", "AdRule", "AdSet", "AdsInsights", "AdsPixel", "Campaign")
# Edges that we serve or ask for; those of nodes themselves are all kept.
EDGES = frozenset(
    """
    (node) activities adcreatives adrules_governed adrules_history adrules_library ads adsets adspixels campaigns
    copies history insights minimum_budgets stats subscribed_apps
    """.split()  # noqa: SIM905 - names read better in one block
)
# Enums that are asked for by name, beside those that a kept field or parameter has.
ENUMS = frozenset(
    """
    AdAccount.PermittedTasks AdActivity.EventType AdRuleTrigger.Type AdsInsights.Breakdowns
    AdsInsights.ActionBreakdowns AdRuleHistory.Action
    """.split()  # noqa: SIM905 - names read better in one block
)
_WORD = re.compile(r"enum:([A-Za-z_.]+)|([A-Z][A-Za-z]+)")


def extract(spec: dict[str, Any]) -> dict[str, Any]:
    """Nodes with fields and edges, and the structs and enums that these reach."""
    nodes = {name: _node(spec["nodes"][name]) for name in NODES}
    structs: dict[str, Any] = {}
    enums: dict[str, Any] = {name: spec["enums"][name] for name in ENUMS}
    waiting = [text for node in nodes.values() for text in _types(node)]
    waiting += ["AdActivity", "MinimumBudget", "AdRuleHistory", "AdAccountAdRulesHistory", "AdAccountSubscribedApps"]
    while waiting:
        for enum, name in _WORD.findall(waiting.pop()):
            if enum in spec["enums"]:
                enums[enum] = spec["enums"][enum]
            if name in spec["structs"] and name not in structs:
                structs[name] = spec["structs"][name]["fields"]
                waiting += list(structs[name].values())
    made = {"sources": spec["_meta"]["sources"], "types": spec["_meta"]["types"]}
    return {"_meta": made, "nodes": nodes, "structs": structs, "enums": enums}


def _node(node: dict[str, Any]) -> dict[str, Any]:
    edges = [
        {
            "endpoint": edge["endpoint"],
            "method": edge["method"],
            "params": {name: param["type"] for name, param in edge["params"].items()},
            "required": sorted(name for name, param in edge["params"].items() if param.get("required")),
            "return": edge["return"],
        }
        for edge in node["edges"]
        if edge["endpoint"] in EDGES
    ]
    return {"fields": node["fields"], "edges": edges}


def _types(node: dict[str, Any]) -> list[str]:
    found = list(node["fields"].values())
    for edge in node["edges"]:
        found += [*edge["params"].values(), edge["return"]]
    return found


def text(made: dict[str, Any]) -> str:
    """The file's content: a line for each node, struct and enum, so that a difference can be read."""
    parts = []
    for section, found in made.items():
        lines = [f"  {json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in sorted(found.items())]
        parts.append(f" {json.dumps(section)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    EXTRACT.write_text(text(extract(json.loads(Path(sys.argv[1]).read_text()))))
