"""Types of what bot/platforms/wechat/wire.py uses of wechaty-grpc, which brings none."""
