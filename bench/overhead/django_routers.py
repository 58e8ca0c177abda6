"""RestAuth's routers by the rule that is documented, as Django would have them. Needs Django."""

import random

from django.conf import settings


class NullRouter:
    """Answers at once: what is left is Django's own cost of asking a router."""

    def db_for_read(self, model: type, **hints: object) -> str:
        return "default"

    def db_for_write(self, model: type, **hints: object) -> str:
        return "default"


class MasterSlave:
    """Reads from any database at random, writes to `default`."""

    def db_for_read(self, model: type, **hints: object) -> str:
        return random.choice(list(settings.DATABASES))

    def db_for_write(self, model: type, **hints: object) -> str:
        return "default"


class MultipleMasterSlave:
    """Reads from any database at random, writes to any whose name starts with `master`."""

    def db_for_read(self, model: type, **hints: object) -> str:
        return random.choice(list(settings.DATABASES))

    def db_for_write(self, model: type, **hints: object) -> str:
        return random.choice([name for name in settings.DATABASES if name.startswith("master")])
