// What a file's ELF headers say of it, looked at before the loader maps it: of a file for another
// machine the loader says that there is none, and one that was cut off ends the program.
#pragma once

#include <string>

namespace switchyard {

// Why the file can't be a shared library for this machine; empty if nothing speaks against it, and
// if it can't be read, which the loader tells.
std::string why_not_loadable(const std::string& path);

}  // namespace switchyard
