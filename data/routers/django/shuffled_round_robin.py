"""Reads go to the replicas in turn, in an order that each process shuffles once."""

import itertools
import random

from django.conf import settings


class ShuffledRoundRobin:
    def __init__(self):
        replicas = [name for name in settings.DATABASES if name != "default"]
        random.shuffle(replicas)
        self.turns = itertools.cycle(replicas or ["default"])

    def db_for_read(self, model, **hints):
        return next(self.turns)

    def db_for_write(self, model, **hints):
        return "default"
