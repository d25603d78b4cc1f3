# The three ways a target is declared in this project.  Each takes explicit
# source lists; there is no globbing and no directory-wide flag.

# miv_library(NAME worker_build_geometry SRCS a.cc b.cc
#             PUBLIC_DEPS ... PRIVATE_DEPS ...)
# Declares library miv_<NAME> with the alias miv::<NAME>.  Without SRCS the
# library is header-only.
function(miv_library)
  cmake_parse_arguments(A "" "NAME" "SRCS;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  if(A_SRCS)
    add_library(miv_${A_NAME} STATIC ${A_SRCS})
    target_link_libraries(miv_${A_NAME} PUBLIC miv_options ${A_PUBLIC_DEPS}
                          PRIVATE ${A_PRIVATE_DEPS})
  else()
    add_library(miv_${A_NAME} INTERFACE)
    target_link_libraries(miv_${A_NAME} INTERFACE miv_options ${A_PUBLIC_DEPS})
  endif()
  add_library(miv::${A_NAME} ALIAS miv_${A_NAME})
endfunction()

# miv_program(NAME miv-worker SRCS main.cc DEPS ...) -> build/bin/<NAME>
function(miv_program)
  cmake_parse_arguments(A "" "NAME" "SRCS;DEPS" ${ARGN})
  add_executable(${A_NAME} ${A_SRCS})
  target_link_libraries(${A_NAME} PRIVATE miv_options ${A_DEPS})
  set_target_properties(${A_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# miv_test(NAME base_digest_test SRCS digest_test.cc DEPS miv::base
#          [LABEL unit] [TIMEOUT 60] [RANKS 1;2;3])
# LABEL is one of: unit contract mpi neuron conformance integration e2e faults.
# With RANKS the test binary is registered once per rank count, under mpirun;
# it must define its own main (see tests/support).  Otherwise gtest_main is
# linked, and each test binary is one ctest entry.
function(miv_test)
  cmake_parse_arguments(A "" "NAME;LABEL;TIMEOUT" "SRCS;DEPS;RANKS;ENV" ${ARGN})
  if(NOT A_LABEL)
    set(A_LABEL unit)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
  endif()
  add_executable(${A_NAME} ${A_SRCS})
  target_link_libraries(${A_NAME} PRIVATE miv_options ${A_DEPS} GTest::gmock)
  set_target_properties(${A_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${A_NAME} PRIVATE
    MIV_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    MIV_BINARY_DIR="${CMAKE_BINARY_DIR}")
  set(environment "MIV_BIN=${CMAKE_BINARY_DIR}/bin" ${A_ENV})
  if(A_RANKS)
    foreach(ranks IN LISTS A_RANKS)
      add_test(NAME ${A_NAME}.n${ranks} COMMAND
        ${MPIEXEC_EXECUTABLE} --allow-run-as-root --oversubscribe --bind-to none
        --mca mpi_yield_when_idle 1 --mca btl_vader_single_copy_mechanism none
        --mca pml ob1 --mca btl self,vader
        -n ${ranks} $<TARGET_FILE:${A_NAME}>)
      # Without a look at the hardware Open MPI starts in a fifth of the time.
      set_tests_properties(${A_NAME}.n${ranks} PROPERTIES LABELS ${A_LABEL}
        TIMEOUT ${A_TIMEOUT} ENVIRONMENT
        "${environment};HWLOC_COMPONENTS=no_os,stop;PMIX_MCA_gds=hash")
    endforeach()
  else()
    if(NOT A_LABEL STREQUAL neuron)
      target_link_libraries(${A_NAME} PRIVATE GTest::gtest_main)
    endif()
    add_test(NAME ${A_NAME} COMMAND ${A_NAME})
    set_tests_properties(${A_NAME} PROPERTIES LABELS ${A_LABEL}
      TIMEOUT ${A_TIMEOUT} ENVIRONMENT "${environment}")
  endif()
endfunction()

# miv_python_test(NAME e2e_demo SCRIPT demo_test.py [LABEL e2e] [TIMEOUT 300])
# A test in Python over the built programs (tests/support/harness.py).
function(miv_python_test)
  cmake_parse_arguments(A "" "NAME;SCRIPT;LABEL;TIMEOUT" "" ${ARGN})
  if(NOT A_LABEL)
    set(A_LABEL e2e)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  add_test(NAME ${A_NAME} COMMAND /usr/bin/python3
           ${CMAKE_CURRENT_SOURCE_DIR}/${A_SCRIPT})
  set_tests_properties(${A_NAME} PROPERTIES LABELS ${A_LABEL}
    TIMEOUT ${A_TIMEOUT} ENVIRONMENT
    "MIV_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support;PYTHONDONTWRITEBYTECODE=1")
endfunction()
