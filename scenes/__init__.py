"""The bundled scenes: one TOML file per animation."""
