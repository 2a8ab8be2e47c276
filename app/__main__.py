"""`python -m app` is `otklik`."""

from app.cli.main import main

main()
