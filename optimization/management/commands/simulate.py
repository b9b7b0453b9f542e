"""`simulate`: rules in closed loop in a sandbox world for some days, beside the same world without rules."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from metaads.management.arguments import some
from optimization import doors
from optimization.doors import rule_named
from optimization.simulate import SimulationFailed, simulate, spec_for

ROWS = (
    ("spend", "Spend", "money"),
    ("conversion_value", "Conversion value", "money"),
    ("conversions", "Conversions", "count"),
    ("roas", "ROAS", "ratio"),
    ("cpa", "CPA", "money"),
    ("ctr", "CTR", "percent"),
    ("cpc", "CPC", "money"),
    ("wasted", "Wasted spend", "money"),
)


class Command(BaseCommand):
    help = "Lives N days of a sandbox world with these rules and without any, and compares them. Touches no real data."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        parser.add_argument("--rules", nargs="+", required=True, help="Public ids or names.")
        parser.add_argument("--days", type=int, default=7, help="1 to 30 (default 7).")
        parser.add_argument("--seed", type=int, default=7, help="The same seed gives the same world (default 7).")
        parser.add_argument("--step", type=float, default=6, help="Hours between two looks (default 6).")
        parser.add_argument("--json", action="store_true", help="The whole result as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 30 or not 1 <= options["step"] <= 24:
            raise CommandError("--days is 1 to 30 and --step 1 to 24 hours.")
        accounts = some(options["account"])
        if len(accounts) > 1:
            raise CommandError("--account: name the one whose currency, zone and size the world is to have.")
        rules = [rule_named(text) for text in options["rules"]]
        spec = spec_for(accounts[0], rules, options["days"], options["seed"], options["step"])
        try:
            found = simulate(spec, self._progress)
        except SimulationFailed as error:
            raise CommandError(f"{error} Nothing was changed; try again, or fewer days.") from error
        self.stdout.write(json.dumps(found) if options["json"] else _table(found))

    def _progress(self, share: float, note: str) -> None:
        """On a terminal one line, written over as it goes."""
        if sys.stderr.isatty():
            self.stderr.write(f"{share:4.0%} {note}", ending="\r")


def _table(found: dict[str, Any]) -> str:
    currency, arms = found["world"]["currency"], found["arms"]
    lines = [f"{'':18}{'without rules':>18}{'with rules':>18}{'change':>10}"]
    for key, label, unit in ROWS:
        cells = [_cell(arms[arm][key], unit, currency) for arm in ("without", "with")]
        change = found["change"][key]
        lines.append(f"{label:18}{cells[0]:>18}{cells[1]:>18}{'' if change is None else f'{change:+.1f} %':>10}")
    done = ", ".join(f"{count} {kind}" for kind, count in arms["with"]["executed"].items()) or "nothing"
    return "\n".join([*lines, f"Carried out with rules: {done}.", *found["notes"]])


def _cell(value: float | None, unit: str, currency: str) -> str:
    if value is None:
        return "no data"
    return {
        "money": f"{value:,.2f} {currency}",
        "count": f"{value:,.0f}",
        "ratio": f"{value:.2f}x",
        "percent": f"{value:.2f} %",
    }[unit]
