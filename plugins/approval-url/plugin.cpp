#include "address.hpp"
#include "url.hpp"

#include <claif/plugin.hpp>
#include <claif/sdk/approval_arguments.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace claif;
using approval_url::Address;
using approval_url::Url;

std::string lower(std::string s) {
  for (char& c : s)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return s;
}

std::vector<std::string> lowered(std::vector<std::string> list) {
  for (std::string& each : list)
    each = lower(std::move(each));
  return list;
}

class UrlRules {
 public:
  static constexpr bool kBlocking = true;  // it resolves names
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["tool", "arg", "hosts"],
    "properties": {
      "tool": {"description": "The tool that fetches, byte for byte", "type": "string"},
      "arg": {"description": "Its argument that is the URL", "type": "string"},
      "schemes": {
        "description": "https by default",
        "type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}
      },
      "hosts": {
        "description": "Names or addresses, whole; * is any",
        "type": "array", "items": {"type": "string", "minLength": 1}
      },
      "subdomains": {
        "description": "true: the names below these hosts, too",
        "type": "boolean"
      },
      "ports": {
        "description": "443 by default",
        "type": "array", "minItems": 1,
        "items": {"type": "integer", "minimum": 1, "maximum": 65535}
      },
      "addresses": {
        "description": "The addresses of names, in place of those that DNS has; * is any other name",
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}}
      },
      "dns": {
        "description": "false: a name that 'addresses' does not have is denied",
        "type": "boolean"
      }
    }
  })";

  UrlRules(sdk::Host, const sdk::Config& config)
      : tool_(config.string("tool")),
        arg_(config.string("arg")),
        schemes_(lowered(config.has("schemes") ? config.strings("schemes")
                                               : std::vector<std::string>{"https"})),
        hosts_(lowered(config.strings("hosts"))),
        subdomains_(config.boolean("subdomains", false)),
        dns_(config.boolean("dns", true)) {
    for (const std::string& port : config.items("ports"))
      ports_.push_back(static_cast<uint16_t>(std::stoi(port)));
    if (ports_.empty()) ports_.push_back(443);
    for (const std::string& host : hosts_)
      if (host != "*" && host.find('*') != std::string::npos)
        throw sdk::Error("the host '" + host + "' has a *: write the name and set 'subdomains'",
                         CLAIF_E_ARG);
    read_addresses(config);
  }

  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (call.tool() != tool_) return sdk::Verdict::abstain();
    return sdk::judged([&] {
      const sdk::Arguments arguments(call);
      const Url url = approval_url::parse_url(arguments.text(arg_));
      if (std::find(schemes_.begin(), schemes_.end(), url.scheme) == schemes_.end())
        return sdk::Verdict::deny("the scheme '" + url.scheme + "' is not allowed");
      if (!is_listed(url)) return sdk::Verdict::deny("the host '" + url.host + "' is not allowed");
      if (std::find(ports_.begin(), ports_.end(), url.port) == ports_.end())
        return sdk::Verdict::deny("the port " + std::to_string(url.port) + " is not allowed");
      std::string good;
      for (const Address& address : addresses_of(url)) {
        const std::string text = approval_url::to_text(address);
        if (!approval_url::is_global(address))
          return sdk::Verdict::deny("the host '" + url.host + "' is at " + text +
                                    ", which is no public address");
        (good += good.empty() ? "connect to " : " or ") += text;
      }
      return sdk::Verdict::allow(good);
    });
  }

 private:
  void read_addresses(const sdk::Config& config) {
    const auto json = config.object("addresses");
    if (!json) return;
    const sdk::Config table(*json);
    rapidjson::Document names;
    names.Parse(json->data(), json->size());
    for (const auto& member : names.GetObject()) {
      std::vector<Address>& out = addresses_[lower(member.name.GetString())];
      for (const std::string& text : table.strings(member.name.GetString()))
        out.push_back(approval_url::parse_address(text));
    }
  }

  bool is_listed(const Url& url) const {
    return std::any_of(hosts_.begin(), hosts_.end(), [&](const std::string& host) {
      if (host == "*" || host == url.host) return true;
      return subdomains_ && url.kind == Url::Host::name && url.host.size() > host.size() &&
             url.host.ends_with(host) && url.host[url.host.size() - host.size() - 1] == '.';
    });
  }

  std::vector<Address> addresses_of(const Url& url) const {
    if (url.kind != Url::Host::name) return {approval_url::parse_address(url.host)};
    auto known = addresses_.find(url.host);
    if (known == addresses_.end()) known = addresses_.find("*");
    std::vector<Address> out;
    if (known != addresses_.end())
      out = known->second;
    else if (dns_)
      out = approval_url::look_up(url.host);
    if (out.empty()) throw sdk::Error("the host '" + url.host + "' has no address", CLAIF_E_ARG);
    return out;
  }

  std::string tool_, arg_;
  std::vector<std::string> schemes_, hosts_;
  std::vector<uint16_t> ports_;
  bool subdomains_, dns_;
  std::map<std::string, std::vector<Address>, std::less<>> addresses_;
};

}  // namespace

CLAIF_PLUGIN(UrlRules, "claif.approval.url", "0.1.0");
