"""What the system tests show, one function a scenario, in the order in which they are played. Each leaves
the service running and no region behind."""

from .access import (bystander_is_refused_everywhere, kernel_refuses_a_subscriber_that_writes,
                     polkit_lets_manage, subscriber_may_not_publish, user_at_quota)
from .activation import (bus_denies_the_rest, call_starts_it, introspection_is_complete,
                         tree_shows_regions)
from .completion import tab_completes
from .configuration import (declared_regions_are_there_from_the_start, mistakes_are_named,
                            shipped_configuration_is_good)
from .crowd import many_clients_at_once
from .hardening import exposure, identity, limits
from .installation import contents, installed, lint, purged, user_bus, user_unit
from .journal import events_have_fields
from .leftovers import killed_clients_leave_nothing
from .monitoring import figures_by_timer
from .restart import daemon_killed, package_reinstalled, service_restarted, watchdog_kills_the_hung
from .suites import suites

ALL = [
    installed,
    identity,
    exposure,
    limits,
    bus_denies_the_rest,
    call_starts_it,
    tree_shows_regions,
    introspection_is_complete,
    user_bus,
    user_unit,
    tab_completes,
    shipped_configuration_is_good,
    mistakes_are_named,
    declared_regions_are_there_from_the_start,
    subscriber_may_not_publish,
    kernel_refuses_a_subscriber_that_writes,
    bystander_is_refused_everywhere,
    polkit_lets_manage,
    user_at_quota,
    killed_clients_leave_nothing,
    many_clients_at_once,
    daemon_killed,
    service_restarted,
    package_reinstalled,
    watchdog_kills_the_hung,
    events_have_fields,
    figures_by_timer,
    purged,
]
