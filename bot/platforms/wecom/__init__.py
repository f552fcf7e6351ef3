"""WeCom (企业微信): the one place that imports its SDK (extra `wecom`)."""

import logging

# At debug they write down the ends of each frame: the secret stands at one, people's words do too.
logging.getLogger("websockets").setLevel(logging.WARNING)
