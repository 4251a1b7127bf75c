"""The demo shop works, before and after the fix of its four leaks."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

pytest.importorskip("flask_sqlalchemy", reason="the shop keeps its products with Flask-SQLAlchemy")

from sqlalchemy.pool import NullPool

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "shop"
FACTORIES = ["create_app", "create_healthy_app"]
PAGES = {
    "account.label": "/orders/7/label",
    "account.newsletter": "/newsletter",
    "account.order_status": "/orders/7",
    "api.delivery_zone": "/api/delivery/1012",
    "api.health": "/api/health",
    "api.price": "/api/price/7/usd",
    "api.recommended": "/api/recommendations/7",
    "api.stock_level": "/api/stock/7",
    "basket.show": "/basket",
    "catalogue.browse": "/browse/2",
    "catalogue.home": "/",
    "catalogue.offer": "/offers/spring",
    "catalogue.product": "/products/7",
    "catalogue.search": "/search/lamp",
    "catalogue.search_form": "/search",
    "catalogue.shelf": "/shelves/lamps",
    "catalogue.similar": "/products/7/similar",
    "catalogue.sitemap": "/sitemap.xml",
    "static": "/static/shop.css",
}
LEAKING = ["/products/{n}", "/search/word{n}", "/orders/{n}", "/orders/{n}/label"]


@pytest.fixture(scope="module")
def shop():
    """The example's package, imported for this file only: other tests may have a `shop` of their own."""
    others = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "shop"}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLE)
        yield importlib.import_module("shop")
    for name in [name for name in sys.modules if name.split(".")[0] == "shop"]:
        del sys.modules[name]
    sys.modules.update(others)


@pytest.fixture(scope="module")
def apps(shop):
    """Both apps by the name of their factory; they keep no connection between requests."""
    config = {"TESTING": True, "SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": NullPool}}
    return {name: getattr(shop, name)(config) for name in FACTORIES}


@pytest.fixture(params=FACTORIES)
def app(request, apps):
    """One of the two apps; what it planted is taken back after the test."""
    labels, parcels = (importlib.import_module(f"shop.services.{name}") for name in ("labels", "parcels"))
    yield apps[request.param]
    labels._open_files.close()
    parcels.parcel_moved._clear_state()


@pytest.fixture
def client(app):
    """A visitor with cookies."""
    return app.test_client()


def held():
    """How much each of the four planted holders holds, in the order of LEAKING."""
    audit, search, parcels, labels = (
        importlib.import_module(f"shop.services.{name}") for name in ("audit", "search", "parcels", "labels")
    )
    return [
        len(audit._trail),
        search.find.cache_info().currsize,
        len(parcels.parcel_moved.receivers),
        len(labels._open_files._exit_callbacks),
    ]


def test_pages_listed_here_are_all_get_routes(apps):
    """No route of the shop escapes this file, and both apps have the same."""
    for app in apps.values():
        assert {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods} == set(PAGES)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_with_seeded_data_answers(client, path):
    """Every page answers 200 for a product, an order, or a word the shop knows."""
    with client.get(path) as response:
        assert response.status_code == 200
        assert response.data


@pytest.mark.parametrize(
    "path",
    [
        "/browse/5000",
        "/products/5000",
        "/products/5000/similar",
        "/shelves/word17",
        "/search/word17",
        "/search/%25",
        "/offers/word17",
        "/orders/5000",
        "/orders/5000/label",
        "/api/stock/5000",
        "/api/price/5000/word17",
        "/api/recommendations/5000",
        "/api/delivery/1",
    ],
)
def test_page_with_generated_value_answers(client, path):
    """A number up to 5000 and a made-up word are answered too."""
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/products/10001", "/orders/10001", "/api/stock/10001"])
def test_page_beyond_the_last_row_is_not_found(client, path):
    """What the shop never had is a 404, not an error."""
    assert client.get(path).status_code == 404


