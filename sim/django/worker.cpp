// The process that Django routers run in: the system's Python, embedded, with the user's settings.
//
// It is a process of its own so that a router which hangs can be stopped, one that crashes takes
// nothing with it, and each run of each candidate has a Python of its own.
#include <poll.h>
#include <pybind11/embed.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "django/messages.h"
#include "django/python_sources.h"

namespace py = pybind11;

namespace switchyard::django {
namespace {

// The other end has gone: there is nobody to tell.
struct Gone {};

void receive(void* into, std::size_t size) {
  auto* at = static_cast<char*>(into);
  while (size > 0) {
    const ssize_t got = read(kSocket, at, size);
    if (got <= 0) throw Gone();
    at += got;
    size -= static_cast<std::size_t>(got);
  }
}

void send(const void* data, std::size_t size) {
  const auto* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t put = ::send(kSocket, at, size, MSG_NOSIGNAL);
    if (put <= 0) throw Gone();
    at += put;
    size -= static_cast<std::size_t>(put);
  }
}

std::string receive_text() {
  std::uint32_t size = 0;
  receive(&size, sizeof(size));
  std::string text(size, '\0');
  receive(text.data(), size);
  return text;
}

void send_text(const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  send(&size, sizeof(size));
  send(text.data(), text.size());
}

// What Python's stand-ins for clocks and connections read.
struct World {
  std::int64_t now_ns = 0;
  bool in_transaction = false;
  std::vector<bool> is_up;
};

PyObject* now_of(PyObject* capsule, PyObject* /*none*/) {
  const auto* world = static_cast<const World*>(PyCapsule_GetPointer(capsule, nullptr));
  return PyLong_FromLongLong(world->now_ns);
}

// As cheap as the clock that it stands in for, so not through pybind11.
py::object clock_of(World& world) {
  static PyMethodDef method = {"now_ns", now_of, METH_NOARGS, nullptr};
  const auto capsule = py::reinterpret_steal<py::object>(PyCapsule_New(&world, nullptr, nullptr));
  return py::reinterpret_steal<py::object>(PyCFunction_New(&method, capsule.ptr()));
}

struct State {
  World* world = nullptr;
  py::dict nodes;
  bool in_transaction() const { return world->in_transaction; }
  bool is_up(const py::str& alias) const {
    if (!nodes.contains(alias)) return true;  // asked while the routers are loaded
    const auto node = nodes[alias].cast<std::size_t>();
    return node >= world->is_up.size() || world->is_up[node];
  }
};

PYBIND11_EMBEDDED_MODULE(switchyard_state, module) {
  py::class_<State>(module, "State")
      .def("in_transaction", &State::in_transaction)
      .def("is_up", &State::is_up);
}

py::module_ run_module(const char* name, const char* source) {
  auto module = py::reinterpret_steal<py::module_>(PyModule_New(name));
  py::module_::import("sys").attr("modules")[name] = module;
  module.attr("__dict__")["__builtins__"] = py::module_::import("builtins");
  const auto code =
      py::reinterpret_steal<py::object>(Py_CompileString(source, name, Py_file_input));
  if (!code) throw py::error_already_set();
  const auto done = py::reinterpret_steal<py::object>(
      PyEval_EvalCode(code.ptr(), module.attr("__dict__").ptr(), module.attr("__dict__").ptr()));
  if (!done) throw py::error_already_set();
  return module;
}

// A simulated session is a thread to the routers: it has thread-local values and context variables
// of its own, by taking those of the real thread in turn.
class Sessions {
 public:
  Sessions() : own_(PyThreadState_Get()->dict) {}
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;
  ~Sessions() { PyThreadState_Get()->dict = own_; }

  void enter(std::uint32_t session) {
    if (session >= all_.size()) all_.resize(session + 1);
    Session& entered = all_[session];
    if (!entered.context) {
      entered.context = py::reinterpret_steal<py::object>(PyContext_New());
    }
    PyContext_Enter(entered.context.ptr());
    PyThreadState_Get()->dict = entered.locals.release().ptr();
  }
  void leave(std::uint32_t session) {
    PyThreadState* thread = PyThreadState_Get();
    all_[session].locals = py::reinterpret_steal<py::object>(thread->dict);
    thread->dict = own_;
    PyContext_Exit(all_[session].context.ptr());
  }
  void end(std::uint32_t session) {
    if (session < all_.size()) all_[session] = {};
  }

