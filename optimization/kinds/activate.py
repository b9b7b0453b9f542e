"""Switch a paused campaign, ad set or ad on again."""

from optimization.kinds.status import StatusKind


class Activate(StatusKind):
    key = "activate"
    label = "Activate"
    grows = True
    wanted = "ACTIVE"
    settled = "active"
    tone = "good"

    def inverse_key(self) -> str | None:
        return "pause"


ACTIVATE = Activate()
