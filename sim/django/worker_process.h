// A process that runs a user's own Django routers (see worker.cpp), and the way to ask them.
//
// The user's code runs in it unsandboxed, with the user's rights. Where the program lies: beside
// the running one, in ../libexec/switchyard, or as the environment's SWITCHYARD_DJANGO says.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "core/time.h"
#include "django/messages.h"

namespace switchyard::django {

// How long loading may take, unless it is asked for otherwise: longer than an answer.
inline constexpr Nanoseconds kLoadingPatience = 60 * kSecond;

struct Order {
  std::string settings;              // path of the settings module
  std::vector<std::string> routers;  // instead of its DATABASE_ROUTERS; empty: those
  std::uint64_t seed = 0;            // of Python's `random`
  std::vector<std::string> tables;   // that queries name
  Nanoseconds loading_patience = kLoadingPatience;
};

class WorkerProcess {
 public:
  // Throws InputError in a sentence, with the traceback if the user's code failed. `patience`: how
  // long an answer may take on the real clock before the process is taken to hang. Once
  // `stop`, which may be null and must outlive this, is set, whatever waits for the process throws
  // Interrupted, within a fraction of a second.
  WorkerProcess(const Order& order, Nanoseconds patience, const std::atomic<bool>* stop = nullptr);
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  ~WorkerProcess();

  // The names in DATABASES, in their order, and the classes of the routers.
  const std::vector<std::string>& databases() const { return databases_; }
  const std::vector<std::string>& routers() const { return routers_; }

  // REQUIRES kRead or kWrite. This and what follows throw InputError when the routers hang (where,
  // if that can be told) or have ended the process.
  Answer ask(const Ask& ask);
  // REQUIRES a kind that is not answered.
  void tell(const Ask& ask);
  // Sentences about the run so far.
  std::vector<std::string> account();

 private:
  class Descriptor {
   public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    int number() const { return number_; }
    void reset(int number);
    void close();

   private:
    int number_;
  };

  void start();
  void end();
  void send(const void* data, std::size_t size, Nanoseconds patience);
  void receive(void* into, std::size_t size, Nanoseconds patience);
  void wait_for(short events, std::chrono::steady_clock::time_point deadline, Nanoseconds patience);
  void heed_stop() const;
  void send_text(const std::string& text, Nanoseconds patience);
  std::string receive_text(Nanoseconds patience);
  [[noreturn]] void has_hung(Nanoseconds patience);
  [[noreturn]] void has_ended();
  bool ends_by_itself() const;
  std::string log() const;
  bool take_printed();
  std::string last_printed();

  std::string settings_;  // the name of the file or folder, for messages
  Nanoseconds patience_;
  bool is_loaded_ = false;
  const std::atomic<bool>* stop_;
  Descriptor socket_;
  Descriptor log_;
  Descriptor printed_;
  std::string printed_tail_;
  pid_t process_ = -1;
  std::vector<std::string> databases_;
  std::vector<std::string> routers_;
};

}  // namespace switchyard::django
