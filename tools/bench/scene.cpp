#include "scene.hpp"

#include <fstream>

namespace bench {

// The kernel's account to the nanosecond, which any user may read.
double Scene::broker_time() const {
    if (setting_.broker == 0) return 0;
    std::ifstream file{"/proc/" + std::to_string(setting_.broker) + "/schedstat"};
    double time = 0;
    file >> time;
    return time;
}

}  // namespace bench
