#include "config/config.hpp"

namespace claif {

std::string_view config_schema() {  // NOLINT(readability-function-size): it is one text
  static constexpr std::string_view kSchema = R"json({
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title": "claif configuration",
  "type": "object",
  "additionalProperties": false,
  "definitions": {
    "plugin": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "use": {"type": "string", "description": "name of the plugin: the file <kind>-<name>.so without its kind, or its id"},
        "config": {"type": "object", "description": "the plugin's own configuration: see its README"}
      }
    }
  },
  "properties": {
    "transport": {"$ref": "#/definitions/plugin"},
    "approval": {"$ref": "#/definitions/plugin"},
    "approval_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647, "description": "a strategy that takes longer denies"},
    "hooks": {"type": "array", "items": {"$ref": "#/definitions/plugin"}},
    "observers": {"type": "array", "items": {"$ref": "#/definitions/plugin"}},
    "cache": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "use": {"type": "string"},
        "config": {"type": "object"},
        "mode": {"type": "string", "enum": ["off", "on"], "description": "off by default: answers are stored only when asked for"},
        "routes": {
          "type": "object",
          "description": "in place of mode, by route",
          "propertyNames": {"enum": ["chat.completions", "responses", "messages", "client"]},
          "additionalProperties": {"type": "string", "enum": ["off", "on"]}
        },
        "ttl_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "tool_calls": {"type": "boolean", "description": "keep answers with tool calls too; they are approved again each time"},
        "sampled": {"type": "boolean", "description": "keep answers to requests with a temperature above 0 too"},
        "shared": {"type": "boolean", "description": "a request may share its answer with every tenant"},
        "compress": {"type": "boolean", "description": "by zstd, what is over 2 KiB"},
        "stale_if_error_ms": {"type": "integer", "minimum": 0, "maximum": 3600000, "description": "how long after its end an answer may stand in when Claude cannot be reached or fails"},
        "encryption_key": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$", "description": "AES-256 key of the entries; use ${file:path}"}
      }
    },
    "sessions": {"$ref": "#/definitions/plugin"},
    "responses": {
      "type": "object",
      "additionalProperties": false,
      "description": "a session store that keeps what /v1/responses answers, for previous_response_id; none by default",
      "properties": {"use": {"type": "string"}, "config": {"type": "object"}}
    },
    "model": {"type": "string", "description": "the model when a command names none"},
    "presets": {
      "type": "object",
      "additionalProperties": {
        "type": "object",
        "additionalProperties": false,
        "properties": {"model": {"type": "string"}, "max_tokens": {"type": "integer", "minimum": 1, "maximum": 2147483647}},
        "required": ["model"]
      }
    },
    "model_aliases": {"type": "object", "additionalProperties": {"type": "string"}},
    "secrets": {"type": "object", "additionalProperties": {"type": "string"}, "description": "for plugins, by name; use ${env:NAME} or ${file:path}"},
    "plugin_dirs": {"type": "array", "items": {"type": "string"}},
    "check_plugins": {"type": "boolean", "description": "for plugin authors: log a plugin that blocks or keeps the event loop"},
    "strict": {"type": "boolean", "description": "refuse requests with parameters that would be changed or ignored"},
    "retries": {"type": "integer", "minimum": 0, "maximum": 10, "description": "attempts after the first, before the first byte"},
    "request_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647},
    "log": {
      "type": "object",
      "additionalProperties": false,
      "properties": {"level": {"type": "string", "enum": ["trace", "debug", "info", "warn", "error", "off"]}}
    },
    "gateway": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "host": {"type": "string", "description": "a numeric address; loopback unless auth_token and insecure_http are set"},
        "port": {"type": "integer", "minimum": 0, "maximum": 65535, "description": "0 picks a free one"},
        "threads": {"type": "integer", "minimum": 1, "maximum": 64},
        "auth_token": {"type": "string", "description": "clients must send it as Bearer token"},
        "insecure_http": {"type": "boolean"},
        "allowed_hosts": {"type": "array", "items": {"type": "string"}},
        "max_body": {"type": "integer", "minimum": 1024, "maximum": 1073741824},
        "max_connections": {"type": "integer", "minimum": 1, "maximum": 1000000},
        "header_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "body_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "idle_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "write_timeout_ms": {"type": "integer", "minimum": 1, "maximum": 2147483647},
        "shutdown_ms": {"type": "integer", "minimum": 0, "maximum": 2147483647}
      }
    }
  }
}
)json";
  return kSchema;
}

}  // namespace claif
