#pragma once

/// Everything that needs only Eigen.

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/distributed/averaging.hpp>
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
#include <eddy/streaming/dormant_units.hpp>
#include <eddy/streaming/elastic.hpp>
#include <eddy/streaming/learner.hpp>
#include <eddy/streaming/rehearsal.hpp>
#include <eddy/streaming/shrink_and_perturb.hpp>
#include <eddy/tasks.hpp>
#include <eddy/transfer.hpp>
