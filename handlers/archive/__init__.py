"""Old requests in files: written as a sealed chain, taken out of the database, read again.

writing: the lines of a file. reading: what stands in one, checked. forgetting: the lines without
somebody who was forgotten since.
"""
