"""Facts about a function that passes and code generation ask for; nothing here changes the IR."""
