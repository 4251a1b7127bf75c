"""The page on a terminal."""

from __future__ import annotations

import dataclasses
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from stopper.model.finding import EndpointShare, Finding, Growth, Location, NotExercised, Report
from stopper.report.leak import who
from stopper.report.text import render
from tests.unit.report import samples

GOLDEN = Path(__file__).parent / "golden"
DAY = 86_400.0


def page(report: Report, width: int = 80, *, encoding: str = "utf-8", requests_per_day: float = DAY, **console) -> str:
    """The page as a console of this width and encoding gets it."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="")
    render(report, Console(file=file, width=width, **console), requests_per_day=requests_per_day)
    file.flush()
    return raw.getvalue().decode(encoding)


def one(**changes) -> Report:
    """A report of one leak, changed."""
    finding = dataclasses.replace(samples.shop().findings[0], **changes)
    return dataclasses.replace(samples.shop(), findings=(finding,))


def growth(finding: Finding, **changes) -> Growth:
    """The finding's growth, changed."""
    return dataclasses.replace(finding.growth, **changes)


@pytest.mark.parametrize(
    ("name", "make", "width"),
    [
        ("shop-80", samples.shop, 80),
        ("shop-60", samples.shop, 60),
        ("clean-80", samples.clean, 80),
        ("inconclusive-80", samples.inconclusive, 80),
    ],
)
def test_page_of_a_sample_reads_as_written_down(name: str, make, width: int):
    """The page is, letter for letter, what was found to read well."""
    assert page(make(), width) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [40, 44, 60, 71, 72, 80, 100, 120, 200])
@pytest.mark.parametrize("make", [samples.shop, samples.clean, samples.inconclusive])
def test_page_of_any_width_keeps_within_it(make, width: int):
    """No line is wider than the terminal, and none ends in blanks."""
    lines = page(make(), width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line for line in lines if line != line.rstrip()] == []


def test_page_of_a_wide_terminal_stays_readable():
    """On a very wide terminal the page does not spread."""
    assert max(map(len, page(samples.shop(), 400).splitlines())) <= 110


@pytest.mark.parametrize("width", [60, 80, 120])
def test_page_for_an_ascii_terminal_is_ascii(width: int):
    """Where the encoding has no lines and arrows, plain letters stand in, and nothing fails or overflows."""
    text = page(samples.shop(), width, encoding="ascii")
    assert text.isascii()
    assert "\\u" not in text
    assert "`->" in text
    assert max(map(len, text.splitlines())) <= width


def test_page_in_a_pipe_has_no_colour():
    """Nothing but text and newlines is written where there is no terminal."""
    assert "\x1b" not in page(samples.shop())


def test_page_on_a_terminal_has_colour():
    """On a terminal the verdict is coloured and code highlighted, and the letters are the same."""
    coloured = page(samples.shop(), force_terminal=True, color_system="truecolor")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\x1b[1;31m✗" in coloured
    assert [line.rstrip() for line in bare.replace("`", "").splitlines() if "#" in line] == [
        line for line in page(samples.shop()).replace("`", "").splitlines() if "#" in line
    ]


def test_page_with_no_color_has_none(monkeypatch: pytest.MonkeyPatch):
    """NO_COLOR is obeyed: no colour, and names keep their quotes."""
    monkeypatch.setenv("NO_COLOR", "1")
    text = page(samples.shop(), force_terminal=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", text)
    assert "`shop.audit.trail`" in text


@pytest.mark.parametrize("make", [samples.shop, samples.inconclusive])
def test_page_with_content_has_the_verdict_at_both_ends(make):
    """The verdict is the first line and the last, with what it is about."""
    lines = page(make(), 120).strip().splitlines()
    assert lines[0] == lines[-1]
    assert "requests," in lines[0]


def test_page_of_a_clean_app_is_short():
    """No news is told in two lines."""
    assert len(page(samples.clean()).strip().splitlines()) == 2


def test_page_of_leaks_begins_with_the_dearest():
    """Leaks are ranked by what they cost a day."""
    text = page(samples.shop())
    order = [text.index(f"── {number}  GET {rule}") for number, rule in enumerate(["/search", "/product", "/order"], 1)]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("requests_per_day", "said"),
    [
        (DAY, "257 MiB a day at 1 request/s"),
        (10 * DAY, "2.5 GiB a day at 10 requests/s"),
        (1000.0, "3.0 MiB a day at 1,000 requests a day"),
    ],
)
def test_page_for_a_traffic_states_it(requests_per_day: float, said: str):
    """What a leak costs is told together with the traffic that it is counted for."""
    assert said in " ".join(page(one(), requests_per_day=requests_per_day).split()).replace("→ ", "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit": "byte", "bytes_per_request": 5000.0}, "4.9 KiB a request → 412 MiB a day"),
        ({"per_request": 0.05, "bytes_per_request": 156.0}, "1 object in 20 requests, 156 B a request"),
        ({"unit": "fd", "bytes_per_request": 0.0}, "→ 1,024 open files, the usual limit, after 17 min 4 s"),
        ({"unit": "fd", "bytes_per_request": 0.0}, "1 file descriptor a request"),
        ({"unit": "thread"}, "1 thread and 3.0 KiB a request → 86,400 threads a day"),
        ({"unit": "process", "per_request": 0.5}, "1 process in 2 requests, 3.0 KiB a request → 43,200 processes"),
        ({"unit": "connection"}, "1 connection and 3.0 KiB a request → 86,400 connections a day"),
        ({"per_request": 0.0, "bytes_per_request": 0.0}, "0 objects a request → 0 B a day"),
    ],
)  # fmt: skip
def test_rate_in_any_unit_is_told(changes: dict, said: str):
    """Each unit has its own measure of harm: bytes a day, time until the limit of open files, threads a day."""
    report = one(growth=growth(samples.shop().findings[0], **changes))
    assert said in " ".join(page(report).split())


