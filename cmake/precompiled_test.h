// The same for the tests, which are compiled without optimisation and therefore apart.
#pragma once
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmake/precompiled.h"
