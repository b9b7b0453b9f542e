"""Pause a campaign, ad set or ad."""

from optimization.kinds.status import StatusKind


class Pause(StatusKind):
    key = "pause"
    label = "Pause"
    loss_prevention = True
    wanted = "PAUSED"
    settled = "paused"
    tone = "watch"

    def inverse_key(self) -> str | None:
        return "activate"


PAUSE = Pause()
