#pragma once

/// Everything that needs only Eigen.

#include <eddy/cells/echo_state_cell.hpp>
#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/credit/truncated_bptt.hpp>
#include <eddy/heads/echo_state.hpp>
#include <eddy/heads/feature_head.hpp>
#include <eddy/heads/features.hpp>
#include <eddy/heads/joint_head.hpp>
#include <eddy/heads/linear_head.hpp>
#include <eddy/heads/recursive_least_squares.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/layers/skip.hpp>
#include <eddy/loss.hpp>
#include <eddy/models.hpp>
#include <eddy/online.hpp>
#include <eddy/optimizer.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/learner.hpp>
#include <eddy/streaming/mixture.hpp>
#include <eddy/streaming/rehearsal.hpp>
