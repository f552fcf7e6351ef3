"""The neighbourhood file: the directory and its reminders, brought in and written out."""
