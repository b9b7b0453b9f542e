"""What every reader of a value raises."""


class ValueProblem(ValueError):
    """The value does not suit the operator. `place` is the part of the value, such as `[1]` or `.days`."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
