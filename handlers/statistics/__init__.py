"""The numbers of requests: see docs/numbers.md."""
