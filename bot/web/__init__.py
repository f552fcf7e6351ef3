"""The ASGI app: the web chat and the webhooks."""
