"""WeChat through a wechaty puppet gateway: the one place that imports wechaty's protocol client.

Unofficial, and a risk to the account (docs/wechat.md). The class package `wechaty` cannot be
imported on Python 3.11 and later; this speaks the gateway's protocol itself.
"""

import logging

# At debug they write down each header, and the token is one; what went wrong is raised as well.
for name in ("hpack", "h2", "grpclib"):
    logging.getLogger(name).setLevel(logging.WARNING)
