// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/catch.hpp"

namespace linefill::test {

/// A file that is gone at the end of the test.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& contents) {
    std::ofstream{path_, std::ios::binary} << contents;
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  static std::string unique() {
    std::string name = std::filesystem::temp_directory_path() / "linefill-XXXXXX";
    const int file = mkstemp(name.data());
    REQUIRE(file >= 0);
    ::close(file);
    return name;
  }
  std::string path_ = unique();
};

}  // namespace linefill::test
