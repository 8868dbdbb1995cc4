"""The intermediate representation: typed SSA over basic blocks. Its law is docs/ir.md."""
