"""The frozen nouns: what the parts of stopper say to each other. Nothing here does anything."""
