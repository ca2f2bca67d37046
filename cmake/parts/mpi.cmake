# eddy::mpi, if MPI is found: eddy with what <eddy/distributed/mpi.hpp> needs.
set(eddy_mpi_NEEDS "MPI for C++ (Debian: libopenmpi-dev)")
if(NOT TARGET eddy::mpi)
  set(MPI_CXX_SKIP_MPICXX ON) # only the functions of C; the classes of MPI 2 are long gone from the standard
  find_package(MPI QUIET COMPONENTS CXX)
  if(TARGET MPI::MPI_CXX)
    add_library(eddy::mpi INTERFACE IMPORTED GLOBAL)
    target_link_libraries(eddy::mpi INTERFACE eddy::eddy MPI::MPI_CXX)
  endif()
endif()
