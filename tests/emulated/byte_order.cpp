// Checkpoints between machines of different byte order; byte_order.sh compares what this does on both.
//
//   byte_order write <file>          learns for a while, and saves
//   byte_order copy <file> <copy>    loads, and saves again
//   byte_order go_on <file>          loads, learns on, and prints what it predicts

#include <eddy/eddy.hpp>
#include <eddy/io/checkpoint.hpp>

#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

namespace {

/// Float of fixed sizes behind scalers, double of run time with labels that come late, a detector, a metric.
struct Learners {
  using Scaler = eddy::StandardScaler<float, 1>;
  eddy::Pipeline<Scaler, eddy::Lstm<float, 1, 8, 1>, Scaler> fixed;
  eddy::Gru<double> sized{1, 6, 1, {.credit = {.window = 16}, .seed = 7}};
  eddy::Adwin adwin;
  eddy::Rolling<eddy::Rmse, 20> error;
  std::int64_t time = 0;

  void learn(int steps, bool tell) {
    for (const std::int64_t end = time + steps; time < end; ++time) {
      const double t = static_cast<double>(time), x = 5 + 2 * std::sin(0.3 * t),
                   y = 5 + 2 * std::sin(0.3 * (t + 1));
      const float loss = fixed.partial_fit(static_cast<float>(x), static_cast<float>(y));
      sized.step(x / 10);
      if (sized.time() > 3) {
        sized.partial_fit(eddy::at(sized.time() - 3), x / 10);
      }
      adwin.update(static_cast<double>(loss));
      error.add(y, static_cast<double>(fixed.prediction()(0)));
      if (tell) {
        std::printf("%.6f %.6f %.6f\n", static_cast<double>(fixed.prediction()(0)), sized.prediction()(0),
                    error.value());
      }
    }
  }
  void save(const char* path) const { eddy::save(std::string(path), fixed, sized, adwin, error, time); }
  void load(const char* path) { eddy::load(std::string(path), fixed, sized, adwin, error, time); }
};

}  // namespace

int main(int count, char** arguments) try {
  const std::string task = count > 2 ? arguments[1] : "";
  Learners learners;
  if (task == "write") {
    learners.learn(203, false);
    learners.save(arguments[2]);
  } else if (task == "copy" && count > 3) {
    learners.load(arguments[2]);
    learners.save(arguments[3]);
  } else if (task == "go_on") {
    learners.load(arguments[2]);
    learners.learn(50, true);
  } else {
    std::fprintf(stderr, "byte_order write|copy|go_on <file> [<copy>]\n");
    return 2;
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
