#include <eddy/forecaster.hpp>
#include <eddy/preprocessing/beside.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/fourier.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/one_hot.hpp>
#include <eddy/preprocessing/robust_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/preprocessing/unchanged.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr int most = (std::numeric_limits<int>::max)();

/// The message with which something is refused; empty if it is not.
std::string message_of(const std::function<void()>& make) {
  try {
    make();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

/// A setting of a part, and values that it must not and may have.
struct Setting {
  std::string part, name;
  std::function<void(double)> make;
  std::vector<double> wrong, right;
};

/// Makes a transform of one value with one setting changed.
template <class Transform, class Options>
std::function<void(double)> with(double Options::*setting) {
  return [setting](double value) {
    Options options;
    options.*setting = value;
    options.check();
    const Transform fixed(options);
  };
}
template <class Transform, class Options>
std::function<void(double)> only_made_with(double Options::*setting) {
  return [setting](double value) {
    Options options;
    options.*setting = value;
    const Transform fixed(options);
  };
}

const std::vector<Setting>& settings() {
  const std::vector<double> no_share = {-0.1, 1, 2, -1e300}, shares = {0, 0.001, 0.999},
                            negative = {-1e-9, -8, -1e300}, sizes = {0, 1e-3, 8, 1e300};
  static const std::vector<Setting> all = {
      {"StandardScaler", "forgetting",
       only_made_with<StandardScaler<float, 1>>(&StandardScalerOptions::forgetting), no_share, shares},
      {"StandardScaler", "limit", only_made_with<StandardScaler<float, 1>>(&StandardScalerOptions::limit),
       negative, sizes},
      {"StandardScalerOptions", "limit", with<StandardScaler<double, 1>>(&StandardScalerOptions::limit),
       negative, sizes},
      {"RobustScaler", "forgetting", only_made_with<RobustScaler<float, 1>>(&RobustScalerOptions::forgetting),
       no_share, shares},
      {"RobustScaler", "limit", only_made_with<RobustScaler<float, 1>>(&RobustScalerOptions::limit), negative,
       sizes},
      {"RobustScalerOptions", "forgetting", with<RobustScaler<double, 1>>(&RobustScalerOptions::forgetting),
       no_share, shares},
      {"MinMaxScaler", "forgetting", only_made_with<MinMaxScaler<float, 1>>(&MinMaxScalerOptions::forgetting),
       no_share, shares},
      {"MinMaxScaler", "limit", only_made_with<MinMaxScaler<float, 1>>(&MinMaxScalerOptions::limit), negative,
       sizes},
      {"MinMaxScaler",
       "high",
       only_made_with<MinMaxScaler<float, 1>>(&MinMaxScalerOptions::high),
       {0, -1, -1e300},
       {1e-9, 5}},
      {"MinMaxScaler",
       "low",
       only_made_with<MinMaxScaler<float, 1>>(&MinMaxScalerOptions::low),
       {},
       {-1e9, 0.5}},
      {"MinMaxScalerOptions", "low", with<MinMaxScaler<double, 1>>(&MinMaxScalerOptions::low), {}, {-5}},
      {"Imputer",
       "constant",
       only_made_with<Imputer<float, 1>>(&ImputerOptions::constant),
       {},
       {-1e30, 0, 7}},
      {"ImputerOptions", "constant", with<Imputer<double, 1>>(&ImputerOptions::constant), {}, {1e300}},
      {"Fourier",
       "period",
       [](double period) {
         Fourier<float>({24, period});
       },
       {0, -24},
       {1e-3, 24}},
  };
  return all;
}

TEST(PreprocessingSettings, WhatIsOutOfRangeIsNamedWithItsValue) {
  for (const Setting& setting : settings()) {
    std::vector<double> wrong = setting.wrong;
    wrong.insert(wrong.end(), {infinity, -infinity, not_a_number<double>});
    for (const double value : wrong) {
      const std::string message = message_of([&] { setting.make(value); });
      EXPECT_NE(message.find(setting.name), std::string::npos)
          << setting.part << ", " << setting.name << " " << value << ": '" << message << "'";
      EXPECT_NE(message.find(Message(value).c_str()), std::string::npos) << message;
      EXPECT_NE(message.find("expected"), std::string::npos) << message;
    }
    for (const double value : setting.right) {
      EXPECT_EQ(message_of([&] { setting.make(value); }), "") << setting.part << ", " << setting.name;
    }
  }
}

TEST(PreprocessingSettings, ARangeThatIsEmptyOrOverflowsIsRefused) {
  using Scaler = MinMaxScaler<double, 1>;
  EXPECT_NE(message_of([] { Scaler({.low = 1, .high = 1}); }).find("high is 1, expected more than 1"),
            std::string::npos);
  EXPECT_NE(message_of([] { Scaler({.low = -1.7e308, .high = 1.7e308}); }).find("high - low"),
            std::string::npos);
}

TEST(PreprocessingSettings, OfTheForecasterAreNamed) {
  const auto refused = [](int inputs, ForecasterOptions options) {
    return message_of([&] { Forecaster<float> forecaster(inputs, options); });
  };
  EXPECT_NE(refused(0, {.horizon = 0}).find("horizon is 0"), std::string::npos);
  EXPECT_NE(refused(0, {.horizon = most}).find("horizon is 2147483647"), std::string::npos);
  EXPECT_NE(refused(0, {.season = -1}).find("season is -1"), std::string::npos);
  EXPECT_NE(refused(0, {.season = most}).find("season is 2147483647"), std::string::npos);
  EXPECT_NE(refused(-1, {}).find("inputs is -1"), std::string::npos);
  EXPECT_NE(refused(most, {}).find("inputs is 2147483647"), std::string::npos);
}

TEST(PreprocessingSettings, SizesWhoseProductOverflowsAreRefusedBeforeAnythingIsAllocated) {
  const std::function<void()> wrong[] = {[] { StandardScaler<float> one(most); },
                                         [] { RobustScaler<float> one(most); },
                                         [] { MinMaxScaler<float> one(most); },
                                         [] { Imputer<float> one(most); },
                                         [] { Imputer<float, Dynamic, Indicators::beside> one(most); },
                                         [] { Unchanged<double> one(most); },
                                         [] { OneHot<float> one(most); },
                                         [] { Lags<float> one(100000, 100000); },
                                         [] { Lags<float> one(1, most); },
                                         [] { Difference<float, Dynamic, Dynamic> one(100000, 100000); },
                                         [] {
                                           const Unchanged<float> wide(6000000);
                                           Beside one(wide, wide);
                                         }};
  int number = 0;
  for (const auto& make : wrong) {
    EXPECT_NE(message_of(make).find("expected at most 10"), std::string::npos) << "case " << number;
    ++number;
  }
}

}  // namespace
}  // namespace eddy::testing
