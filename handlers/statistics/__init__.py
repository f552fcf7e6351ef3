"""The numbers of requests, and how anybody makes them again (docs/numbers.md).

stories, rules, periods, report: pure; lines of history become marks, marks become numbers.
counting: keeps the sums with each change, in its transaction.
asking: the numbers of a place from the sums. events, chain, recounting: the same from a file.
texts, drawing, fonts, workbooks: what they look like. commands, monthly: who is told them when.
"""
