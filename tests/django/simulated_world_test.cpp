// What a user's router sees of the world: models, hints, clocks, randomness, threads, connections.
#include "django/rig.h"

namespace switchyard::testing {
namespace {

// A router that answers 'replica-1' where `expression` holds, else 'default'.
DjangoCase holds(const std::string& expression, const std::string& imports = "") {
  DjangoCase test;
  test.code = imports + R"py(
class Mine:
    def db_for_read(self, model, **hints):
        return 'replica-1' if )py" +
              expression + R"py( else 'default'
    db_for_write = db_for_read
)py";
  return test;
}

}  // namespace

TEST_CASE("every clock of Python shows virtual time, however it was imported") {
  DjangoRig rig(holds(
      "time() - started == 5 and monotonic() == 5 and clock.perf_counter_ns() == 5 * 10**9 and "
      "datetime.now(timezone.utc).timestamp() - started == 5 and "
      "(datetime.utcnow() - begun).total_seconds() == 5 and now() - aware == timedelta(seconds=5) "
      "and clock.gmtime().tm_sec == (40 + 5) % 60",
      "import time as clock\nfrom time import time, monotonic\n"
      "from datetime import datetime, timedelta, timezone\nfrom django.utils.timezone import now\n"
      "started = time()\nbegun = datetime.utcnow()\naware = now()\n"));
  CHECK(rig.read(5 * kSecond) == "replica-1");
  CHECK(rig.read(6 * kSecond) == "default");
}

TEST_CASE("dates that C code makes are still dates") {
  DjangoRig rig(
      holds("isinstance(made, datetime) and isinstance(made, date) and "
            "not isinstance(made.date(), datetime)",
            "import pickle\nfrom datetime import date, datetime\n"
            "made = datetime(2020, 1, 1) + (datetime(2020, 1, 2) - datetime(2020, 1, 1))\n"));
  CHECK(rig.read() == "replica-1");
}

TEST_CASE("system clocks and time-based UUIDs show virtual time too") {
  DjangoRig rig(
      holds("clock.clock_gettime(clock.CLOCK_MONOTONIC) == 5 and "
            "clock.clock_gettime_ns(clock.CLOCK_REALTIME) == clock.time_ns() and "
            "(uuid1().time - 0x01b21dd213814000) * 100 == clock.time_ns() and "
            "os.times() == (5, 0, 0, 0, 5)",
            "import os, time as clock\nfrom uuid import uuid1\n"));
  CHECK(rig.read(5 * kSecond) == "replica-1");
  CHECK(rig.read(6 * kSecond) == "default");
}

TEST_CASE("dates can be kept in a cache, which pickles them") {
  DjangoRig rig(holds("kept() == (datetime.now(), date.today())",
                      R"py(
from datetime import date, datetime
from django.core.cache import cache
def kept():
    cache.set('at', (datetime.now(), date.today()))
    return cache.get('at')
)py"));
  CHECK(rig.read(5 * kSecond) == "replica-1");
}

TEST_CASE("the identities of threads are the same in every run, wherever they are asked for") {
  DjangoRig rig(holds("get_ident() == low() == 140_000_000_000_001 and native() == 1_000_001",
                      "from threading import get_ident, get_native_id as native\n"
                      "from _thread import get_ident as low\n"));
  CHECK(rig.read(0, 7) == "replica-1");
  CHECK(rig.read(0, 8) == "default");
}

TEST_CASE("connections can be used, and tell their vendor, while routers are loaded") {
  DjangoCase test = holds("VENDOR == 'postgresql'", R"py(
from django.db import connections
connections['replica-1'].cursor().execute('SELECT 1')
VENDOR = connections['replica-1'].vendor
)py");
  test.more = "DATABASES['replica-1']['ENGINE'] = 'django.contrib.gis.db.backends.postgis'\n";
  DjangoRig rig(test);
  CHECK(rig.read() == "replica-1");
}

TEST_CASE("sleeping takes no time and is told of") {
  DjangoRig rig(holds("time.sleep(3600) is None", "import time\n"));
  CHECK(rig.read() == "replica-1");
  const std::vector<std::string> notes = rig.account().notes;
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] == "it sleeps, which was left out 1 times");
}

