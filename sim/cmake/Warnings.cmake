# switchyard_warnings(target): every warning is an error in our own code.
function(switchyard_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # g++ 12 sees overlapping copies in "text" + std::to_string(n), where there are none (PR 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
endfunction()
