"""`python -m app` is `otklik`."""

from app.cli import main

main()
