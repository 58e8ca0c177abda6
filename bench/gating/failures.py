"""Why a comparison ends without a verdict."""


class HarnessFailure(Exception):
    """What should have measured did not: a crash, nothing measured, a benchmark gone."""


class NotJudged(Exception):
    """There is nothing to compare with, or it was measured elsewhere."""


class Interrupted(BaseException):
    """A signal asked for the end; no ordinary handler of errors may catch it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number
