#pragma once

namespace others {

float loss_of_gru();

}  // namespace others
