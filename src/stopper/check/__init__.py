"""`stopper check`: replay an app in a process of its own, and judge what grows there.

The conductor (in the process of the command line) plans and judges; the worker (a process of its
own) holds the app, drives it and reads its heap. They talk over one socket.
"""
