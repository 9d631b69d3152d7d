"""The command line. cli.py has the commands; each imports its own module only when it runs."""
