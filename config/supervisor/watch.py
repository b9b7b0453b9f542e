"""The supervisor's loop: keeps children running, feels the queues' pulse, sends the sweeper, stops in order."""

import signal
import time
from collections.abc import Callable, Sequence
from types import FrameType

import structlog

from config.supervisor.child import Child
from config.supervisor.pulse import Pulse

log = structlog.get_logger(__name__)
LOOK_EVERY, SWEEP_EVERY = 0.25, 15.0


class Supervisor:
    """`send(cluster, function, *args)` puts a task into a cluster's queue; `pulses` are the queues to feel.

    `grace`: seconds that children get after SIGTERM before their groups are killed.
    """

    def __init__(
        self,
        children: Sequence[Child],
        pulses: Sequence[Pulse],
        send: Callable[..., object],
        sweeper: str,
        grace: float,
    ) -> None:
        self.children = list(children)
        self.pulses = list(pulses)
        self.send, self.sweeper, self.grace = send, sweeper, grace
        self.stopping = False
        self._swept_at = time.monotonic()

    def listen(self) -> None:
        """Ctrl-C and SIGTERM end the loop."""
        signal.signal(signal.SIGTERM, self._asked_to_stop)
        signal.signal(signal.SIGINT, self._asked_to_stop)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def run(self) -> None:
        """Runs until asked to stop; whatever happens, nothing is left running."""
        try:
            while not self.stopping:
                self.look()
                time.sleep(LOOK_EVERY)
        finally:
            self.stop()

    def look(self) -> None:
        """One round."""
        for child in self.children:
            starts = child.starts
            child.keep_running()
            if child.starts != starts:
                self._pulse_of(child.name, Pulse.restart)
        for pulse in self.pulses:
            self._feel(pulse)
        if time.monotonic() - self._swept_at >= SWEEP_EVERY and not any(p.lost for p in self.pulses):
            self._swept_at = time.monotonic()
            self._try_to_send(self.pulses[0].cluster if self.pulses else "", self.sweeper)

    def _feel(self, pulse: Pulse) -> None:
        if pulse.lost:
            child = next(child for child in self.children if child.name == pulse.cluster)
            log.error("no pulse through the queue", child=child.name, seconds=round(time.monotonic() - pulse.fresh_at))
            child.kill_group()
            pulse.miss()
        elif pulse.due:
            self._try_to_send(pulse.cluster, "config.supervisor.pulse.beat", pulse.cluster, pulse.sending())

    def _pulse_of(self, name: str, do: Callable[[Pulse], None]) -> None:
        for pulse in self.pulses:
            if pulse.cluster == name:
                do(pulse)

    def _try_to_send(self, cluster: str, function: str, *args: object) -> None:
        """The supervisor outlives its database and broker: what cannot be sent is said and sent again later."""
        if not cluster:
            return
        try:
            self.send(cluster, function, *args)
        except Exception as error:
            log.error("could not send through the queue", cluster=cluster, function=function, error=str(error))
            self._pulse_of(cluster, Pulse.restart)

    def stop(self) -> None:
        """Asks all to end at once, waits, and kills the groups of those that did not."""
        log.info("stopping")
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + self.grace
        while any(child.running for child in self.children) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            child.kill_group()
        log.info("stopped")
