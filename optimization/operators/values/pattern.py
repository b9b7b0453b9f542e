"""Only regular expressions that are valid and cannot run away: they are tried on every name at every tick."""

import re

from optimization.operators.values.problem import ValueProblem

LONGEST = 200
MOST_REPEATS = 3
_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\((?:\?[^)]*?[:=!>])?)|(?P<close>\))"
    r"|(?P<repeat>[*+]|\{\d*,\d*\}|\{\d+\})|(?P<bar>\|)",
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
    last_group, repeats = False, 0
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "open":
            inside.append(False)
        elif kind == "close":
            last_group = inside.pop() if inside else False
            if inside and last_group:
                inside[-1] = True
        elif kind == "bar" and inside:
            inside[-1] = True
        elif kind == "repeat":
            if last_group and pattern[token.start() - 1] == ")":
                raise ValueProblem("the pattern repeats a group that itself repeats, which can take very long.")
            repeats += 1
            if inside:
                inside[-1] = True
    if repeats > MOST_REPEATS:
        raise ValueProblem(f"the pattern repeats {repeats} times; at most {MOST_REPEATS} of * + {{}} are read.")
