"""One entry for each cause whose specific ones may all be wrong: it says what is certain."""

from __future__ import annotations

from stopper.report.catalogue.entry import Entry

ENTRIES = (
    Entry(
        id="global",
        causes=("global",),
        why=(
            "{Who} leaves {thing} in {holder}{at}. It lives as long as the process, and nothing ever takes "
            "an entry out, so all of them stay, whether anyone still asks for them or not."
        ),
        fix=(
            "Take entries out when they are done with, or keep the data outside of the process, in a database or cache."
        ),
        example="# before: for the life of the process\n{name}.keep(entry)\n# after: freed at the end of the request\n"
        "g.entry = entry",
    ),
    Entry(
        id="cache",
        causes=("cache",),
        why=(
            "{holder} keeps {thing} for each distinct input ({keys}). {Who} adds one{at}. It has neither a size "
            "limit nor an expiry that takes effect, and the clients decide how many different inputs there are."
        ),
        fix="Give the cache a limit, and an expiry where its data ages.",
        example=(
            "# before\n{name} = {{}}\n# after: at most 1,000 entries, each for five minutes\n"
            "from cachetools import TTLCache\n{name} = TTLCache(maxsize=1_000, ttl=300)"
        ),
    ),
    Entry(
        id="registration",
        causes=("registration",),
        why=(
            "{Who} registers {thing} with {holder}{at}. A registration is made to last: the registry keeps a strong "
            "reference to it, and so to all that it refers to, until it is taken back, and nothing takes it back."
        ),
        fix="Register once, when the app is created, or take the registration back when the request ends.",
        line="registry.register(entry)",
        own_line=r"\(",
        example="# before, in {function}()\n{line}\n# after, once, in create_app()\nregistry.register(entry)",
    ),
    Entry(
        id="resource",
        causes=("resource",),
        why=(
            "{Who} opens something that is never closed{at}. {holder} keeps it, so Python cannot close it by itself "
            "either. The limit of what may be open is reached long before memory is, and then every request fails."
        ),
        fix="Open it in a `with` block, so that it is closed however the request ends.",
        line="source = open_source()",
        own_line=r"^\w+ = .*\(",
        example="# before\n{line}\n# after: closed however the block ends\n"
        "with contextlib.closing(open_source()) as source:\n    ...",
    ),
)
