// Shared libraries with routers: their parameters, and what is wrong with those that can't be used.
#include <elf.h>
#include <sys/stat.h>

#include "core/digest.h"
#include "plugin/telling_library.h"
#include "temporary_file.h"

namespace switchyard::testing {

TEST_CASE("parameters of a router in a library are checked as those of any strategy") {
  Telling telling;
  CHECK(failure({{"count", "9"}, {"share", "1"}, {"label", "anything"}}).empty());
  CHECK(contains(failure({{"coutn", "3"}}),
                 "telling.so' has no parameter 'coutn'; it takes count, share, strict, colour, "
                 "window, label and pin; did you mean 'count'?"));
  CHECK(contains(failure({{"count", "10"}}), "must be an integer from 1 to 9, found '10'"));
  CHECK(contains(failure({{"share", "1.5"}}), "must be a number from 0 to 1"));
  CHECK(contains(failure({{"strict", "1"}}), "must be true or false"));
  CHECK(contains(failure({{"colour", "blue"}}), "must be one of red and green"));
  CHECK(contains(failure({{"window", "250"}}), "must be a duration"));
  CHECK(contains(failure({{"pin", "forever"}}), "'pin' must be one of"));
}

TEST_CASE("a library that can't be used as a router says why and what to do") {
  Telling telling;
  const auto begins = "router library '" + kTelling + "' ";
  CHECK(failure({}, "./nowhere.so") ==
        "router library './nowhere.so' was not found; build it, or correct the path, which is "
        "relative to the scenario's folder or, given by --router, to the current one");
  const TemporaryDirectory folder;
  CHECK(contains(failure({}, folder.write("text.so", "not a library")),
                 "must be a shared library for this machine"));
  CHECK(contains(failure({}, folder.path()), "must be a shared library for this machine"));
  CHECK(contains(failure({}, SWITCHYARD_PLUGINS "/no_entry.so"),
                 "has no function switchyard_router(); define it as switchyard_router.h"));
  CHECK(contains(failure({}, SWITCHYARD_PLUGINS "/incomplete.so"), "switchyard_test_of_nobody"));

  telling->plugin.abi = SWITCHYARD_ROUTER_ABI + 1;
  CHECK(contains(failure(), begins + "was made for version 2 of the router interface, and this "
                                     "switchyard ("));
  CHECK(contains(failure(), ") has version 1; build it with this one's switchyard_router.h"));
  telling->is_absent = 1;
  CHECK(contains(failure(), "was made for another version of the router interface"));
  Telling again;
  again->plugin.struct_size = 8;
  CHECK(contains(failure(), "describes its router in 8 bytes"));
}

TEST_CASE("a library that was cut off, or is for another machine, is not loaded") {
  const TemporaryDirectory folder;
  const std::string whole = file_content(SWITCHYARD_PLUGINS "/fewest.so");
  CHECK(failure({}, folder.write("whole.so", whole)).empty());
  std::vector<std::size_t> sizes = {EI_NIDENT, 20, 63, 64, 100, whole.size() - 1};
  for (std::size_t size = 512; size < whole.size(); size += 512) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    CHECK(contains(failure({}, folder.write("cut.so", whole.substr(0, size))),
                   "cut.so' can't be loaded (it is cut off: it ends after " + std::to_string(size) +
                       " bytes); it must be a shared library for this machine"));
  }
  CHECK(contains(failure({}, folder.write("empty.so", "")), "does not begin as an ELF file"));
  // Whoever opened it would wait for somebody to write.
  REQUIRE(mkfifo(folder.file("pipe.so").c_str(), 0600) == 0);
  CHECK(contains(failure({}, folder.file("pipe.so")), "(it is no regular file)"));

  const auto with = [&](std::size_t at, int value) {
    std::string changed = whole;
    changed[at] = static_cast<char>(value);
    return failure({}, folder.write("other.so", changed));
  };
  constexpr std::size_t kMachine = offsetof(Elf64_Ehdr, e_machine);
  CHECK(contains(with(kMachine, EM_S390),
                 "(it is made for a 64-bit machine of ELF's number 22, "
                 "and this switchyard for 64-bit "));
  CHECK(contains(with(EI_CLASS, ELFCLASS32), "(it is made for 32-bit "));
  CHECK(contains(with(EI_DATA, ELFDATA2MSB), "a machine with the other order of bytes"));
}

