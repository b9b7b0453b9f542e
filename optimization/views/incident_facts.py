"""The head of an incident's report in sentences, for the page and the PDF."""

from optimization.incident.report import Report
from optimization.views import words


def facts(report: Report) -> list[str]:
    """What happened, in sentences: set, lifted, asked for, told."""
    incident, account = report.incident, report.incident.account
    stop, by = incident.stop, incident.opened_by
    lines = [f"Set {words.moment(incident.opened_at, account)} by {by or 'the operator'}."]
    if stop and stop.lifted_at:
        lifter = stop.lifted_by or "the operator"
        lines.append(f"Lifted {words.moment(stop.lifted_at, account)} by {lifter}: {stop.lift_reason}")
    else:
        lines.append("The stop is in force.")
    asked = []
    if incident.revert_hours:
        asked.append(f"changes of the last {incident.revert_hours:g} h undone")
    if incident.pause_affected:
        asked.append("what they touched paused")
    wanted = " and ".join(asked) or "nothing undone or paused"
    lines.append(f"Asked for: {wanted}. Undone: {report.undone}. Paused: {report.paused}. Left: {len(report.left)}.")
    told = ", ".join(one.user.get_username() for one in report.told)
    lines.append(f"Told: {told or 'nobody has the role manager or administrator'}.")
    return lines
