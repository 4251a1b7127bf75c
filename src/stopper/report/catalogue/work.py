"""Work that never ends: threads, timers, executors, child processes."""

from __future__ import annotations

from stopper.model.facts import LeakFacts
from stopper.report.catalogue.entry import Entry


def _is_owned(facts: LeakFacts) -> bool:
    """The user's own objects are kept, and the threads come with them."""
    shown = "\n".join((facts.holder_path, *facts.retaining_path, facts.leaked_type, facts.source_line))
    return "." in facts.leaked_type and "threading" not in shown and "Thread(" not in shown


ENTRIES = (
    Entry(
        id="executor-per-request",
        causes=("thread", "process", "global", "resource"),
        clue=r"ThreadPoolExecutor|ProcessPoolExecutor|concurrent\.futures|multiprocessing\.pool|_threads_queues",
        why=(
            "{Who} makes an executor of its own{at} and never shuts it down. Its workers wait for more work for as "
            "long as the executor is referred to, and {holder} keeps it, directly or through a future."
        ),
        fix="Make one executor for the process, with a fixed number of workers; or use it in a `with` block.",
        line="pool = ThreadPoolExecutor(max_workers=1)",
        own_line=r"^\w+ = .*(Executor|Pool)\(",
        example="# before, in {function}()\n{line}\n# after, once, at import\npool = ThreadPoolExecutor(max_workers=4)",
    ),
    Entry(
        id="timer-rearms",
        causes=("thread",),
        clue=r"threading\.Timer|\bTimer\b",
        why=(
            "{Who} starts a timer{at}, and each timer is a thread of its own that waits. Its function starts the next "
            "one when it has run, or its delay is long, so they add up: one more thread a request, with all that its "
            "function refers to."
        ),
        fix="Use one scheduler for the process that looks after all that is due, and say when something is done.",
        line="threading.Timer(60, check).start()",
        own_line=r"Timer\(",
        example="# before, in {function}()\n{line}\n# after: one thread for all, started at import\n"
        "due.put((time.time() + 60, check))",
    ),
    Entry(
        id="thread-on-queue",
        causes=("thread",),
        clue=r"\bqueue\b|Queue",
        why=(
            "{Who} starts a thread that waits on a queue{at}. When the work is done nobody tells it to end, so it "
            "waits for ever: its stack, its frames and all that their variables refer to stay."
        ),
        fix="Start one worker at import and hand all work to it; or end the thread with a last entry in its queue.",
        line="threading.Thread(target=work).start()",
        own_line=r"Thread\(",
        example="# before, in {function}()\n{line}\n# after: one worker, started at import\njobs.put(job)",
    ),
    Entry(
        id="thread-of-a-kept-object",
        causes=("thread",),
        test=_is_owned,
        why=(
            "{Who} adds {thing} to {holder}{at}, and with each comes a thread that does not end. An object that owns "
            "a thread or an executor, and is kept, keeps it waiting for more work: an executor ends its threads "
            "only when it is shut down or dropped, a thread in a loop only when it is told to."
        ),
        fix=(
            "End the thread when its work is done (`shutdown()`, or the executor in a `with` block) and drop the "
            "entry; or use one pool for the process."
        ),
        example="# before, in the object: a pool of its own\nself.pool = ThreadPoolExecutor(max_workers=1)\n"
        "# after: one for the process, made at import\nself.pool = POOL",
    ),
    Entry(
        id="thread-per-request",
        causes=("thread",),
        why=(
            "{Who} starts a thread that never ends{at}. A running thread is a root of its own: its stack (usually 8 "
            "MiB of address space), its frames and all that their variables refer to stay until its function returns; "
            "and `threading` keeps the thread until then."
        ),
        fix="Start one worker, or a pool of fixed size, at import and hand it the work; let each loop have an end.",
        line="threading.Thread(target=work).start()",
        own_line=r"Thread\(",
        example="# before, in {function}()\n{line}\n# after, once, at import\n"
        "pool = ThreadPoolExecutor(max_workers=4)\n# and in {function}()\npool.submit(work)",
    ),
    Entry(
        id="process-not-waited-for",
        causes=("process",),
        why=(
            "{Who} starts a child process that is never waited for{at}. When it ends it stays a zombie in "
            "the process table until its parent asks for its exit status; {holder} keeps its `Popen`, so Python "
            "does not ask by itself either. A child that does not end keeps its memory and pipes as well."
        ),
        fix="Wait for it with a timeout: `subprocess.run` does that, and closes the pipes.",
        line="child = subprocess.Popen(command)",
        own_line=r"Popen\(|Process\(",
        example=(
            "# before\n{line}\n# after: waits, at most ten seconds\nsubprocess.run(command, timeout=10, check=True)"
        ),
    ),
)
