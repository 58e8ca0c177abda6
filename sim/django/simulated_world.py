"""What a router under simulation sees of the world: virtual time, seeded randomness, its session as
its thread, and a standard output that is not ours.

install() must run before any of the user's modules is imported: they may take `from time import
time`.
"""

import _thread
import datetime
import io
import os
import random
import sys
import threading
import time
import uuid

# Virtual time begins here: 2020-09-13 12:26:40 UTC.
EPOCH_NS = 1_600_000_000_000_000_000


LONGEST_LINE = 1000  # of what is printed, as far as it is kept

_real_ident = _thread.get_ident
_QUERIES_THREAD = _real_ident()  # others are of the user's own making


class PrintedBytes(io.RawIOBase):
    """What lies below a text stream, for those who write bytes."""

    def __init__(self, prints):
        self._prints = prints

    def writable(self):
        return True

    def write(self, data):
        self._prints.write(bytes(data).decode(errors="backslashreplace"))
        return len(data)


class Prints(io.TextIOBase):
    """Takes what is written, and remembers how much that was."""

    def __init__(self):
        self.lines = 0
        self.first = ""
        self._rest = ""
        self._bytes = PrintedBytes(self)

    @property
    def encoding(self):
        return "utf-8"

    @property
    def errors(self):
        return "backslashreplace"

    @property
    def buffer(self):
        return self._bytes

    def writable(self):
        return True

    def write(self, text):
        first, *others = str(text).split("\n")
        self._rest = (self._rest + first)[:LONGEST_LINE]
        for line in others:
            self._take(self._rest)
            self._rest = line[:LONGEST_LINE]
        return len(text)

    def end(self):
        if self._rest:
            self._take(self._rest)
        self._rest = ""

    def _take(self, line):
        self.lines += 1
        self.first = self.first or line.strip()[:200]


def _install_clock(now_ns, slept):
    """`now_ns()` is the virtual time since the start; `slept()` is called instead of sleeping."""
    real_clock_gettime_ns = time.clock_gettime_ns
    real_localtime, real_gmtime = time.localtime, time.gmtime
    real_ctime, real_strftime = time.ctime, time.strftime
    time.time_ns = lambda: EPOCH_NS + now_ns()
    time.time = lambda: (EPOCH_NS + now_ns()) / 1e9
    for clock in ("monotonic", "perf_counter", "process_time", "thread_time"):
        setattr(time, clock + "_ns", now_ns)
        setattr(time, clock, lambda: now_ns() / 1e9)

    def clock_gettime_ns(clock):
        if real_clock_gettime_ns(clock) > EPOCH_NS // 2:
            return EPOCH_NS + now_ns()  # a clock that shows the date
        return now_ns()

    time.clock_gettime_ns = clock_gettime_ns
    time.clock_gettime = lambda clock: clock_gettime_ns(clock) / 1e9
    time.localtime = lambda at=None: real_localtime(time.time() if at is None else at)
    time.gmtime = lambda at=None: real_gmtime(time.time() if at is None else at)
    time.ctime = lambda at=None: real_ctime(time.time() if at is None else at)
    time.strftime = lambda form, at=None: real_strftime(form, at or time.localtime())
    os.times = lambda: os.times_result((now_ns() / 1e9, 0.0, 0.0, 0.0, now_ns() / 1e9))
    real_sleep = time.sleep

    def sleep(seconds):
        if _real_ident() == _QUERIES_THREAD:
            slept()
        else:
            real_sleep(seconds)  # a thread of the user's would else never rest

    time.sleep = sleep

    real_date, real_datetime = datetime.date, datetime.datetime

    # Values made by C code are of the real classes.
    class OfRealDate(type):
        def __instancecheck__(cls, value):
            return isinstance(value, real_date)

        def __subclasscheck__(cls, other):
            return issubclass(other, real_date)

    class OfRealDatetime(type):
        def __instancecheck__(cls, value):
            return isinstance(value, real_datetime)

        def __subclasscheck__(cls, other):
            return issubclass(other, real_datetime)

    class date(real_date, metaclass=OfRealDate):
        @classmethod
        def today(cls):
            return cls.fromtimestamp(time.time())

    class VirtualDatetime(real_datetime, metaclass=OfRealDatetime):
        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(time.time(), tz)

        @classmethod
        def today(cls):
            return cls.fromtimestamp(time.time())

        @classmethod
        def utcnow(cls):
            return cls.utcfromtimestamp(time.time())

    VirtualDatetime.__name__ = VirtualDatetime.__qualname__ = "datetime"
    # Caches pickle them, by the name of their class.
    date.__module__ = VirtualDatetime.__module__ = "datetime"
    date.__qualname__ = "date"
    datetime.date, datetime.datetime = date, VirtualDatetime


def seed_randomness(seed):
    random.seed(seed)


def _install_randomness(seed):
    system = random.Random(seed)
    os.urandom = system.randbytes
    os.getrandom = lambda size, flags=0: system.randbytes(size)
    real_random = random.Random

    class Random(real_random):
        def __init__(self, x=None):
            super().__init__(system.getrandbits(64) if x is None else x)

        def seed(self, a=None, version=2):
            super().seed(system.getrandbits(64) if a is None else a, version)

    random.Random = random.SystemRandom = Random
    # Else uuid1() takes the real clock and this machine's address.
    uuid._generate_time_safe = None
    uuid._node = 0x010000000000
    seed_randomness(seed)


def _install_sessions():
    """threading.local already is of each session; here what else stands for the thread."""
    of_session = threading.local()
    # The real ones differ from run to run, and people take them modulo something.
    count = iter(range(140_000_000_000_000, sys.maxsize))
    native_count = iter(range(1_000_000, sys.maxsize))
    real_current_thread, real_native_id = threading.current_thread, _thread.get_native_id

    def session_thread():
        try:
            return of_session.thread
        except AttributeError:
            of_session.thread = thread = threading.Thread(name="session", daemon=True)
            thread._ident = next(count)
            thread._native_id = next(native_count)
            return thread

    def current_thread():
        return session_thread() if _real_ident() == _QUERIES_THREAD else real_current_thread()

    def get_ident():
        ident = _real_ident()
        return session_thread()._ident if ident == _QUERIES_THREAD else ident

    def get_native_id():
        if _real_ident() == _QUERIES_THREAD:
            return session_thread()._native_id
        return real_native_id()

    threading.current_thread = current_thread
    # Django's connections look at the one, its users at the other.
    _thread.get_ident = threading.get_ident = get_ident
    _thread.get_native_id = threading.get_native_id = get_native_id
    session_thread()  # the first is that which loads the routers


def _install_asgiref():
    try:
        import asgiref.local
    except ImportError:
        return

    class Local(threading.local):
        def __init__(self, thread_critical=False):
            super().__init__()

    asgiref.local.Local = Local


def install(seed, now_ns, slept):
    """Returns what is printed, on standard output and on standard error."""
    sys.dont_write_bytecode = True
    _install_clock(now_ns, slept)
    _install_randomness(seed)
    _install_sessions()
    _install_asgiref()
    prints = Prints(), Prints()
    sys.stdout, sys.stderr = prints
    return prints
