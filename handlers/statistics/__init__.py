"""The numbers of requests, and how anybody makes them again (docs/numbers.md).

stories, rules, periods, report: pure; lines of history become marks, marks become numbers.
cells: what a request adds to the sums of places and periods. Pure as well.
counting: keeps the sums, later than what happens and before they are told.
asking: the numbers of a place from the sums. events, chain, recounting: the same from a file.
texts, drawing, fonts, workbooks: what they look like. commands, monthly: who is told them when.
"""
