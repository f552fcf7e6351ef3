"""WeCom (企业微信): the one place that imports its SDK (extra `wecom`)."""
