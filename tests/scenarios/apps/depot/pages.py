"""A blueprint of two pages, with a hook of its own."""

from flask import Blueprint, request

from depot.settings import FIXED, KEPT

blueprint = Blueprint("pages", __name__, url_prefix="/pages")
blueprint.readers = []


@blueprint.before_request
def note_reader():
    blueprint.readers.append({"agent": request.user_agent.string})  # leak: pages
    if FIXED:
        del blueprint.readers[:-KEPT]


@blueprint.get("/")
def home():
    return "home"


@blueprint.get("/help")
def help_page():
    return "help"
