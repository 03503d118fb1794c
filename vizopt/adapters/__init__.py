"""Adapters: one call a framework, onto `vizopt.Run`. `import vizopt` imports none of them."""