def test_heading_of_a_leak_in_every_request_blames_no_endpoint():
    """What a hook leaks is not put down to an endpoint."""
    assert "── 1  every request ──" in page(one(every_request=True))


def test_heading_of_growth_in_the_background_says_so():
    """Growth without requests has no rate per request and no cost by traffic."""
    text = page(one(endpoints=()))
    assert "in the background, without requests" in text
    assert "1 object and 3.0 KiB a round without requests" in text


def test_heading_of_many_endpoints_names_three():
    """A heading stays a heading; the shares of all are told below it."""
    shares = tuple(EndpointShare(f"e{n}", f"/{n}", "GET", 0.2) for n in range(5))
    assert who(one(endpoints=shares).findings[0]) == "GET /0, GET /1, GET /2 and 2 more"
    assert "of which e0 20%, e1 20%" in page(one(endpoints=shares))


def test_path_of_many_steps_leaves_out_the_middle():
    """A path of thirty steps is told by its beginning and its end."""
    steps = ("module shop", *(f".s{n}: shop.Node" for n in range(28)), "[*]: dict")
    text = page(one(retaining_path=steps))
    assert "… 19 more steps …" in text
    assert "module shop" in text
    assert "╰→ [*]: dict" in text


def test_path_with_the_holder_marks_where_it_grows():
    """The step that is the holder is pointed at, and no other."""
    lines = [line for line in page(one()).splitlines() if "← grows" in line]
    assert [line.split() for line in lines] == [["├─", ".trail:", "list", "←", "grows"]]


def test_source_of_a_long_line_shows_the_marked_one_whole():
    """The line to open is folded, not cut; the lines around it may be cut."""
    long = "    call(" + ", ".join(f"argument_{n}" for n in range(20)) + ")"
    location = Location("shop.py", 2, "f", ((1, long), (2, long)))
    text = page(one(location=location))
    assert text.count("argument_19") == 1
    assert "…" in text


def test_page_of_hostile_names_cannot_steer_the_terminal():
    """An escape sequence in a name or a source line is shown, not obeyed; markup is text."""
    location = Location("a\x1b[2J.py", 1, "f\x07", ((1, "x = '\x1b]0;owned\x07' # [red]\u202e"),))
    text = page(one(location=location, retaining_path=("module [bold]shop\r\n", "['\x9b1m']: dict")))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
    assert "a\\x1b[2J.py" in text
    assert "[bold]shop" in text
    assert "[red]" in text


def test_page_of_a_leak_without_details_leaves_them_out():
    """No location, no path, no explanation and no length: what is known is told, and nothing empty."""
    finding = samples.shop().findings[0]
    bare = one(
        location=None,
        retaining_path=(),
        explanation="",
        fix=dataclasses.replace(finding.fix, summary="", example=""),
        holder=dataclasses.replace(finding.holder, length=None, kind=""),
    )
    text = page(bare)
    assert "shop.audit.trail" in text
    assert not re.search(r"^  (path|line|why|fix)", text, re.MULTILINE)


def test_endpoints_not_exercised_are_told_by_reason():
    """Endpoints left out for one reason are told together."""
    assert "account.index, account.orders  302 to /login" in page(samples.shop())


def test_verdict_that_is_inconclusive_says_what_to_do():
    """Where something answered, more time helps; the command to type is given, quoted for the shell."""
    report = dataclasses.replace(samples.inconclusive(), exercised=("a",), errors=(), seconds=200.0)
    assert "stopper check 'shop:create_app()' --budget 600" in page(report)
    assert "--scenario" not in page(report)
    assert "--scenario scenario.py" in page(samples.inconclusive())


def test_verdict_of_an_endpoint_half_exercised_counts_it_once():
    """An endpoint that answered and is listed with a reservation is one endpoint."""
    report = dataclasses.replace(samples.clean(), errors=(NotExercised("home", "its POST was not called"),))
    assert "3 endpoints, 4,800 requests" in page(report)


def test_page_of_one_leak_does_not_list_it_again():
    """Only several leaks are listed at the end; the traffic assumed is stated in any case."""
    assert "dearest first" not in page(one())
    assert "dearest first" in page(samples.shop())
    assert page(one()).count("A day is counted at 1 request/s") == 1
    assert page(samples.shop()).count("A day is counted at 1 request/s") == 1
