"""BTF: the type format of the kernel and of BPF objects, and the CO-RE records that travel with it.

In: a kernel's BTF (read lazily), descriptions of a program's own types. Out: `.BTF` and `.BTF.ext` bytes.
Nothing of rucy is known here; a reader of one module imports that module, so that little is loaded at start.
"""
