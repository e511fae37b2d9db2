// The umbrella: all of libbus.
#pragma once

#include <bus/access.hpp>
#include <bus/activity.hpp>
#include <bus/client.hpp>
#include <bus/connection.hpp>
#include <bus/error.hpp>
#include <bus/payload.hpp>
#include <bus/publisher.hpp>
#include <bus/quota.hpp>
#include <bus/raw.hpp>
#include <bus/refusal.hpp>
#include <bus/region.hpp>
#include <bus/server.hpp>
#include <bus/subscriber.hpp>