TEST_CASE("all that is random is drawn anew from the seed in each run, and differs between seeds") {
  const auto drawn = [](std::uint64_t seed) {
    DjangoCase test;
    test.seed = seed;
    test.databases = {"default"};
    for (int i = 0; i < 16; ++i) test.databases.push_back("d" + std::to_string(i));
    test.code = R"py(
import os, random, secrets, uuid
own = random.Random()
class Mine:
    def db_for_read(self, model, **hints):
        draws = (random.getrandbits(4), own.getrandbits(4), os.urandom(1)[0] % 16,
                 uuid.uuid4().int % 16, secrets.randbelow(16), random.SystemRandom().getrandbits(4),
                 os.getrandom(1)[0] % 16)
        self.at = (getattr(self, 'at', -1) + 1) % len(draws)
        return 'd%d' % draws[self.at]
)py";
    DjangoRig rig(test);
    std::string all;
    for (int i = 0; i < 60; ++i) all += rig.read() + " ";
    return all;
  };
  const std::string once = drawn(1);
  CHECK(drawn(1) == once);
  CHECK(drawn(2) != once);
}

TEST_CASE("what is drawn while routers are loaded leaves no trace in what they draw") {
  const auto reads = [](const std::string& at_import) {
    DjangoCase test;
    test.code = "import random\n" + at_import + R"py(
class Mine:
    def db_for_read(self, model, **hints):
        return random.choice(['default', 'replica-1', 'replica-2'])
)py";
    DjangoRig rig(test);
    std::string all;
    for (int i = 0; i < 40; ++i) all += rig.read() + " ";
    return all;
  };
  CHECK(reads("") == reads("random.random()\n"));
}

TEST_CASE(
    "a session is a thread: thread-local values, context variables and identity are its own") {
  for (const char* kind : {"local", "asgiref", "contextvar", "ident", "current"}) {
    INFO(kind);
    DjangoCase test;
    test.code = "KIND = '" + std::string(kind) + "'\n" + R"py(
import contextvars, threading
from asgiref.local import Local
local, of_task = threading.local(), Local()
variable = contextvars.ContextVar('written', default=False)
by_ident = {}
class Mine:
    def db_for_read(self, model, **hints):
        written = {'local': lambda: getattr(local, 'written', False),
                   'asgiref': lambda: getattr(of_task, 'written', False),
                   'contextvar': lambda: variable.get(),
                   'ident': lambda: by_ident.get(threading.get_ident(), False),
                   'current': lambda: getattr(threading.current_thread(), 'written', False)}
        return 'default' if written[KIND]() else 'replica-1'
    def db_for_write(self, model, **hints):
        local.written = of_task.written = threading.current_thread().written = True
        variable.set(True)
        by_ident[threading.get_ident()] = True
        return 'default'
)py";
    DjangoRig rig(test);
    CHECK(rig.read(0, 1) == "replica-1");
    rig.write(0, 1);
    CHECK(rig.read(0, 2) == "replica-1");
    CHECK(rig.read(0, 1) == "default");
    rig.write(0, 700);
    CHECK(rig.read(0, 700) == "default");
    CHECK(rig.read(0, 2) == "replica-1");
    rig.router().on_session_end(SessionId{1}, 0);
    CHECK(rig.read(0, 1) == "replica-1");
    CHECK(rig.read(0, 700) == "default");
  }
}

TEST_CASE("a write's hint is the object as it was loaded, and a read has none") {
  DjangoCase test;
  test.tables = {"shop_order_line"};
  test.code = R"py(
class Mine:
    def db_for_read(self, model, **hints):
        return None if hints else 'replica-1'
    def db_for_write(self, model, **hints):
        instance = hints.get('instance')
        if instance is None:
            return 'replica-2'
        assert type(instance) is model and not instance._state.adding
        return instance._state.db
)py";
  DjangoRig rig(test);
  CHECK(rig.read() == "replica-1");
  CHECK(rig.write() == "replica-2");
  CHECK(rig.write(0, 0, NodeId{1}) == "replica-1");
  CHECK(rig.write(0, 0, NodeId{0}) == "default");
}

