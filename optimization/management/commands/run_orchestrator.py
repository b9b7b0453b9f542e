"""`run_orchestrator`: plans and proposes for the goals of accounts; `--dry-run` shows it, stores and calls nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from optimization import doors, orchestrator
from optimization.models import OrchestratorRun
from optimization.orchestrator.report import Step


class Command(BaseCommand):
    help = "Runs the goals now: learning campaigns, winners, scaling, losers, as proposals for a person."

    def add_arguments(self, parser: CommandParser) -> None:
        doors.add_account(parser)
        doors.add_now(parser)
        parser.add_argument("--dry-run", action="store_true", help="Show what would be proposed; store nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = False
        for account in doors.accounts(options["account"]):
            now = doors.moment(options["now"], account)
            if options["dry_run"]:
                report = orchestrator.preview(account, now)
                budget = f"{report.budget_a_day} {report.currency} a day for {len(report.goals)} goals"
                self._tell(f"{account}: {budget}", report.steps, report.errors)
                continue
            row = orchestrator.run(account, now, OrchestratorRun.Trigger.USER)
            failed = failed or row.state == OrchestratorRun.State.FAILED
            steps = [Step(one.kind, one.goal_key, one.reason, one.result) for one in row.steps.all()]
            self._tell(f"{account}: {row.get_state_display().lower()}", steps, row.errors)
        if failed:
            raise CommandError("Some accounts could not be run; see above, then run it again.")

    def _tell(self, headline: str, steps: list[Step], errors: list[str]) -> None:
        self.stdout.write(headline)
        for step in steps:
            self.stdout.write(f"  {step.goal_key} {step.type} {step.result}: {step.message}")
        for error in errors:
            self.stderr.write(f"  {error}")
