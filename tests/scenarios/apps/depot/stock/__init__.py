"""The stock: the second level of the package."""
