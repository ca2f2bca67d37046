// An embedding of more parameters than an int counts.
// expected: an embedding has more parameters than an int counts

#include <eddy/eddy.hpp>

int main() {
  eddy::Features<eddy::Embedding<float, 16777215, 129>> features;
  features.reset();
}
