# Every option that reaches a compiler or a linker is decided here, on one interface library, so
# that a target can also be built without them (the plain copy of core that a test inspects).

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS ON)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Without NDEBUG: assertions state what must hold before a batch is written, in production too.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g")

# What a translation unit needs to mean the same everywhere. No contraction into fused operations:
# a score must not depend on the compiler or on the instruction set.
add_library(gx_language INTERFACE)
target_compile_definitions(gx_language INTERFACE
  _GNU_SOURCE GUANXID_VERSION="${PROJECT_VERSION}")
target_compile_options(gx_language INTERFACE -ffp-contract=off)
target_include_directories(gx_language INTERFACE ${PROJECT_SOURCE_DIR}/include)

add_library(gx_flags INTERFACE)
target_link_libraries(gx_flags INTERFACE gx_language)

# -Wpedantic is left out: it objects to the GNU extensions in use. What it would bring besides is
# listed. -Wsign-conversion is left out as it hides the conversions that lose something.
set(warnings -Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2
  -Wimplicit-fallthrough -Wconversion -Wno-sign-conversion -Wdate-time)
set(warnings_c -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)
set(warnings_gcc -Wlogical-op -Wduplicated-cond -Wduplicated-branches)
target_compile_options(gx_flags INTERFACE
  ${warnings}
  "$<$<COMPILE_LANGUAGE:C>:${warnings_c}>"
  "$<$<COMPILE_LANG_AND_ID:C,GNU>:${warnings_gcc}>"
  "$<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions;-fno-rtti>")
if(GUANXI_WERROR)
  target_compile_options(gx_flags INTERFACE -Werror)
endif()

if(GUANXI_SANITIZE)
  # No recovery: a finding must fail the test that met it.
  set(sanitize -fsanitize=${GUANXI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(gx_flags INTERFACE ${sanitize})
  target_link_options(gx_flags INTERFACE ${sanitize})
endif()

if(GUANXI_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "GUANXI_FUZZ needs clang (use the preset 'fuzz')")
  endif()
  target_compile_options(gx_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(GUANXI_COVERAGE)
  target_compile_options(gx_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(gx_flags INTERFACE --coverage)
endif()

if(GUANXI_HARDEN)
  include(CheckPIESupported)
  include(CheckCCompilerFlag)
  check_pie_supported()
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  # Level 3 needs both a compiler and a C library that know it; glibc says so with a #warning.
  set(CMAKE_REQUIRED_FLAGS "-O2 -Werror -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  check_c_source_compiles("#include <string.h>\nint main(void) { return 0; }" GUANXI_HAS_FORTIFY_3)
  unset(CMAKE_REQUIRED_FLAGS)
  set(fortify $<IF:$<BOOL:${GUANXI_HAS_FORTIFY_3}>,3,2>)
  target_compile_options(gx_flags INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${fortify} -fstack-protector-strong)
  foreach(flag -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "GUANXI_HAS${flag}" has)
    check_c_compiler_flag(${flag} ${has})
    if(${has})
      target_compile_options(gx_flags INTERFACE ${flag})
    endif()
  endforeach()
  target_link_options(gx_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
  # The same source gives the same binary, wherever it was unpacked.
  target_compile_options(gx_flags INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
endif()

if(GUANXI_LTO)
  include(CheckIPOSupported)
  check_ipo_supported(LANGUAGES C CXX)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
