#!/usr/bin/env python3
"""Proves that check_arrows can fail, and that it lets pass what the table allows."""

import unittest

import check_arrows

BREACHES = [
    ("libbus/include/bus/region.hpp", '#include "abi/layout.hpp"'),
    ("libbus/include/bus/region.hpp", "#include <sdbus-c++/sdbus-c++.h>"),
    ("libbus/include/bus/region.hpp", "#include <linux/memfd.h>"),
    ("libbus/include/bus/region.hpp", "#include <unistd.h>"),
    ("libbus/include/bus/region.hpp", "#include <boost/interprocess/offset_ptr.hpp>"),
    ("libbus/include/bus/shared_types.hpp", "#include <boost/asio.hpp>"),
    ("libbus/abi/layout.hpp", "#include <bus/publisher.hpp>"),
    ("libbus/abi/layout.hpp", '#include "base/memfd.hpp"'),
    ("libbus/abi/layout.hpp", "#include <fcntl.h>"),
    ("libbus/base/memfd.cpp", '#include "abi/layout.hpp"'),
    ("libbus/base/memfd.cpp", '#include "shm/ring.hpp"'),
    ("libbus/base/memfd.cpp", "#include <boost/asio.hpp>"),
    ("libbus/base/memfd.cpp", "#include <systemd/sd-bus.h>"),
    ("libbus/shm/ring.cpp", '#include "wire/proxy.hpp"'),
    ("libbus/shm/ring.cpp", '#include "src/publisher.hpp"'),
    ("libbus/shm/ring.cpp", '#include "daemon/region.hpp"'),
    ("libbus/shm/ring.cpp", "auto t = std::chrono::steady_clock::now();"),
    ("libbus/shm/ring.cpp", "::clock_gettime(CLOCK_MONOTONIC, &now);"),
    ("libbus/wire/fd.cpp", '#include "shm/ring.hpp"'),
    ("libbus/wire/fd.cpp", '#include "src/connection.hpp"'),
    ("libbus/src/connection.cpp", '#include "daemon/region.hpp"'),
    ("daemon/registry.cpp", "#include <sdbus-c++/sdbus-c++.h>"),
    ("daemon/registry.cpp", '  #  include "wire/fd.hpp"'),
    ("daemon/registry.cpp", '#include "shm/ring.hpp"'),
    ("daemon/registry.cpp", '#include "daemon/service.hpp"'),
    ("daemon/brand_new.cpp", "#include <sdbus-c++/sdbus-c++.h>"),
    ("daemon/service.cpp", '#include "src/connection.hpp"'),
    ("daemon/service.cpp", '#include "shm/ring.hpp"'),
    ("daemon/service.cpp", "#include <bus/connection.hpp>"),
    ("tools/shmbusctl/pub.cpp", '#include "shm/ring.hpp"'),
    ("tools/shmbusctl/pub.cpp", "#include <sdbus-c++/sdbus-c++.h>"),
    ("tools/bench/scene.hpp", '#include "shm/ring.hpp"'),
    ("tools/bench/scene.hpp", '#include "abi/layout.hpp"'),
    ("libbus/src/connection.cpp", '#include "bench/stage.hpp"'),
    ("tools/examples/chat/room.cpp", '#include "abi/layout.hpp"'),
    ("tools/examples/chat/main.cpp", "#include <CLI/CLI.hpp>"),
    ("libbus/base/memfd.cpp", "#include <no/such/thing>"),
    ("daemon/util.hpp", ""),
    ("libbus/detail/ring.hpp", ""),
]

GOOD = [
    ("libbus/include/bus/publisher.hpp", "#include <bus/connection.hpp>\n#include <span>"),
    ("libbus/include/bus/shared_types.hpp", "#include <boost/interprocess/offset_ptr.hpp>"),
    ("libbus/abi/errors.hpp", "#include <bus/error.hpp>\n#include <array>"),
    ("libbus/base/semaphore.cpp", "#include <semaphore.h>\n#include <linux/memfd.h>"),
    ("libbus/base/lock.cpp", "#include <boost/interprocess/sync/named_semaphore.hpp>"),
    ("libbus/shm/ring.cpp", '#include "shm/roster.hpp"\n#include "abi/layout.hpp"'),
    ("libbus/shm/ring.cpp", "// never steady_clock::now()\n/* #include <sdbus-c++/x.h> */"),
    ("libbus/wire/fd.hpp", "#include <sdbus-c++/sdbus-c++.h>"),
    ("libbus/src/connection.cpp", '#include "wire/proxy.hpp"\n#include "shm/ring.hpp"'),
    ("daemon/registry.cpp", '#include "shm/roster.hpp"\n#include "daemon/region.hpp"'),
    ("daemon/service.cpp", '#include "daemon/registry.hpp"\n#include <systemd/sd-daemon.h>'),
    ("tools/shmbusctl/pub.cpp", '#include "verb.hpp"\n#include <bus/bus.hpp>'),
    ("tools/bench/scene.hpp", '#include "partner.hpp"\n#include <bus/connection.hpp>'),
    ("tools/shmbusctl/bench.cpp", '#include "bench/stage.hpp"'),
    ("tools/examples/chat/room.cpp", '#include "text.hpp"\n#include <bus/containers.hpp>'),
    ("tests/unit/shm/ring_test.cpp", '#include "shm/ring.hpp"\n#include <doctest/doctest.h>'),
]


class Arrows(unittest.TestCase):
    def test_each_breach_is_found(self):
        for path, text in BREACHES:
            with self.subTest(path=path, text=text):
                self.assertNotEqual(check_arrows.breaches(path, text), [])

    def test_what_the_table_allows_passes(self):
        for path, text in GOOD:
            with self.subTest(path=path, text=text):
                self.assertEqual(check_arrows.breaches(path, text), [])

    def test_unix_fd_has_one_file_in_wire(self):
        use = "sdbus::UnixFd fd;"
        self.assertEqual(check_arrows.descriptor_breaches({"libbus/wire/fd.hpp": use}), [])
        self.assertEqual(len(check_arrows.descriptor_breaches({"daemon/service.cpp": use})), 1)
        self.assertEqual(len(check_arrows.descriptor_breaches(
            {"libbus/wire/fd.hpp": use, "libbus/wire/errors.hpp": use})), 1)

    def test_every_row_of_the_table_names_known_rooms(self):
        rooms = {room for room, _ in check_arrows.ROOMS}
        self.assertEqual(set(check_arrows.MAY), rooms)
        self.assertLessEqual({room for room, _, _ in check_arrows.ALSO}, rooms)


if __name__ == "__main__":
    unittest.main()
