"""What can go wrong when a person decides; every text is made for people."""


class QueueError(Exception):
    """Base: `str(error)` says what happened and what to do."""


class AlreadyDecided(QueueError):
    """Somebody else was first."""


class NotAllowed(QueueError):
    """The role does not permit it."""


class Stale(QueueError):
    """The facts behind the proposal no longer hold."""


class Locked(QueueError):
    """A person keeps machines away from what a machine wants to change."""


class NotOffered(QueueError):
    """Proposals are not up for a decision while a switch is off."""


class Invalid(QueueError):
    """A value that was given cannot be."""
