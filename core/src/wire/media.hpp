// Images and files that come inside a request: data URIs, base64, what the bytes are.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace claif::wire {

// data:<media type>[;parameter...][;base64],<data> (RFC 2397). The views point into the URI.
struct DataUri {
  std::string media_type;  // in lower case, without parameters; text/plain when absent
  bool base64 = false;
  std::string_view data;
};
// Nothing when `uri` does not begin with "data:" or has no comma.
std::optional<DataUri> parse_data_uri(std::string_view uri);

// True when `s` begins with `prefix`, which is in lower case, in any case.
bool starts_with_any_case(std::string_view s, std::string_view prefix);

// Strict standard base64 (RFC 4648 section 4): alphabet, padding, not empty.
bool is_base64(std::string_view s);
// `s` without ASCII white space.
std::string without_space(std::string_view s);
bool has_space(std::string_view s);
// The bytes of valid base64.
std::string decode_base64(std::string_view s);
std::string encode_base64(std::string_view bytes);

// image/jpeg, image/png, image/gif or image/webp by the first bytes of valid base64; else empty.
std::string_view sniff_image(std::string_view base64);
// True for the media types that Claude takes as images. image/jpg counts, as image/jpeg.
bool is_image_type(std::string_view media_type);

}  // namespace claif::wire