TEST_CASE("routers get the user's own model where INSTALLED_APPS has the table") {
  DjangoCase test;
  test.tables = {"auth_user", "shop_order", "public.django_content_type"};
  test.more = "INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes']\n";
  test.code = R"py(
class Mine:
    def db_for_read(self, model, **hints):
        meta = model._meta
        own = {'auth.user': 'replica-1', 'contenttypes.contenttype': 'replica-2'}
        made = model.__name__ == 'Order' and meta.app_label == 'shop' and meta.db_table == 'shop_order'
        return 'default' if made else own[meta.label_lower]
)py";
  DjangoRig rig(test);
  CHECK(rig.name(rig.ask(RequestClass::kRead, 0, 0, kNoNode, TableId{0})) == "replica-1");
  CHECK(rig.name(rig.ask(RequestClass::kRead, 0, 0, kNoNode, TableId{1})) == "default");
  CHECK(rig.name(rig.ask(RequestClass::kRead, 0, 0, kNoNode, TableId{2})) == "replica-2");
  CHECK(rig.account().notes == std::vector<std::string>{});
}

TEST_CASE("applications that can't be loaded are told of, and models made instead") {
  DjangoCase test;
  test.more = "INSTALLED_APPS = ['not.there']\n";
  test.tables = {"shop_order"};
  test.code = R"py(
class Mine:
    def db_for_read(self, model, **hints):
        return 'replica-1' if model._meta.db_table == 'shop_order' else 'default'
)py";
  DjangoRig rig(test);
  CHECK(rig.name(rig.ask(RequestClass::kRead, 0, 0, kNoNode, TableId{0})) == "replica-1");
  const std::vector<std::string> notes = rig.account().notes;
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes[0],
                 "'not.there' of INSTALLED_APPS could not be loaded (ModuleNotFoundError: No mod"));
}

TEST_CASE("an application that can't be loaded leaves the models of the others") {
  DjangoCase test;
  test.tables = {"auth_user"};
  test.more =
      "INSTALLED_APPS = ['not.there', 'django.contrib.auth', 'django.contrib.contenttypes']\n";
  test.code = R"py(
class Mine:
    def db_for_read(self, model, **hints):
        return 'replica-1' if model._meta.label == 'auth.User' else 'default'
)py";
  DjangoRig rig(test);
  CHECK(rig.name(rig.ask(RequestClass::kRead, 0, 0, kNoNode, TableId{0})) == "replica-1");
  CHECK(rig.account().notes.size() == 1);
}

