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
#include <eddy/preprocessing/beside.hpp>
#include <eddy/preprocessing/calendar.hpp>
#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/fourier.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/one_hot.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/robust_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/preprocessing/unchanged.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/learner.hpp>
#include <eddy/streaming/rehearsal.hpp>
