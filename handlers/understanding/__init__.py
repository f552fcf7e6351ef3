"""What people say in the group and what it means."""
