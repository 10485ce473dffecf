"""The commands, a module each; :mod:`mmlt.cli.shell` says what it holds."""
