"""What people are told where a goal cannot be as they want it."""

from collections.abc import Mapping


class GoalRefused(ValueError):
    """What a goal lacks; the text says what to do. `fields`: what is wrong with each of several, by its name."""

    def __init__(self, text: str, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(text)
        self.fields = dict(fields or {})
