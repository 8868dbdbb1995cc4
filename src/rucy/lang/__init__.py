"""The typed tree that every front end aims at, its types, and the checker."""
