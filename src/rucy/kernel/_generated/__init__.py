"""Tables made by dev/scrape_kernel.py from kernel sources: generated, do not edit."""
