// Built with -fno-exceptions, without GoogleTest: succeeds if the handler is called with the message that
// would have been thrown.

#include <eddy/eddy.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__cpp_exceptions)
#error "this program is about -fno-exceptions"
#endif

namespace {

void expect_message(const char* message) {
  const bool as_expected = std::strcmp(message, "eddy: x has 4 values, expected 3") == 0;
  if (!as_expected) {
    std::fprintf(stderr, "unexpected message: %s\n", message);
  }
  std::exit(as_expected ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

int main() {
  if (eddy::set_error_handler(expect_message) != nullptr ||
      eddy::set_error_handler(expect_message) != expect_message) {
    std::fprintf(stderr, "set_error_handler() does not return the handler set before\n");
    return EXIT_FAILURE;
  }
  eddy::Rnn<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError, eddy::Sgd,
            eddy::TruncatedBptt<2>, eddy::NoRehearsal>
      model(3, 4, 1);
  model.partial_fit(eddy::Vector<float>::Ones(3), 1);
  model.step(eddy::Vector<float>::Ones(4));
  std::fprintf(stderr, "the handler was not called\n");
  return EXIT_FAILURE;
}
