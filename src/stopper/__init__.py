"""stopper finds, explains, contains and prevents memory leaks in long-running Flask applications."""

__all__ = ["__version__"]

__version__ = "0.1.0"
