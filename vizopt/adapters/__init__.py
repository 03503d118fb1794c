"""Adapters: record the trainings of other frameworks; `import vizopt` loads none of them."""
