"""Blame: the one line to open, from the stacks at which a holder grew."""

from __future__ import annotations

from stopper.judge.blame import Place, place_of, places, wrapped_function
from stopper.model.site import Frame

VIEW = Frame("/srv/shop/views.py", 42, "product", user=True)
SERVICE = Frame("/srv/shop/audit.py", 7, "record", user=True)
LIBRARY = Frame("/lib/flask/app.py", 900, "dispatch_request", user=False)
OURS = Frame("/lib/stopper/drive/wsgi.py", 1, "call", user=False, ours=True)
WRAPPER = Frame(
    "/lib/flask_caching/__init__.py", 800, "decorated", user=False, wraps=("/srv/shop/prices.py", 5, "price")
)


def test_place_the_innermost_line_of_the_users_own_code():
    """A view that calls a service that appends: the service's line is the one to open."""
    assert place_of((LIBRARY, SERVICE, VIEW, LIBRARY, OURS), through_wrappers=False) == Place(*SERVICE[:3])


def test_place_behind_a_caching_decorator_is_the_decorated_function():
    """What a decorator's cache keeps is mended at the decorator, not at the call."""
    assert place_of((LIBRARY, WRAPPER, VIEW), through_wrappers=True) == Place("/srv/shop/prices.py", 5, "price")
    assert place_of((LIBRARY, WRAPPER, VIEW), through_wrappers=False) == Place(*VIEW[:3])


def test_place_a_decorated_view_called_by_the_framework_is_found_too():
    """Where no user frame is on the stack, the view that the wrapper holds is the place."""
    assert place_of((LIBRARY, WRAPPER, LIBRARY, OURS), through_wrappers=True) == Place(
        "/srv/shop/prices.py", 5, "price"
    )


def test_place_library_and_tool_frames_alone_give_none():
    """No line of the user's: none is named."""
    assert place_of((LIBRARY, OURS), through_wrappers=True) is None


def test_places_are_ranked_by_how_often_they_were_seen():
    """The line that writes most comes first."""
    ranked = places([(SERVICE,), (VIEW,), (SERVICE,)], through_wrappers=False)
    assert ranked == [(Place(*SERVICE[:3]), 2), (Place(*VIEW[:3]), 1)]


def test_wrapped_function_is_the_fallback():
    """The function that any wrapper on the stack holds, where nothing better is known."""
    assert wrapped_function([(LIBRARY, WRAPPER)]) == Place("/srv/shop/prices.py", 5, "price")
    assert wrapped_function([(LIBRARY,)]) is None
