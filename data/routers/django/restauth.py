"""RestAuth's two routers, written anew from their documented rules for Python 3.

Their own source draws from `settings.DATABASES.keys()`, which random.choice() takes under Python 2
only; a list in the order of the settings is what it means today. MasterSlave has a db_for_write
here, as its documentation says; the original has none.
"""

import random

from django.conf import settings


class MasterSlave:
    def db_for_read(self, model, **hints):
        return random.choice(list(settings.DATABASES))

    def db_for_write(self, model, **hints):
        return "default"


class MasterSlaveAsShipped:
    def db_for_read(self, model, **hints):
        return random.choice(list(settings.DATABASES))


class MultipleMasterSlave:
    def db_for_read(self, model, **hints):
        return random.choice(list(settings.DATABASES))

    def db_for_write(self, model, **hints):
        return random.choice([name for name in settings.DATABASES if name.startswith("master")])
