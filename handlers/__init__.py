"""What the bot understands, decides and answers."""
