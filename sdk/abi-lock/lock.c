#include <claif/abi/abi.h>
