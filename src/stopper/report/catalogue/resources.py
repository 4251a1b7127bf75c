"""What must be closed and is not: files, sockets, sessions, connections, engines, event loops."""

from __future__ import annotations

from stopper.report.catalogue.entry import Entry

_CLOSED = "The operating system's limit of open files is reached long before memory is, and then every request fails."

ENTRIES = (
    Entry(
        id="sqlalchemy-engine",
        causes=("resource", "registration"),
        clue=r"sqlalchemy\.engine\.base\.Engine|sqlalchemy\.pool|\bcreate_engine\(",
        test=lambda facts: "Session" not in facts.leaked_type,
        why=(
            "{Who} makes an SQLAlchemy engine{at}, and something keeps it: {holder}. An engine is meant to live as "
            "long as the process: it has a pool of connections, a dialect and a cache of compiled statements, and "
            "none of these is given back while it is referred to."
        ),
        fix="Make one engine for each database when the app is created, and take sessions or connections from it.",
        line="engine = create_engine(url)",
        own_line=r"create_engine\(",
        example="# before, in {function}()\n{line}\n# after, once, at import\n{line}\n"
        "# and in {function}()\nwith engine.connect() as connection: ...",
    ),
    Entry(
        id="sqlalchemy-session",
        causes=("resource", "registration", "global"),
        clue=r"sqlalchemy\.orm|sqlalchemy\.engine\.base\.Connection|scoped_session|identity_map",
        why=(
            "{Who} opens an SQLAlchemy session that is never closed{at}. A session keeps the connection it has checked "
            "out of the pool, and its changed objects, until `close`, and {holder} keeps the session. The pool runs "
            "dry, or, without limit, opens ever more connections."
        ),
        fix="Close the session when the request ends, most simply with `with`.",
        line="session = Session(engine)",
        own_line=r"Session\(|sessionmaker",
        example="# before\n{line}\n# after: closed however the request ends\nwith Session(engine) as session:\n    ...",
    ),
    Entry(
        id="db-connection",
        causes=("resource", "global"),
        clue=r"sqlite3\.(Connection|Cursor)|psycopg|pymysql|MySQLdb|asyncpg|redis\.|pymongo",
        why=(
            "{Who} opens a database connection that is never closed{at}; {holder} keeps it. Each costs a descriptor "
            "here and a connection on the server, which has a limit too."
        ),
        fix="Open it once per request and close it in `teardown_appcontext`, or use a pool.",
        line="connection = sqlite3.connect(path)",
        own_line=r"connect\(",
        example="# before\n{line}\n# after: closed however the block ends\n"
        "with contextlib.closing(sqlite3.connect(path)) as connection:\n    ...",
    ),
    Entry(
        id="exit-stack",
        causes=("resource", "global", "registration"),
        clue=r"ExitStack|_exit_callbacks",
        why=(
            "{Who} enters something into {holder}{at}. An `ExitStack` closes what it was given when it is left itself; "
            "this one lives as long as the process, so it is never left, and all that was entered stays open. "
            + _CLOSED
        ),
        fix="Use a stack for each request, or simply `with`.",
        line="source = {stack}.enter_context(open(path))",
        own_line=r"enter_context\(|\.callback\(|\.push\(",
        example="# before\n{line}\n# after: closed at the end of the block\nwith open(path) as source:\n    ...",
    ),
    Entry(
        id="http-session",
        causes=("resource", "global"),
        clue=r"requests\.sessions|urllib3\.|httpx\.|http\.client\.HTTPS?Connection|aiohttp\.client",
        why=(
            "{Who} makes an HTTP client that is never closed{at}; {holder} keeps it. Each has a connection pool of its "
            "own, with open sockets."
        ),
        fix="Make one client for the process and share it, or close it with `with`.",
        line="client = requests.Session()",
        own_line=r"Session\(|Client\(|PoolManager\(|Connection\(",
        example=(
            "# before\n{line}\n# after: closed at the end of the block\nwith requests.Session() as client:\n    ..."
        ),
    ),
    Entry(
        id="socket",
        causes=("resource", "global", "registration"),
        clue=r"socket\.socket|ssl\.SSLSocket|_socket\.socket",
        why="{Who} opens a socket that is never closed{at}: {holder} keeps it, so Python cannot close it either. "
        + _CLOSED,
        fix="Close the socket when the request ends, most simply with `with`.",
        line="connection = socket.create_connection(address)",
        own_line=r"socket\(|create_connection\(",
        example="# before\n{line}\n# after: closed however the block ends\n"
        "with socket.create_connection(address) as connection:\n    ...",
    ),
    Entry(
        id="temporary-file",
        causes=("resource", "global"),
        clue=r"tempfile\.|_TemporaryFile",
        why=(
            "{Who} makes a temporary file that is never closed{at}: {holder} keeps it. It costs a descriptor, and its "
            "content stays on the disk until the process ends. " + _CLOSED
        ),
        fix="Use it in a `with` block: it is closed and removed at the end.",
        line="part = tempfile.NamedTemporaryFile()",
        own_line=r"TemporaryFile\(|TemporaryDirectory\(|mkstemp\(",
        example="# before\n{line}\n# after: closed and removed at the end of the block\n"
        "with tempfile.NamedTemporaryFile() as part:\n    ...",
    ),
    Entry(
        id="event-loop",
        causes=("resource", "cycle", "global"),
        clue=r"asyncio\..*(EventLoop|base_events)|selectors\.|uvloop|\bnew_event_loop\(",
        why=(
            "{Who} makes an event loop that is never closed{at}. A loop owns a selector and a pair of sockets, three "
            "descriptors, until `close`."
        ),
        fix="Let `asyncio.run` make and close the loop, or keep one loop in one thread for all requests.",
        line="loop = asyncio.new_event_loop()",
        own_line=r"new_event_loop\(",
        example="# before\n{line}\n# after: made and closed\nasyncio.run(work())",
    ),
    Entry(
        id="open-file",
        causes=("resource", "global"),
        clue=r"_io\.(Text|Buffered|FileIO)|zipfile\.|tarfile\.|gzip\.|mmap\.mmap|\bopen\(",
        why=(
            "{Who} opens a file that is never closed{at}. Python closes a file when nothing refers to it any more, but "
            "{holder} refers to it. The object is small; the descriptor is what runs out. " + _CLOSED
        ),
        fix="Open it in a `with` block, so that it is closed however the request ends; keep its content, not the file.",
        line="source = open(path)",
        own_line=r"^\w+ = .*open\(",
        example="# before\n{line}\n# after: closed at the end of the block\nwith open(path) as source:\n    ...",
    ),
)
