"""Rucy: plain Ruby in, eBPF out."""

__version__ = "0.1.0"