TEST_CASE("a library that contradicts itself says where") {
  const auto with = [](auto change) {
    Telling telling;
    change(telling->plugin);
    return failure();
  };
  CHECK(with([](switchyard_plugin&) {}).empty());
  CHECK(
      contains(with([](auto& p) { p.name = nullptr; }), "does not say what its router is called"));
  CHECK(contains(with([](auto& p) { p.create = nullptr; }), "lacks create, destroy or choose"));
  CHECK(contains(with([](auto& p) { p.destroy = nullptr; }), "lacks create, destroy or choose"));
  CHECK(contains(with([](auto& p) { p.choose = nullptr; }), "lacks create, destroy or choose"));
  CHECK(contains(with([](auto& p) { p.signals |= 0x100; }), "(0x100)"));
  CHECK(contains(with([](auto& p) { p.signals &= ~std::uint32_t{SWITCHYARD_RESPONSES}; }),
                 "has on_dispatch(), which is never called as its signals lack "
                 "SWITCHYARD_RESPONSES"));
  CHECK(contains(with([](auto& p) { p.on_timer = nullptr; }),
                 "has one of next_timer() and on_timer(); a timer needs both"));
  CHECK(contains(with([](auto& p) { p.parameters = nullptr; }), "has a parameter_count"));
  // Its signals_of() goes on wanting more.
  CHECK(contains(with([](auto& p) { p.signals &= ~std::uint32_t{SWITCHYARD_ORIGIN}; }),
                 "wants signals (0xff) that are not among all it may want (0xef)"));

  const auto with_parameter = [&](auto change) {
    switchyard_parameter parameters[2] = {};
    parameters[0].name = "one";
    parameters[0].default_value = "1";
    parameters[1] = parameters[0];
    parameters[1].name = "two";
    change(parameters[1]);
    return with([&](auto& p) {
      p.parameters = parameters;
      p.parameter_count = 2;
    });
  };
  CHECK(with_parameter([](auto&) {}).empty());
  CHECK(contains(with_parameter([](auto& p) { p.name = nullptr; }), "declares parameter number 1"));
  CHECK(contains(with_parameter([](auto& p) { p.default_value = nullptr; }), "parameter number 1"));
  CHECK(contains(with_parameter([](auto& p) { p.type = 6; }), "declares parameter number 1"));
  CHECK(contains(with_parameter([](auto& p) { p.type = SWITCHYARD_CHOICE; }), "its choices"));
  const char* const choices[] = {"1", nullptr};
  const auto with_choices = [&](std::uint32_t count) {
    return with_parameter([&](auto& p) {
      p.type = SWITCHYARD_CHOICE;
      p.choices = choices;
      p.choice_count = count;
    });
  };
  CHECK(with_choices(1).empty());
  CHECK(contains(with_choices(2), "declares 2 choices of parameter 'two', but number 1 is null"));
  CHECK(contains(with_choices(0), "its choices"));
  CHECK(contains(with_parameter([](auto& p) { p.name = "one"; }), "a name that another has"));
  for (const char* name : {"pin", "use"}) {
    CHECK(contains(with_parameter([&](auto& p) { p.name = name; }), "stands for something else"));
  }
  CHECK(contains(with_parameter([](auto& p) { p.default_value = "many"; }),
                 "parameter 'two' must be an integer from 0, found 'many'"));
}

TEST_CASE(
    "a library made when the interface had fewer calls lacks them, and one with more is read") {
  Telling telling;
  telling->plugin.struct_size = sizeof(switchyard_plugin) + 8;
  CHECK(failure().empty());
}

TEST_CASE("what create() says is the error, and without a word it is told as well") {
  Telling telling;
  telling->error = "three nodes are too few";
  CHECK(failure() == "router '" + kTelling + "': three nodes are too few");
  telling->error = "";
  CHECK(contains(failure(), "its create() failed without saying why"));
  CHECK(telling->living == 0);
}

TEST_CASE("an exception that leaves a library is an error, not the end") {
  const std::string path = SWITCHYARD_PLUGINS "/throwing.so";
  CHECK(contains(failure({{"where", "create"}}, path), "threw an exception (no luck)"));
  const auto router = make(path, three_nodes());
  CHECK(contains(error_in([&] { read(*router); }), "(throwing) threw an exception, which no call"));
  const std::string silent = SWITCHYARD_PLUGINS "/throwing_entry.so";
  CHECK(failure({}, silent) ==
        "router library '" + silent +
            "' threw an exception (no licence), which no call of a router library may do");
}

TEST_CASE("an exception in destroy() is an error at a run's end, and elsewhere passed over") {
  const std::string path = SWITCHYARD_PLUGINS "/throwing.so";
  const auto router = make(path, three_nodes(), {{"where", "destroy"}});
  CHECK(contains(error_in([&] { router->finish(); }), "(throwing) threw an exception (no end)"));
  CHECK(error_in([&] { router->finish(); }).empty());
  // As where another error has ended the run.
  make(path, three_nodes(), {{"where", "destroy"}}).reset();
}

TEST_CASE("a router in a library names itself and its file's digest once in a run's notes") {
  Telling telling;
  const auto one = make(kTelling, three_nodes());
  const auto other = make(kTelling, three_nodes());
  RouterAccount account;
  one->give_account(account);
  other->give_account(account);
  REQUIRE(account.notes.size() == 1);
  CHECK(account.notes[0] ==
        "telling.so is 'telling', SHA-256 " + sha256_hex(file_content(kTelling)));
}

TEST_CASE("a name with a slash, or one that ends in .so, is a library's") {
  CHECK(is_library("./fewest.so"));
  CHECK(is_library("fewest.so"));
  CHECK(is_library("routers/fewest"));
  CHECK_FALSE(is_library("MasterSlave"));
  CHECK_FALSE(is_library("RestAuth.common.routers.MasterSlave"));
  CHECK(display_name("/home/me/fewest.so") == "fewest.so");
  CHECK(display_name("d_choices") == "d_choices");
  CHECK(&find_strategy("./a.so") == &find_strategy("/b/c"));
  CHECK_FALSE(find_strategy("./a.so").is_bound);
  CHECK_THROWS_WITH(find_guard("./a.so"),
                    "a library holds a router, not a guard: name it under routers = [\"./a.so\"]");
}

}  // namespace switchyard::testing
