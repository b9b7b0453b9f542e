"""Only regular expressions that are valid and cannot run away: they are tried on every name at every tick."""

import re

from optimization.operators.values.problem import ValueProblem

LONGEST = 200
MOST_REPEATS = 2  # three of them take seconds on one long name
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<flags>\(\?[a-zA-Z]+\))|(?P<open>\((?:\?[^)]*?[:=!>])?)"
    r"|(?P<close>\))|(?P<fixed>\{\d+\})|(?P<repeat>(?:[*+?]|\{\d*,\d*\})[?+]?)|(?P<bar>\|)",
    re.DOTALL,
)


def safe_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern; raises ValueProblem if it is invalid, too long, or could take for ever."""
    if len(pattern) > LONGEST:
        raise ValueProblem(f"the pattern has {len(pattern)} characters; at most {LONGEST} are read.")
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueProblem(f"{pattern!r} is not a valid regular expression: {error}.") from None
    if re.search(r"\(\?P=|\(\?\(|\\[1-9]", pattern):
        raise ValueProblem("the pattern refers back to a group, which can take very long; write it without.")
    _refuse_runaway(pattern)
    return compiled


def _refuse_runaway(pattern: str) -> None:
    """A repeat inside a repeated group takes exponential time; many open repeats in a row take polynomial time."""
    inside: list[bool] = []  # per open group: does it hold a repeat or a choice?
    closed, end, repeats = False, -1, 0  # the group just closed, where it ended, open repeats so far
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "open":
            inside.append(False)
        elif kind == "close":
            closed, end = inside.pop() if inside else False, token.end()
            inside[-1:] = [inside[-1] or closed] if inside else []
        elif kind in ("repeat", "fixed") and closed and token.start() == end and token[0] != "?":
            raise ValueProblem("the pattern repeats a group that itself repeats or chooses, which can take very long.")
        elif kind in ("repeat", "bar"):
            repeats += kind == "repeat"
            inside[-1:] = [True] if inside else []
    if repeats > MOST_REPEATS:
        raise ValueProblem(f"the pattern has {repeats} open repeats; at most {MOST_REPEATS} of * + ? {{}} are read.")
