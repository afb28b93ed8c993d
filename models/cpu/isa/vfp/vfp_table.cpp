// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/encoding.hpp"

namespace linefill {

const EncodingTable& vfp_table() {
  static const EncodingTable kTable{{}, 20, 8, 4, 4};
  return kTable;
}

}  // namespace linefill
