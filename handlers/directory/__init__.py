"""Places, people, roles, homes and chats."""
