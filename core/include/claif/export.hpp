// CLAIF_API marks what libclaif.so exports.
#pragma once

#define CLAIF_API __attribute__((visibility("default")))
