"""Driving: the effects that make requests. Knows Flask, knows nothing of heaps."""