 private:
  struct Session {
    py::object locals;
    py::object context;
  };
  PyObject* own_;  // the real thread's, while no session is entered
  std::vector<Session> all_;
};

class Worker {
 public:
  // Throws error_already_set with what the user should be told.
  explicit Worker(const py::dict& order) {
    const py::module_ simulated = run_module("switchyard_world", kSimulatedWorld);
    run_module("simulated_connections", kSimulatedConnections);
    const py::module_ hosting = run_module("switchyard_host", kDjangoHost);
    const py::object sleeps = hosting.attr("Sleeps")();
    const py::object prints = simulated.attr("install")(order["seed"], clock_of(world_), sleeps);
    py::module_::import("switchyard_state");
    const py::object state = py::cast(State{&world_, {}});
    host_ = hosting.attr("Host")(order, py::make_tuple(prints, sleeps), state);
    nodes_ = host_.attr("nodes");
    state.cast<State&>().nodes = nodes_;
    world_.is_up.assign(nodes_.size(), true);
    reads_ = host_.attr("for_read");
    writes_ = host_.attr("for_write");
    models_ = host_.attr("models");
    instances_ = host_.attr("instances");
    for (const auto alias : host_.attr("databases"))
      aliases_.push_back(py::reinterpret_borrow<py::object>(alias));
    for (const auto alias : host_.attr("without_engine")()) {
      has_no_engine_.resize(aliases_.size());
      has_no_engine_[nodes_[alias].cast<std::size_t>()] = true;
    }
    hint_ = py::make_tuple("instance");
    // What was drawn while they were loaded leaves no trace.
    simulated.attr("seed_randomness")(order["seed"]);
  }

  std::string hello() const {
    py::dict hello;
    hello["databases"] = host_.attr("databases");
    hello["routers"] = host_.attr("routers");
    return to_json(hello);
  }

  // Until the run needs them no more.
  void serve() {
    while (true) {
      Ask ask;
      receive(&ask, sizeof(ask));
      switch (ask.kind) {
        case Ask::Kind::kRead:
        case Ask::Kind::kWrite: {
          const Answer answer = decide(ask);
          send(&answer, sizeof(answer));
          break;
        }
        case Ask::Kind::kSessionEnd:
          sessions_.end(ask.session);
          break;
        case Ask::Kind::kDatabaseUp:
        case Ask::Kind::kDatabaseDown:
          if (ask.database < world_.is_up.size()) {
            world_.is_up[ask.database] = ask.kind == Ask::Kind::kDatabaseUp;
          }
          break;
        case Ask::Kind::kAccount:
          send_text(to_json(host_.attr("account")()));
          break;
      }
    }
  }

  static std::string to_json(const py::object& value) {
    // Text that was decoded from other bytes than UTF-8 can't be encoded as it is.
    return py::module_::import("json")
        .attr("dumps")(value, py::arg("ensure_ascii") = false)
        .attr("encode")("utf-8", "replace")
        .cast<std::string>();
  }

 private:
  Answer decide(const Ask& ask) {
    world_.now_ns = ask.now_ns;
    world_.in_transaction = ask.in_transaction != 0;
    const bool writes = ask.kind == Ask::Kind::kWrite;
    std::array<PyObject*, 2> arguments = {PyList_GetItem(models_.ptr(), ask.table), nullptr};
    if (ask.has_object != 0) arguments[1] = named_object(ask);
    sessions_.enter(ask.session);
    const auto before = std::chrono::steady_clock::now();
    const auto answer = py::reinterpret_steal<py::object>(
        PyObject_Vectorcall((writes ? writes_ : reads_).ptr(), arguments.data(), 1,
                            arguments[1] == nullptr ? nullptr : hint_.ptr()));
    const auto after = std::chrono::steady_clock::now();
    Answer result;
    result.spent_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(after - before).count();
    if (answer) {
      result.database = database_of(answer, writes);
    } else {
      failed(writes);
    }
    sessions_.leave(ask.session);
    return result;
  }

