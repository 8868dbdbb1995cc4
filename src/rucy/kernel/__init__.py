"""What the kernel knows, as rows: program types, hooks, helpers, contexts, map types and what they are worth.

Nothing comes in and nothing is computed: every module is a table whose docstring names the source of its claims. Tables
stated by hand stand here, one row a line; what is scraped from kernel sources stands in `_generated/` and is made again
by `dev/scrape_kernel.py`. Each module is imported on its own, so that a compile pays only for the tables it asks.

Every `since` is the first mainline release that has the thing, as "5.10".
"""
