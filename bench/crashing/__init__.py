"""What `python -m bench.crash` needs: a town, its people, a program that is killed, the sums."""
