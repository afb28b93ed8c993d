// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/result.hpp"

namespace guest {

const char* describe(Error error) {
  switch (error) {
    case Error::kNotPermitted:
      return "not permitted";
    case Error::kNoAddress:
      return "no such address";
    case Error::kTooBig:
      return "too big";
    case Error::kIo:
      return "input/output error";
    case Error::kNoDevice:
      return "no such device";
    case Error::kOutOfMemory:
      return "out of memory";
    case Error::kBusy:
      return "busy";
    case Error::kExists:
      return "already there";
    case Error::kNotImplemented:
      return "not implemented";
    case Error::kInvalid:
      return "invalid argument";
    case Error::kNoSpace:
      return "no space left";
    case Error::kOutOfRange:
      return "out of range";
    case Error::kUnsupported:
      return "not supported";
    case Error::kTimeout:
      return "timed out";
    case Error::kNotFound:
      return "not found";
    case Error::kBadData:
      return "bad data";
    case Error::kOutOfIova:
      return "out of I/O addresses";
  }
  return "unknown error";
}

}  // namespace guest