  // As it was loaded, or new; null where its model can't make one.
  PyObject* named_object(const Ask& ask) {
    const py::object instance = instances_[ask.object_table];
    if (instance.is_none()) return nullptr;
    const bool was_loaded = ask.database != kNoDatabase;
    try {
      instance.attr("_state").attr("db") = was_loaded ? aliases_[ask.database] : py::none();
      instance.attr("_state").attr("adding") = !was_loaded;
      instance.attr("pk") = ask.object == 0 ? py::object(py::none()) : py::int_(ask.object);
    } catch (const py::error_already_set&) {
      return nullptr;  // a model that does not let itself be filled
    }
    return instance.ptr();
  }

  std::uint16_t database_of(const py::object& answer, bool writes) {
    PyObject* number = PyDict_GetItemWithError(nodes_.ptr(), answer.ptr());
    PyErr_Clear();
    if (number != nullptr) {
      const auto node = static_cast<std::size_t>(PyLong_AsSize_t(number));
      if (has_no_engine_.empty() || !has_no_engine_[node]) return static_cast<std::uint16_t>(node);
    }
    host_.attr("unknown")(answer, writes);
    return kNoDatabase;
  }

  void failed(bool writes) {
    py::error_already_set error;
    PyException_SetTraceback(error.value().ptr(), error.trace().ptr());
    host_.attr("failed")(error.value(), writes);
  }

  World world_;
  py::object host_;
  py::dict nodes_;  // alias → number
  py::object reads_;
  py::object writes_;
  py::list models_;
  py::list instances_;
  py::tuple hint_;
  std::vector<py::object> aliases_;
  std::vector<bool> has_no_engine_;  // empty: all have one
  Sessions sessions_;
};

// As Python has paths: text that stands for any bytes.
py::object path_of(const std::string& bytes) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeFSDefaultAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

// Where it is, when it is asked from outside because it takes too long.
void tell_where_on_signal() {
  py::module_::import("faulthandler")
      .attr("register")(py::int_(SIGUSR1), py::arg("file") = kLog, py::arg("all_threads") = false);
  py::module_::import("faulthandler").attr("enable")(py::arg("file") = kLog);
}

// A router that hangs must not outlive a run that was killed, nor what it has started, which is in
// the group that this process leads.
void end_with_the_run() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // Signals are for the thread that runs Python.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([] {
    pollfd end = {kSocket, POLLRDHUP, 0};
    while (poll(&end, 1, -1) < 0) {
    }
    if (getpgrp() == getpid()) kill(0, SIGKILL);
    _exit(0);
  }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

// Has objects lie at the same places in each run, since routers may decide by them: hash(model),
// id(self). It takes this program to be begun anew; where the system forbids it, they differ.
void keep_addresses(char** arguments) {
  const int before = personality(0xFFFFFFFF);
  if (before < 0 || (before & ADDR_NO_RANDOMIZE) != 0) return;
  if (personality(static_cast<unsigned long>(before) | ADDR_NO_RANDOMIZE) < 0) return;
  std::array<char, PATH_MAX> program{};
  if (readlink("/proc/self/exe", program.data(), program.size() - 1) > 0) {
    execv(program.data(), arguments);
  }
}

int run() {
  // Only the run decides when it ends; Python would make an exception in the user's code of it.
  signal(SIGINT, SIG_IGN);
  end_with_the_run();
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  // Else the order of sets would differ from run to run.
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  config.install_signal_handlers = 0;
  PyConfig_SetString(&config, &config.program_name, L"/usr/bin/python3");
  // Without the current folder among the modules' folders, which the user has not named.
  const py::scoped_interpreter python(&config, 0, nullptr, false);
  try {
    tell_where_on_signal();
    const std::string settings = receive_text();
    const py::dict order = py::module_::import("json").attr("loads")(receive_text());
    order["settings"] = path_of(settings);
    std::optional<Worker> worker;
    try {
      worker.emplace(order);
      send_text(worker->hello());
    } catch (py::error_already_set& error) {
      const py::dict told;
      told["error"] = py::str(error.value());
      send_text(Worker::to_json(told));
      return 1;
    }
    worker->serve();
  } catch (const Gone&) {
    // The usual end: the run is over, or has been given up.
  }
  // What the user's code would do at the end of a process is no part of the run.
  std::fflush(nullptr);
  _exit(0);
}

}  // namespace
}  // namespace switchyard::django

int main(int /*count*/, char** arguments) {
  try {
    switchyard::django::keep_addresses(arguments);
    return switchyard::django::run();
  } catch (const std::exception& error) {
    dprintf(switchyard::django::kLog, "%s\n", error.what());
    return 1;
  }
}
