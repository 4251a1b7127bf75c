"""What the first answers of an endpoint say: can it be driven, and does driving it exercise it?"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

LOGIN_WORDS = ("login", "signin", "sign-in", "sign_in", "auth", "sso")
"""A redirect to a path with one of these in it asks for a login."""


def judge_answers(rule: str, facts: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether to drive the endpoint any further, and why it counts as not exercised (empty: it is).

    Args: rule: as the user wrote it. facts: statuses, location, raised, endless, hung, path.
    An endpoint that fails is still driven: its error path may leak as well as any other.
    """
    if facts.get("hung"):
        return False, "hangs: no answer within 10 s; what it waits for is not there: give a scenario"
    if facts["endless"]:
        return False, "streams without end: only the start of its body was read; give a scenario that closes it"
    statuses = facts["statuses"]
    if any(status < HTTPStatus.MULTIPLE_CHOICES for status in statuses):
        return True, ""
    status, location = statuses[0], facts["location"]
    if status < HTTPStatus.BAD_REQUEST:
        asks = any(word in location.lower() for word in LOGIN_WORDS)
        return True, f"{status} to {location}: give a scenario that signs in" if asks else ""
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return True, f"{status}: give a scenario that signs in"
    tried = f"every value tried, {facts['path']} and the like" if "<" in rule else facts["path"]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raised = facts["raised"]
        return True, f"{status} for {tried}" + (f": {raised}" if raised else "")
    return True, f"{status} for {tried}: give a scenario with values that it takes"
