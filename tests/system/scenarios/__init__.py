"""What the system tests show, one function a scenario, in the order in which they are played. Each leaves
the service running and no region behind."""

from .activation import call_starts_it, introspection_is_complete, tree_shows_regions
from .completion import tab_completes
from .hardening import exposure, identity
from .installation import installed, lint, purged, user_bus
from .leftovers import killed_clients_leave_nothing
from .suites import foreign, suites

ALL = [
    installed,
    identity,
    exposure,
    call_starts_it,
    tree_shows_regions,
    introspection_is_complete,
    user_bus,
    tab_completes,
    killed_clients_leave_nothing,
    purged,
]