TEST_CASE("a thread of the user's is itself, not a session") {
  DjangoRig rig(holds("own() == (True, True, True)", R"py(
import _thread, threading
def own():
    seen = []
    def look():
        seen.append((threading.current_thread() is thread,
                     threading.get_ident() == _thread.get_ident() == thread.ident,
                     threading.get_native_id() == thread.native_id))
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen[0]
)py"));
  CHECK(rig.read(0, 1) == "replica-1");
  CHECK(rig.read(0, 2) == "replica-1");
}

TEST_CASE("where objects lie in memory is the same in each run, for routers that decide by it") {
  const TemporaryDirectory folder;
  folder.write("routers.py", R"py(
import threading
class Mine:
    def db_for_read(self, model, **hints):
        places = (hash(model), id(self), hash(threading.current_thread()), id(object()), hash(self))
        self.at = (getattr(self, 'at', -1) + 1) % len(places)
        return 'd%d' % (places[self.at] // 4096 % 16)
)py");
  std::vector<std::string> names = {"default"};
  std::vector<NodeInfo> nodes = {{"default", Role::kPrimary, 1}};
  for (int i = 0; i < 16; ++i) {
    names.push_back("d" + std::to_string(i));
    nodes.push_back({names.back(), Role::kReplica, 1});
  }
  const std::string settings = folder.write(
      "mysettings.py", databases_text(names) + "DATABASE_ROUTERS = ['routers.Mine']\n");
  const StrategyInfo& info = find_strategy("django");
  const auto chosen = [&] {
    const auto router =
        info.make({nodes, NodeId{0}, RandomStream(kSeed, RandomPurpose::kRouter), nullptr},
                  parameters_of("django", info, {{"settings", settings}}));
    std::vector<NodeId> all;
    for (std::uint32_t i = 0; i < 100; ++i) {
      Query query = query_of(RequestClass::kRead);
      query.session = SessionId{i / 10};
      all.push_back(router->choose(query, {}, 0).node);
    }
    return all;
  };
  const std::vector<NodeId> once = chosen();
  CHECK(chosen() == once);
  CHECK(chosen() == once);
}

TEST_CASE("threads of the user's sleep in earnest, and are not told of") {
  DjangoCase test;
  test.code = R"py(
import threading, time
def rest():
    while True:
        time.sleep(3600)
class Mine:
    def db_for_read(self, model, **hints):
        if not hasattr(self, 'thread'):
            self.thread = threading.Thread(target=rest, daemon=True)
            self.thread.start()
        return 'replica-1'
)py";
  DjangoRig rig(test);
  for (int i = 0; i < 50; ++i) CHECK(rig.read() == "replica-1");
  CHECK(rig.account().notes.empty());
}

TEST_CASE("within a recorded transaction the connection of `default` is in an atomic block") {
  DjangoRig rig(
      holds("connections['default'].in_atomic_block and "
            "not connections['replica-2'].in_atomic_block",
            "from django.db import connections\n"));
  Query query = query_of(RequestClass::kRead);
  CHECK(rig.name(rig.router().choose(query, {}, 0)) == "default");
  query.transaction = 3;
  CHECK(rig.name(rig.router().choose(query, {}, 0)) == "replica-1");
}

TEST_CASE("connections to a database fail while it is noticed to be down") {
  DjangoCase test;
  test.code = R"py(
from django.db import OperationalError, connections
class Mine:
    def db_for_read(self, model, **hints):
        try:
            with connections['replica-1'].cursor() as cursor:
                cursor.execute('SELECT 1')
            return 'replica-1'
        except OperationalError:
            return 'default'
)py";
  DjangoRig rig(test);
  CHECK(rig.read() == "replica-1");
  std::vector<NodeState> states = {
      {true, Role::kPrimary}, {false, Role::kReplica}, {true, Role::kReplica}};
  rig.router().on_topology(states, kMs);
  CHECK(rig.read() == "default");
  states[1].up = true;
  rig.router().on_topology(states, 2 * kMs);
  CHECK(rig.read() == "replica-1");
}

TEST_CASE("the settings of a connection have what Django adds to them") {
  DjangoCase test = holds(
      "added('replica-1') == (None, True, 0, None, '', {}) and "
      "added('replica-2') == ('default', True, 60, None, '', {}) and "
      "connections['replica-2'].settings_dict is settings.DATABASES['replica-2']",
      R"py(
from django.conf import settings
from django.db import connections
def added(alias):
    own = connections[alias].settings_dict
    return (own['TEST']['MIRROR'], own['AUTOCOMMIT'], own['CONN_MAX_AGE'], own['TIME_ZONE'],
            own['HOST'], own['OPTIONS'])
)py");
  test.more =
      "DATABASES['replica-2'].update(CONN_MAX_AGE=60, TEST={'MIRROR': 'default'})\n"
      "DATABASES['default'] = {'ENGINE': 'django.db.backends.mysql', 'OPTIONS': {'ssl': {}}}\n";
  DjangoRig rig(test);
  CHECK(rig.read() == "replica-1");
  CHECK(rig.account().notes.empty());
}

