#include "load/options.hpp"

#include "net/socket.hpp"

#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <stdexcept>

namespace claif::bench {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
  using Set = std::function<void(Options&, const std::string&)>;
  static const std::map<std::string, Set> kSetters = {
      {"--port", [](Options& o, const std::string& v) { o.port = parse_port(v); }},
      {"--path", [](Options& o, const std::string& v) { o.path = v; }},
      {"--body", [](Options& o, const std::string& v) { o.body_file = v; }},
      {"--header", [](Options& o, const std::string& v) { o.headers.push_back(v); }},
      {"--model", [](Options& o, const std::string& v) { o.model = v; }},
      {"--expect", [](Options& o, const std::string& v) { o.expect = v; }},
      {"--connections", [](Options& o, const std::string& v) { o.connections = std::stoul(v); }},
      {"--rate", [](Options& o, const std::string& v) { o.rate = std::stod(v); }},
      {"--requests", [](Options& o, const std::string& v) { o.requests = std::stoull(v); }},
      {"--warm", [](Options& o, const std::string& v) { o.warm_seconds = std::stod(v); }},
      {"--seconds", [](Options& o, const std::string& v) { o.seconds = std::stod(v); }},
      {"--pid", [](Options& o, const std::string& v) { o.pid = std::stoi(v); }},
  };
  Options options;
  for (auto argument = arguments.begin(); argument != arguments.end(); ++argument) {
    if (*argument == "--stream") {
      options.stream = true;
      continue;
    }
    const auto setter = kSetters.find(*argument);
    if (setter == kSetters.end()) throw std::invalid_argument("unknown option " + *argument);
    if (std::next(argument) == arguments.end()) {
      throw std::invalid_argument(*argument + " needs a value");
    }
    setter->second(options, *++argument);
  }
  if (options.port == 0) throw std::invalid_argument("--port is missing");
  if (options.connections == 0) throw std::invalid_argument("--connections must be at least 1");
  return options;
}

std::string build_request(const Options& options) {
  std::string body;
  if (!options.body_file.empty()) {
    std::ifstream file(options.body_file);
    if (!file) throw std::invalid_argument("cannot read " + options.body_file);
    body.assign(std::istreambuf_iterator<char>(file), {});
    replace_all(body, "@MODEL@", options.model);
    replace_all(body, "@STREAM@", options.stream ? "true" : "false");
  }
  std::string request = (body.empty() ? "GET " : "POST ") + options.path + " HTTP/1.1\r\n";
  request += "Host: 127.0.0.1:" + std::to_string(options.port) + "\r\n";
  for (const std::string& header : options.headers)
    request += header + "\r\n";
  if (!body.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return request + "\r\n" + body;
}

}  // namespace claif::bench
