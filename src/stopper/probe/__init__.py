"""Probes: the effects that read a process. They know nothing of requests."""
