"""Reads go to a random replica, but to the primary for a while after the client has written.

The pattern of routers that set a cookie with each write: here the thread stands for the client, as
middleware would copy the cookie's time to it.
"""

import random
import threading
import time

from django.conf import settings

PIN_SECONDS = 15

_client = threading.local()


class PinAfterWrite:
    def __init__(self):
        self.replicas = [name for name in settings.DATABASES if name != "default"]

    def db_for_read(self, model, **hints):
        if time.time() < getattr(_client, "pinned_until", 0):
            return "default"
        return random.choice(self.replicas)

    def db_for_write(self, model, **hints):
        _client.pinned_until = time.time() + PIN_SECONDS
        return "default"
