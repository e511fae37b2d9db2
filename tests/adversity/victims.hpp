// Who plays beside a hostile peer: honest parts in processes of their own, each of which judges
// what it gets. A part that crashes, hangs, or gets what is wrong ends badly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "actor.hpp"
#include "progress.hpp"
#include "stage.hpp"

namespace adversity {

// All of them count their turns in `turns[part]`, and end once it is over. Each says "ready" when
// it has joined, and waits there.

// Publishes cargo of sender 1, and tells its attachment number when it is ready; how much it was,
// in the end ("published").
[[nodiscard]] integration::Actor::Role publishing(const integration::Stage& stage,
                                                  std::string region, Progress& progress,
                                                  std::size_t part);
// Takes from everyone, in all ways. What comes from `honest` must be whole and, where nothing but
// take() is used, without a gap; of anybody else's it reads every byte. Tells the newest of sender
// 1 in the end ("took").
enum class Taking { All, Newest };
[[nodiscard]] integration::Actor::Role subscribing(const integration::Stage& stage,
                                                   std::string region, Progress& progress,
                                                   std::size_t part, std::uint64_t honest,
                                                   Taking taking);
// Locks, changes, notifies. While only readers are hostile, two words agree under the lock.
enum class Trust { Writers, Nobody };
[[nodiscard]] integration::Actor::Role writing(const integration::Stage& stage, std::string region,
                                               Progress& progress, std::size_t part, Trust trust);
[[nodiscard]] integration::Actor::Role reading(const integration::Stage& stage, std::string region,
                                               Progress& progress, std::size_t part, Trust trust);

// Answers each request by its complement, where it lies. Leaves after a number of them and comes
// back, as a standby where another one serves by then; with `Tenure::Stays`, it does not.
enum class Tenure { Stays, Changes };
[[nodiscard]] integration::Actor::Role serving(const integration::Stage& stage, std::string region,
                                               Progress& progress, std::size_t part, Tenure tenure);
// Asks, at times for longer than it waits, and tells how many calls were answered ("answered").
// With Trust::Writers its server is honest, so that each answer is right and nobody refuses.
[[nodiscard]] integration::Actor::Role asking(const integration::Stage& stage, std::string region,
                                              Progress& progress, std::size_t part, Trust trust);

}  // namespace adversity
