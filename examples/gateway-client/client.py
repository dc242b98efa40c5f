#!/usr/bin/env python3
"""Streams one chat completion from a claif gateway, with the standard library only.

usage: client.py URL QUESTION
"""
import json
import sys
import urllib.request


def stream(url: str, question: str):
    body = {"model": "haiku", "stream": True, "messages": [{"role": "user", "content": question}]}
    request = urllib.request.Request(
        url + "/v1/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        for line in response:
            data = line.decode().strip().removeprefix("data: ")
            if not line.startswith(b"data: ") or data == "[DONE]":
                continue
            chunk = json.loads(data)
            if "error" in chunk:
                raise SystemExit(chunk["error"]["message"])
            for choice in chunk["choices"]:
                yield choice["delta"].get("content") or ""


if __name__ == "__main__":
    for piece in stream(sys.argv[1], sys.argv[2]):
        print(piece, end="", flush=True)
    print()
