# eddy_add_mpi_test(<name> <program> <label>): the program as four processes of this machine.
function(eddy_add_mpi_test name program label)
  add_test(NAME ${name} COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} 4 $<TARGET_FILE:${program}>)
  # Unless told, Open MPI refuses more processes than cores, and root, and copies memory between processes by a call that
  # containers forbid. What it leaves behind at the end are no leaks of ours. A test that hangs must not hang for long.
  set_tests_properties(
    ${name}
    PROPERTIES
      LABELS ${label} PROCESSORS 2 TIMEOUT 120
      ENVIRONMENT
      "OMPI_MCA_rmaps_base_oversubscribe=1;OMPI_MCA_btl_vader_single_copy_mechanism=none;OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;ASAN_OPTIONS=detect_leaks=0"
  )
endfunction()
