// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace linefill {

/// The first SIGINT (Ctrl-C), SIGTERM or SIGHUP asks for the end of the run; one more ends the
/// process at once, as without it. A signal that the caller has ignored stays ignored.
class Interruption {
 public:
  Interruption();

  /// The signal that came; 0 if none did.
  int signal() const;
};

}  // namespace linefill
