// What the bus has to tell a monitoring system, family by family. Everything that counts is of one
// attachment: a sum over a region would fall when somebody leaves, which a counter must not.
#pragma once

#include <vector>

#include <bus/activity.hpp>
#include <bus/quota.hpp>

#include "exposition.hpp"
#include "people.hpp"

namespace ctl {

void expose_absence(Exposition& exposition);
void expose(Exposition& exposition, const bus::Activity& activity,
            const std::vector<bus::Quota>& quotas, People& people);

}  // namespace ctl