def test_search_finds_products_by_the_beginning_of_their_name(client):
    """The search field leads to lamps for "lamp", in any case."""
    page = client.get("/search?q=LAMP", follow_redirects=True).text
    assert page.count("Lamp ") == 12


def test_visitor_looks_at_products_which_home_shows_newest_first(client):
    """The home page shows what visitors opened last."""
    client.get("/products/21")
    client.get("/products/22")
    shown = client.get("/").text.partition("Others look at")[2]
    assert 0 < shown.index("/products/22") < shown.index("/products/21")


def test_basket_checked_out_becomes_an_order(client):
    """A product goes into the basket, the basket becomes an order, and is empty."""
    client.post("/basket/items", data={"product_id": 7, "quantity": 2})
    assert "2 \u00d7" in client.get("/basket").text
    response = client.post("/checkout", data={"name": "Ada", "email": "ada@example.org"}, follow_redirects=True)
    assert "by Ada: <b>paid</b>, warehouse" in response.text
    assert "It is empty" in client.get("/basket").text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/basket/items", {"product_id": 7, "quantity": 100}),
        ("/checkout", {"name": "Ada", "email": "nowhere"}),
        ("/newsletter", {"email": "nowhere"}),
    ],
)
def test_form_filled_in_wrongly_is_refused(client, path, form):
    """A form that makes no sense is a bad request."""
    assert client.post(path, data=form).status_code == 400


def test_newsletter_same_address_twice_is_thanked_twice(client):
    """Subscribing again is no error."""
    for _ in range(2):
        page = client.post("/newsletter", data={"email": "ada@example.org"}, follow_redirects=True)
        assert "Thank you" in page.text


def test_offers_visited_250_times_are_written_once(client, app):
    """Visits by advertisement reach the database in batches of 250."""
    models, offers = (importlib.import_module(f"shop.{name}") for name in ("models", "services.offers"))
    offers._pending.clear()
    for number in range(251):
        client.get(f"/offers/word{number}")
    assert len(offers._pending) == 1
    with app.app_context():
        assert [day.visits for day in models.OfferDay.query] == [250]


def test_parcel_of_order_looked_at_twice_sends_mail_once_after_the_fix(client, app, apps, caplog):
    """Each look at an order adds a receiver before the fix, so that its customer gets the mail twice."""
    caplog.set_level("INFO", "shop")
    client.get("/orders/7")
    client.get("/orders/7")
    assert client.post("/api/parcels/7", json={"place": "Zwolle depot"}).json["place"] == "Zwolle depot"
    mails = [record for record in caplog.records if "Zwolle depot" in record.getMessage()]
    assert len(mails) == (2 if app is apps["create_app"] else 1)


@pytest.mark.parametrize("leak", range(len(LEAKING)), ids=LEAKING)
def test_planted_leak_keeps_one_entry_a_request_until_fixed(client, app, apps, leak):
    """Each leaking page fills its own holder by one a request, and no other; the fixed app fills none of them."""
    client.get(LEAKING[leak].format(n=100))
    before = held()
    for number in range(201, 206):
        assert client.get(LEAKING[leak].format(n=number)).status_code == 200
    grown = [after - earlier for earlier, after in zip(before, held(), strict=True)]
    expected = [0] * len(LEAKING)
    if app is apps["create_app"]:
        expected[leak] = 5
    assert grown == expected
    importlib.import_module("shop.services.search").find.cache_clear()


def test_readme_names_the_lines_of_the_leaks():
    """Each of the four lines that the README names holds the code that it quotes."""
    named = re.findall(r"\| `(\S+\.py):(\d+)` `(\S+)` \|", (EXAMPLE / "README.md").read_text(encoding="utf-8"))
    assert len(named) == len(LEAKING)
    for path, line, code in named:
        assert code in (EXAMPLE / path).read_text(encoding="utf-8").splitlines()[int(line) - 1], path
