"""What is for sale."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from shop.db import db
from shop.models import Product
from shop.services import offers, recommendations, services, shelves, visits

bp = Blueprint("catalogue", __name__)

PAGE = 12
SMALL_CENTS = 1_000
BEST_SELLERS = select(Product).order_by(Product.sold.desc())


@bp.get("/")
def home() -> str:
    """Best sellers, and what others look at."""
    products = db.session.scalars(BEST_SELLERS.limit(PAGE)).all()
    return render_template("home.html", products=products, glances=visits.latest(5))


@bp.get("/products/<int:product_id>")
def product(product_id: int) -> str:
    """One product."""
    shown = db.get_or_404(Product, product_id)
    visits.product_seen(shown)
    return render_template("product.html", product=shown)


@bp.get("/products/<int:product_id>/similar")
def similar(product_id: int) -> str:
    """What else a visitor of a product may like."""
    shown = db.get_or_404(Product, product_id)
    ids = recommendations.similar(shown)
    products = db.session.scalars(select(Product).where(Product.id.in_(ids))).all()
    return render_template("similar.html", product=shown, products=products)


@bp.get("/shelves/<slug>")
def shelf(slug: str) -> str:
    """A category, with what is in it and in the categories below."""
    here = shelves.tree().find(slug)
    rows = BEST_SELLERS.limit(PAGE)
    if here.parent is not None:
        rows = rows.where(Product.category_id.in_([inner.number for inner in here.walk()]))
    products = db.session.scalars(rows).all()
    return render_template("shelf.html", shelf=here, products=products)


@bp.get("/browse/<int:page>")
def browse(page: int) -> str:
    """All products, page by page."""
    rows = select(Product).order_by(Product.id).where(Product.id > (page - 1) * PAGE).limit(PAGE)
    return render_template("browse.html", page=page, products=db.session.scalars(rows).all())


@bp.get("/search")
def search_form() -> str | Redirect:
    """Where the search field leads."""
    term = request.args.get("q", "").strip()
    return redirect(url_for(".search", term=term)) if term else render_template("search.html", results=None)


@bp.get("/search/<term>")
def search(term: str) -> str:
    """The products a word finds."""
    return render_template("search.html", results=services.find(term.casefold()))


@bp.get("/offers/<campaign>")
def offer(campaign: str) -> str:
    """Where advertisements lead."""
    offers.visited(campaign)
    cheapest = db.session.scalars(BEST_SELLERS.where(Product.cents < SMALL_CENTS).limit(PAGE)).all()
    return render_template("offer.html", campaign=campaign, products=cheapest)


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages worth a visit, for search engines."""
    ids = db.session.scalars(select(Product.id).order_by(Product.sold.desc()).limit(PAGE)).all()
    text = render_template("sitemap.xml", shelves=list(shelves.tree().walk()), ids=ids)
    return Response(text, mimetype="application/xml")
