// What a consumer of eddy::mpi must be able to build.
#include <eddy/distributed/mpi.hpp>
#include <eddy/models.hpp>

int main(int count, char** arguments) {
  MPI_Init(&count, &arguments);
  eddy::Gru<float, 1, 4, 1> model;
  eddy::MpiAveraging average(model);
  average.finish(model);
  MPI_Finalize();
}