TEST_CASE("routers can open transactions of their own, also within a recorded one") {
  DjangoRig rig(
      holds("ran(True) == ['inside', 'savepoint', 'committed'] and "
            "ran(False) == ['inside', 'savepoint']",
            R"py(
from django.db import connection, transaction
def ran(commits):
    recorded = connection.in_atomic_block
    seen = []
    try:
        with transaction.atomic():
            transaction.on_commit(lambda: seen.append('committed'))
            seen += ['inside'] * connection.in_atomic_block
            with transaction.atomic():
                seen += ['savepoint'] * (len(connection.savepoint_ids) == 1 + recorded)
            if not commits:
                raise ValueError
    except ValueError:
        pass
    assert connection.in_atomic_block == recorded
    assert connection.get_autocommit() != recorded
    # A recorded transaction commits later than a router can see.
    return seen + ['committed'] * (recorded and commits)
)py"));
  CHECK(rig.read() == "replica-1");
  CHECK(rig.account().notes.empty());
  Query query = query_of(RequestClass::kRead);
  query.transaction = 3;
  CHECK(rig.name(rig.router().choose(query, {}, 0)) == "replica-1");
  CHECK(rig.account().notes.empty());
  CHECK(rig.read() == "replica-1");
}

TEST_CASE("connections of a session are its own, as those of a thread are") {
  DjangoCase test;
  test.code = R"py(
from django.db import connections
class Mine:
    def db_for_read(self, model, **hints):
        connections['default'].seen = getattr(connections['default'], 'seen', 0) + 1
        return 'replica-1' if connections['default'].seen == 1 else 'default'
)py";
  DjangoRig rig(test);
  CHECK(rig.read(0, 1) == "replica-1");
  CHECK(rig.read(0, 2) == "replica-1");
  CHECK(rig.read(0, 1) == "default");
}

TEST_CASE("what is asked of a database by cursor or by model has no rows") {
  DjangoCase test = holds("rows() == [[], [], None, [], 0, None]", R"py(
from django.contrib.auth.models import Group
from django.db import connections
def rows():
    with connections['replica-2'].cursor() as cursor:
        cursor.execute('SELECT %s', [1])
        found = [list(cursor), cursor.fetchmany(5), cursor.fetchone()]
    groups = Group.objects.using('replica-2')
    return found + [list(groups), groups.count(), groups.first()]
)py");
  test.more =
      "INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes']\nDEBUG = True\n";
  DjangoRig rig(test);
  CHECK(rig.read() == "replica-1");
  CHECK(rig.account().notes.empty());
}

TEST_CASE("settings within packages are imported as Django would, from beside manage.py") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder.path() + "/mysite/conf");
  folder.write("manage.py", "");
  folder.write("mysite/__init__.py", "");
  folder.write("mysite/conf/__init__.py", "");
  folder.write("mysite/conf/base.py", databases_text({"default", "replica-1", "replica-2"}));
  folder.write("mysite/conf/local.py",
               "from .base import *\nDATABASE_ROUTERS = ['helpers.Mine']\n");
  folder.write("helpers.py",
               "class Mine:\n    def db_for_read(self, model, **hints):\n"
               "        return 'replica-2'\n");
  const StrategyInfo& info = find_strategy("django");
  const std::vector<NodeInfo> nodes = primary_and(2);
  const auto router =
      info.make({nodes, NodeId{0}, RandomStream(kSeed, RandomPurpose::kRouter), nullptr},
                parameters_of("django", info, {{"settings", folder.file("mysite/conf/local.py")}}));
  CHECK(read(*router).node == NodeId{2});
}

TEST_CASE("settings can be a package, named by its folder or its file, and are run once") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder.path() + "/a.b/mysite/settings");
  folder.write("a.b/__init__.py", "");  // no package, as its name has a dot
  folder.write("a.b/mysite/__init__.py", "");
  folder.write("a.b/mysite/settings/__init__.py",
               "import builtins\nfrom .base import *\n"
               "builtins.runs = getattr(builtins, 'runs', 0) + 1\n"
               "class Mine:\n    def db_for_read(self, model, **hints):\n"
               "        return 'replica-%d' % runs\n"
               "DATABASE_ROUTERS = [__name__ + '.Mine']\n");
  folder.write("a.b/mysite/settings/base.py",
               databases_text({"default", "replica-1", "replica-2"}));
  const StrategyInfo& info = find_strategy("django");
  const std::vector<NodeInfo> nodes = primary_and(2);
  for (const char* path :
       {"a.b/mysite/settings", "a.b/mysite/settings/", "a.b/mysite/settings/__init__.py"}) {
    INFO(path);
    const auto router =
        info.make({nodes, NodeId{0}, RandomStream(kSeed, RandomPurpose::kRouter), nullptr},
                  parameters_of("django", info, {{"settings", folder.file(path)}}));
    CHECK(read(*router).node == NodeId{1});
  }
}

}  // namespace switchyard::testing
