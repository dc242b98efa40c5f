// Requests whose framing two parties could read differently, and what the gateway makes of each.
// All of them are whole: what follows a vector on the wire is the next request.
#pragma once

#include <string>
#include <vector>

namespace claif::gateway {

struct FramingVector {
  const char* name;
  int status;  // of the refusal; 0: accepted
  std::string bytes;
};

// A POST with `headers` (each line with its CR LF) and what follows the head. The path has no route
// for POST, so what is accepted is answered with 405 and leaves the connection usable.
inline std::string post(const std::string& headers, const std::string& rest = "") {
  return "POST /healthz HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + rest;
}
inline std::string get(const std::string& headers, const std::string& target = "/healthz") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

// What a mistaken reader of a body's length would take for the next request.
inline const std::string kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

// Beast 1.74 and 1.81 accept these; the gateway has its own opinion.
inline std::vector<FramingVector> accepted_by_beast() {
  const std::string hidden = "0\r\n\r\n" + kSmuggled;
  const std::string hidden_length = "Content-Length: " + std::to_string(hidden.size()) + "\r\n";
  return {
      {"TE identity with CL", 501, post("Transfer-Encoding: identity\r\n" + hidden_length, hidden)},
      {"TE identity", 501, post("Transfer-Encoding: identity\r\n", kSmuggled)},
      {"TE chunked, identity", 501, post("Transfer-Encoding: chunked, identity\r\n", hidden)},
      {"TE identity, chunked", 501, post("Transfer-Encoding: identity, chunked\r\n", hidden)},
      {"TE gzip, chunked", 501, post("Transfer-Encoding: gzip, chunked\r\n", hidden)},
      {"TE chunked, chunked", 501, post("Transfer-Encoding: chunked, chunked\r\n", hidden)},
      {"TE xchunked", 501, post("Transfer-Encoding: xchunked\r\n", hidden)},
      {"TE xchunked with CL", 501, post("Transfer-Encoding: xchunked\r\n" + hidden_length, hidden)},
      {"TE chunked;q=1", 501, post("Transfer-Encoding: chunked;q=1\r\n", hidden)},
      {"TE quoted", 501, post("Transfer-Encoding: \"chunked\"\r\n", hidden)},
      {"TE empty", 501, post("Transfer-Encoding:\r\n", hidden)},
      {"TE twice", 400,
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", hidden)},
      {"TE twice, one identity", 400,
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", hidden)},
      {"TE in HTTP/1.0", 400,
       "POST /healthz HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden},
      {"CL list", 400, post("Content-Length: 5, 5\r\n", "hello")},
      {"CL twice, equal", 400, post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"CL with leading zeros", 400, post("Content-Length: 0005\r\n", "hello")},
      {"CL 00", 400, post("Content-Length: 00\r\n", kSmuggled)},
      {"CL empty", 400, post("Content-Length:\r\n", kSmuggled)},
      {"folded header", 400, post("X-A: b\r\n Content-Length: 5\r\n", "hello")},
      {"folded header by a tab", 400, post("X-A: b\r\n\tc\r\n")},
      {"folded first header", 400,
       "GET /healthz HTTP/1.1\r\n Host: localhost\r\nHost: localhost\r\n\r\n"},
      {"underscore in a name", 400, post("Content_Length: 5\r\n", "hello")},
      {"no Host", 400, "GET /healthz HTTP/1.1\r\n\r\n"},
      {"two Hosts", 400, get("Host: localhost\r\n")},
      {"two differing Hosts", 400, get("Host: example.org\r\n")},
      {"absolute target with another authority", 400, get("", "http://example.org/healthz")},
      {"absolute target with userinfo", 400, get("", "http://a@localhost/healthz")},
      {"https target", 400, get("", "https://localhost/healthz")},
      {"authority target", 400, get("", "localhost:80")},
      {"asterisk target", 400, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"target with a high byte", 400, get("", "/health\xc3\xa9")},
      {"target with a fragment", 400, get("", "/healthz#x")},
      {"target with DEL", 400, get("", "/healthz\x7f")},
      {"target with a space", 400, get("", "/health z")},
      {"target with a tab", 400, get("", "/health\tz")},
      {"lower-case method", 501, "get /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"unknown method", 501, "BREW /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"CONNECT", 501, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"TRACE", 501, "TRACE /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"},
      {"chunk extension", 400,
       post("Transfer-Encoding: chunked\r\n", "5;a=b\r\nhello\r\n0\r\n\r\n")},
      {"chunk extension of the last chunk", 400,
       post("Transfer-Encoding: chunked\r\n", "0;a\r\n\r\n")},
      {"chunk size of 17 digits", 400,
       post("Transfer-Encoding: chunked\r\n", "00000000000000005\r\nhello\r\n0\r\n\r\n")},
      {"trailer", 400, post("Transfer-Encoding: chunked\r\n", "0\r\nX-A: b\r\n\r\n")},
      {"GET with a body", 400,
       "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"},
      {"GET with a chunked body", 400, get("Transfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
      {"HEAD with a body", 400,
       "HEAD /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"},
      {"DELETE with a body", 400,
       "DELETE /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"},
      {"Connection names Content-Length", 400,
       post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello")},
      {"Connection names Host", 400, get("Connection: close, Host\r\n")},
      {"another expectation", 417, post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello")},
      {"Upgrade h2c", 400, get("Connection: Upgrade\r\nUpgrade: h2c\r\n")},
      {"Upgrade without Connection", 400, get("Upgrade: websocket\r\n")},
  };
}

// Beast refuses these, and so does the gateway.
inline std::vector<FramingVector> refused_by_beast() {
  const std::string hidden = "0\r\n\r\n" + kSmuggled;
  using namespace std::string_literals;
  return {
      {"CL and TE", 400, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", hidden)},
      {"TE and CL", 400, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", hidden)},
      {"CL twice, differing", 400, post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello")},
      {"CL list, differing", 400, post("Content-Length: 5, 6\r\n", "hello")},
      {"CL +5", 400, post("Content-Length: +5\r\n", "hello")},
      {"CL -1", 400, post("Content-Length: -1\r\n", kSmuggled)},
      {"CL 0x5", 400, post("Content-Length: 0x5\r\n", "hello")},
      {"CL 5 5", 400, post("Content-Length: 5 5\r\n", "hello")},
      {"CL overflow", 400, post("Content-Length: 18446744073709551621\r\n", "hello")},
      {"space before the colon", 400, post("Content-Length : 5\r\n", "hello")},
      {"tab before the colon", 400, post("Transfer-Encoding\t: chunked\r\n", hidden)},
      {"VT in a value", 400, post("Transfer-Encoding: \vchunked\r\n", hidden)},
      {"VT in a name", 400, post("Transfer-Encoding\v: chunked\r\n", hidden)},
      {"bare LF between headers", 400, post("X-A: b\nContent-Length: 5\r\n", "hello")},
      {"bare CR in a value", 400, post("X-A: b\rContent-Length: 5\r\n", "hello")},
      {"NUL in a value", 400, post("X-A: b\0c\r\n"s)},
      {"NUL in a name", 400, post("Content\0Length: 5\r\n"s, "hello")},
      {"name is empty", 400, post(": b\r\n")},
      {"no colon", 400, post("Content-Length\r\n")},
      {"CL in the trailers", 400,
       post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 5\r\n\r\n")},
      {"chunk size missing", 400, post("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n")},
      {"chunk size is no number", 400,
       post("Transfer-Encoding: chunked\r\n", "z\r\nhello\r\n0\r\n\r\n")},
      {"chunk size 0x5", 400, post("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n")},
      {"chunk size -5", 400, post("Transfer-Encoding: chunked\r\n", "-5\r\nhello\r\n0\r\n\r\n")},
      {"chunk size with a space", 400,
       post("Transfer-Encoding: chunked\r\n", "5 \r\nhello\r\n0\r\n\r\n")},
      {"chunk longer than its size", 400,
       post("Transfer-Encoding: chunked\r\n", "4\r\nhello\r\n0\r\n\r\n")},
      {"bare LF after a chunk's size", 400,
       post("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n")},
      {"bare LF after a chunk", 400,
       post("Transfer-Encoding: chunked\r\n", "5\r\nhello\n0\r\n\r\n")},
      {"HTTP/2.0", 505, "GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n"},
      {"HTTP/1.2", 505, "GET /healthz HTTP/1.2\r\nHost: localhost\r\n\r\n"},
      {"http/1.1", 505, "GET /healthz http/1.1\r\nHost: localhost\r\n\r\n"},
      {"no version", 400, "GET /healthz\r\nHost: localhost\r\n\r\n"},
      {"empty line first", 400, "\r\n" + get("")},
  };
}

// Requests in any of the forms that are spoken here.
inline std::vector<FramingVector> accepted() {
  const std::string length = "Content-Length: " + std::to_string(kSmuggled.size()) + "\r\n";
  return {
      {"plain", 0, get("")},
      {"no body", 0, post("Content-Length: 0\r\n")},
      {"no length", 0, post("")},
      {"a body that looks like a request", 0, post(length, kSmuggled)},
      {"names in capitals", 0, post("CONTENT-LENGTH: 5\r\n", "hello")},
      {"chunked", 0, post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")},
      {"chunked in capitals", 0, post("transfer-encoding: CHUNKED\r\n", "0\r\n\r\n")},
      {"chunk size in capitals with zeros", 0,
       post("Transfer-Encoding: chunked\r\n", "000A\r\n0123456789\r\n0000\r\n\r\n")},
      {"a chunk that looks like the end", 0,
       post("Transfer-Encoding: chunked\r\n", "7\r\n0\r\n\r\nGE\r\n0\r\n\r\n")},
      {"absolute target of this host", 0, get("", "http://localhost/healthz")},
      {"keep-alive by name", 0, get("Connection: keep-alive\r\n")},
      {"Expect with its body", 0, post("Expect: 100-continue\r\nContent-Length: 5\r\n", "hello")},
      {"tabs around a value", 0, post("Content-Length:\t5\t\r\n", "hello")},
      {"high bytes in a value", 0, get("X-A: caf\xc3\xa9\r\n")},
  };
}

}  // namespace claif::gateway
