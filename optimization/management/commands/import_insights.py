"""`manage.py import_insights FILE.csv`: an Ads Manager export into an account of its own, shown before it is kept."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from intelligence.importing.headings import Kind
from intelligence.importing.layout import Answers
from intelligence.importing.plan import Plan
from intelligence.importing.table import Unreadable
from metaads.models import AdAccount
from optimization.doors import add_now, moment
from optimization.imports import Place, bring, discard, keep, plan_of
from optimization.models import ExportFile

MOST_SHOWN = 20


class Command(BaseCommand):
    help = "Shows what an Ads Manager export says, and with --keep stores it in a read-only account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="CSV as Ads Manager exports it: daily or lifetime, any level.")
        parser.add_argument("--keep", action="store_true", help="Store the accepted rows (default: only show).")
        parser.add_argument("--name", help="Name of the new read-only account; default: the file's name.")
        parser.add_argument("--account", help="Into this read-only account (Meta id) in place of a new one.")
        parser.add_argument("--timezone", default="UTC", help="Of the new account, like Europe/Berlin.")
        parser.add_argument("--currency", default="", help="Where the file does not name it: EUR, USD ...")
        parser.add_argument("--dates", default="", choices=["", "day", "month"], help="What 3/4/2026 begins with.")
        parser.add_argument("--decimals", default="", choices=["", ".", ","], help="The mark before decimals.")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADING=NAME",
            help="Read a column as this; no name: not.",
        )
        add_now(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 if the file can't be read, something is open, or rows were refused."""
        path = Path(options["file"])
        columns = dict(pair.rpartition("=")[::2] for pair in options["map"])
        answers = Answers(options["currency"], options["dates"], options["decimals"], columns)
        now = moment(options["now"])
        try:
            file = bring(path.name, path.read_bytes(), answers, None)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}.") from None
        except Unreadable as error:
            raise CommandError(f"{path}: {error}") from None
        plan = plan_of(file, now.date())
        self._show(plan)
        if not options["keep"] or not plan.ready:
            discard(file)
            self._say_what_next(plan)
            return
        self._keep(file, options, plan)

    def _keep(self, file: ExportFile, options: dict[str, Any], plan: Plan) -> None:
        place = Place(_account(options["account"]), options["name"] or Path(file.name).stem, options["timezone"])
        try:
            account, kept = keep(file, place, None, moment(options["now"]))
        except ValueError as error:
            discard(file)
            raise CommandError(str(error)) from None
        self.stdout.write(f"Kept {kept.rows} rows, {kept.days[0]} to {kept.days[1]}, in {account} ({account.meta_id}).")
        if plan.refused:
            raise CommandError(f"{len(plan.refused)} rows were refused and not stored; the reasons are above.")

    def _show(self, plan: Plan) -> None:
        for heading, held in zip(plan.table.headings, plan.layout.meanings, strict=True):
            self.stdout.write(f"  {heading} -> {held.target if held.kind is not Kind.OTHER else 'not read'}")
        for refusal in plan.refused[:MOST_SHOWN]:
            self.stderr.write(f"line {refusal.line} refused: {refusal.reason}")
        if len(plan.refused) > MOST_SHOWN:
            self.stderr.write(f"... and {len(plan.refused) - MOST_SHOWN} more")
        span = f"{plan.days[0]} to {plan.days[1]}" if plan.days else "without dates: sums of lifetimes"
        self.stdout.write(f"{len(plan.accepted)} rows of {plan.entities} {plan.layout.level}s, {span}.")
        for total in plan.totals:
            unknown = f" ({total.unknown} rows without it)" if total.unknown else ""
            self.stdout.write(f"  {total.metric}: {total.value:,}{unknown}")

    def _say_what_next(self, plan: Plan) -> None:
        if plan.questions:
            raise CommandError(" ".join(f"--{question.field}: {question.text}" for question in plan.questions))
        if not plan.accepted:
            raise CommandError("No row can be stored.")
        self.stdout.write("Nothing was stored. Run it again with --keep to store these rows.")


def _account(meta_id: str | None) -> AdAccount | None:
    if not meta_id:
        return None
    found = AdAccount.objects.filter(meta_id=meta_id.removeprefix("act_")).first()
    if found is None:
        raise CommandError(f"--account: there is no ad account {meta_id!r}.")
    return found
