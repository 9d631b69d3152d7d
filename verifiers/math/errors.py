"""Why a rung of the ladder passes an answer on."""


class Unreadable(Exception):
    """The text, or a part of it, has no reading here; another rung may know one."""


class OverBudget(Exception):
    """Reading or evaluating it would cost more than an answer may; `limit` says of what: size, depth, magnitude, ..."""

    def __init__(self, limit: str):
        super().__init__(limit)
        self.limit = limit
