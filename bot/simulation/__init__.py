"""A neighbourhood with a virtual clock, to try a policy before it is used (docs/simulate.md).

year, people: pure; seasons, storms and holidays; tempers, reliability, and what is drawn for whom.
crowd: a platform in memory. town: places and people. life: who says and does what when.
figures: what came of it.
"""
