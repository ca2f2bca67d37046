#pragma once

/// Everything that needs only Eigen.

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/layers/skip.hpp>
#include <eddy/loss.hpp>
#include <eddy/models.hpp>
#include <eddy/online.hpp>
#include <eddy/optimizer.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/anomaly.hpp>
#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/classification_metrics.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/delayed_evaluation.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/drift_detector.hpp>
#include <eddy/streaming/kappa.hpp>
#include <eddy/streaming/learner.hpp>
#include <eddy/streaming/metric.hpp>
#include <eddy/streaming/ordered_window.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/quantile_tracker.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/streaming/rehearsal.hpp>
#include <eddy/streaming/shadow.hpp>
#include <eddy/streaming/stopping.hpp>
