"""Requests: their moves, routing, cards and commands."""
