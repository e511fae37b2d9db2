// What the filter server does to a picture, in place.
#pragma once

#include "picture.hpp"

namespace filter {

/// Each pixel becomes as grey as it was bright.
void make_grey(const Picture& picture);

/// Each pixel becomes the mean of itself and its eight neighbours; at an edge the edge's own stand
/// for those that are not there.
void blur(const Picture& picture);

}  // namespace filter
