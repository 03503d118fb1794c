"""Looks: colours and type, one TOML file each; how a user's own are read and checked."""
