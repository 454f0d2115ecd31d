"""Where the functions are at home: one module, or one family of modules, for each application."""
