// SPDX-License-Identifier: Apache-2.0
#include "models/core/read_file.hpp"

#include <filesystem>
#include <fstream>

#include "models/core/device_tree.hpp"

namespace linefill {

namespace {
constexpr std::size_t kLargest = std::size_t{1} << 30;
constexpr std::size_t kPart = std::size_t{1} << 20;
}  // namespace

std::vector<std::byte> read_file(const std::string& path, const std::string& expected) {
  const auto refuse = [&](const std::string& what) {
    throw ConfigurationError{path + ": " + what + ": expected " + expected};
  };
  std::error_code error;
  std::ifstream file{path, std::ios::binary};
  if (!std::filesystem::exists(path, error) && !error) refuse("no such file");
  if (std::filesystem::is_directory(path, error)) refuse("is a directory");
  if (!file) refuse("cannot be read");
  // A pipe does not say how much will come.
  std::vector<std::byte> bytes;
  while (file) {
    const std::size_t size = bytes.size();
    if (size > kLargest) refuse("is larger than 1 GiB");
    bytes.resize(size + kPart);
    file.read(reinterpret_cast<char*>(bytes.data() + size), kPart);
    bytes.resize(size + static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) refuse("cannot be read");
  if (bytes.empty()) refuse("is empty");
  return bytes;
}

}  // namespace linefill
