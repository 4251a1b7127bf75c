"""`python -m stopper` is the command line, too."""

from stopper.cli import main

main()
