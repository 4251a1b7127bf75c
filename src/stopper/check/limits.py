"""How many, how long, how often: the figures of a run, each with what it was measured by.

Requests to a small view take some 0.1 ms, a profile of a small app 0.05 s.
"""

from __future__ import annotations

SETTLE_REQUESTS = 25
"""Requests to each endpoint in a warm-up round: enough that what is made on first use exists."""

SETTLE_ROUNDS_LIMIT = 3
"""Warm-up rounds at most. What still fills after 75 requests an endpoint is told from a leak by
confirmation, not by a longer warm-up."""

SCREEN_ROUNDS = 3
"""Profiles of the screening. Two intervals tell growth from a single step; the third catches what
strikes in some rounds only."""

SCREEN_REQUESTS = 40
"""Requests to each endpoint in a screening round: a leak in one of twenty shows twice in each."""

SCREEN_SECONDS = 4.0
"""A screening round of an app with many or slow endpoints sends fewer requests, to take about so long."""

LEAST_REQUESTS = 10
"""But no fewer than this: below, growth and chance cannot be told apart."""

OWN_ROUNDS = 2
"""Times that each endpoint is driven alone, to see what it makes grow by itself."""

CONFIRM_REQUESTS = (200, 500, 1200, 2600)
"""Requests to each suspect endpoint between confirming profiles. A request takes
some 0.1 ms. Together with what came before, some 4,700: a cache of two thousand entries is full by then, and
stays so for the whole last interval."""

PATIENCE_REQUESTS = 2_500
"""A bound that is not known by its kind is looked for up to here, also where requests are slow: caches
of a thousand or two thousand entries are common, larger ones without a class of their own are not."""

CONFIRM_SECONDS = (4.0, 20.0)
"""The confirmation of one endpoint may take so long: all the requests there are as far as the first
allows, and up to the second for the patience above. One that takes 8 ms is driven 2,500 times."""

CONFIRM_ALL_SECONDS = 60.0
"""The confirmation of all endpoints together may take so long."""

CONFIRM_ENDPOINTS = 3
"""So many of a suspect's endpoints are driven to confirm it, those that make it grow most: a leak in a
hook that runs at every request needs no thousands of requests to each of two hundred endpoints."""

SHARED_ENDPOINTS_LIMIT = 12
"""A leak of more endpoints than this is one of every request: who makes it grow is no question any more."""

RARE_RATE = 0.2
"""A leak that strikes less often than this is looked for with more requests to each endpoint alone."""

RARE_REQUESTS = 200
"""So many: a leak that strikes in one of twenty shows ten times in each round."""

GROWN_BYTES_LIMIT = 400 * 1024 * 1024
"""Resident memory that confirming may cost. What grew by this much in one run is a leak, or as bad as one."""

GROWN_OBJECTS_LIMIT = 500_000
"""Objects that confirming may leave behind: each later profile walks them all, some 0.1 s."""

THREADS_LIMIT = 400
"""Threads that confirming may leave behind: a container's default limit on tasks is often 512."""

CHILDREN_LIMIT = 300
"""Child processes that confirming may leave behind; with room for others under a limit of 512."""

OWN_ENDPOINTS_AT_FULL_LENGTH = 8
"""An endpoint's own round may take this part of a screening round: half a second."""

NESTED_REQUESTS = 600
"""Requests to confirm a leak inside another leak by itself. What seems to grow there because objects
change their owner is bounded by a cache of the library that owned them before: 128, often 500."""

SAME_REQUESTS = 40
"""Requests with one and the same input, to see whether a leak needs new inputs to grow."""

PROFILE_SECONDS = 0.25
"""What comes with any measurement, the profile most of all: less than this says nothing about the requests."""

IDLE_SECONDS = 0.4
"""Time without requests, to see what grows by itself."""

SCENARIO_STEP_ITERATIONS = 6
"""Iterations of a scenario with a profile after each request, to see which of its requests leaks."""
