#include <claif/client.hpp>

#include <iostream>

int main() try {
  claif::Client client({.transport = "mock"});  // "anthropic" talks to Claude

  const auto answer = client.chat.completions.create({
      .model = "fast",
      .messages = {{.role = "user", .content = "Say hello"}},
  });
  std::cout << answer.choices[0].message.content << '\n';

  claif::ChatRequest request;
  request.model = "fast";
  request.messages = {{.role = "user", .content = "Count to three"}};
  for (const auto& chunk : client.chat.completions.stream(request))
    std::cout << chunk.delta() << std::flush;
  std::cout << '\n';
} catch (const claif::ApiError& error) {
  std::cerr << "claif: " << error.what() << '\n';
  return 1;
}
