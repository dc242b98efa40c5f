#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace claif {
namespace {

using std::chrono::milliseconds;

// Not strptime: it reads names of months in the language of the host program's locale.
struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<int64_t> to_ms(const Fields& f) {
  const std::chrono::year_month_day date{std::chrono::year(f.year),
                                         std::chrono::month(static_cast<unsigned>(f.month)),
                                         std::chrono::day(static_cast<unsigned>(f.day))};
  const bool in_range = f.hour >= 0 && f.hour < 24 && f.minute >= 0 && f.minute < 60 &&
                        f.second >= 0 && f.second <= 60;  // 60: a leap second
  if (!date.ok() || !in_range) return std::nullopt;
  const auto at = std::chrono::sys_days(date) + std::chrono::hours(f.hour) +
                  std::chrono::minutes(f.minute) + std::chrono::seconds(f.second);
  return std::chrono::duration_cast<milliseconds>(at.time_since_epoch()).count();
}

bool read_number(std::string_view digits, int& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return error == std::errc() && end == digits.data() + digits.size() && digits[0] != '-';
}

// The number of `digits` digits at the front of `text`, which is taken off together with the
// character after it; false when that is none of `after`.
bool take(std::string_view& text, size_t digits, std::string_view after, int& out) {
  if (text.size() <= digits || after.find(text[digits]) == std::string_view::npos) return false;
  if (!read_number(text.substr(0, digits), out)) return false;
  text.remove_prefix(digits + 1);
  return true;
}

int month_of(std::string_view name) {
  constexpr std::string_view kNames = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const size_t at = name.size() == 3 ? kNames.find(name) : std::string_view::npos;
  return at != std::string_view::npos && at % 3 == 0 ? static_cast<int>(at / 3) + 1 : 0;
}

}  // namespace

std::optional<int64_t> parse_rfc3339(std::string_view text) {
  Fields f;
  if (!take(text, 4, "-", f.year) || !take(text, 2, "-", f.month) || !take(text, 2, "Tt ", f.day) ||
      !take(text, 2, ":", f.hour) || !take(text, 2, ":", f.minute))
    return std::nullopt;
  if (text.size() < 3 || !read_number(text.substr(0, 2), f.second)) return std::nullopt;
  text.remove_prefix(2);
  auto out = to_ms(f);
  if (!out) return std::nullopt;
  if (text[0] == '.') {
    int scale = 100;
    size_t i = 1;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, scale /= 10)
      *out += (text[i] - '0') * scale;
    if (i == 1) return std::nullopt;
    text.remove_prefix(i);
  }
  if (text == "Z" || text == "z") return out;
  int hours = 0, minutes = 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
      !read_number(text.substr(1, 2), hours) || !read_number(text.substr(4, 2), minutes))
    return std::nullopt;
  const int64_t offset = (hours * 60 + minutes) * int64_t{60'000};
  return text[0] == '+' ? *out - offset : *out + offset;
}

std::optional<int64_t> parse_http_date(std::string_view text) {
  std::array<std::string_view, 8> parts{};
  size_t count = 0;
  constexpr std::string_view kSeparators = " ,-:";
  for (size_t at = text.find_first_not_of(kSeparators); at != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    if (count == parts.size()) return std::nullopt;
    parts[count++] = text.substr(at, end - at);
    at = text.find_first_not_of(kSeparators, end);
  }
  // Sun 06 Nov 1994 08 49 37 GMT, or Sun Nov 6 08 49 37 1994
  const bool c_style = count == 7;
  if (!c_style && (count != 8 || parts[7] != "GMT")) return std::nullopt;
  Fields f;
  f.month = month_of(parts[c_style ? 1 : 2]);
  const size_t hour = c_style ? 3 : 4;
  if (!read_number(parts[c_style ? 2 : 1], f.day) || !read_number(parts[c_style ? 6 : 3], f.year) ||
      !read_number(parts[hour], f.hour) || !read_number(parts[hour + 1], f.minute) ||
      !read_number(parts[hour + 2], f.second))
    return std::nullopt;
  if (f.year < 100) f.year += f.year < 70 ? 2000 : 1900;
  return to_ms(f);
}

}  // namespace claif
