"""The running program: platforms, inbox, delivery, clock, web, command line."""
