"""A view that is a coroutine function. FIXED=1: after the fix."""

import asyncio
import os

from flask import Flask

FIXED = os.environ.get("FIXED") == "1"
KEPT = 20

app = Flask(__name__)
jobs = []


@app.get("/job/<int:number>")
async def job(number):
    await asyncio.sleep(0)
    jobs.append({"number": number})  # leak: job
    if FIXED:
        del jobs[:-KEPT]
    return "ok"
