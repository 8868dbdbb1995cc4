"""`python -m rucy`."""

from rucy.cli.main import main

raise SystemExit(main())
