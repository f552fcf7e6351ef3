"""Duty: who is there when (轮流坐班), and rounds by time slot (分时段巡视).

turns, phrases, manning, fairness, icalendar: pure, values in and values out.
making: rotas as rows. boards: a rota with its people, changes and leave, as it stands.
commands, worded, drafting, cards: making and steering rotas.
asking: /duty, who is on duty now. spoken (pure), answering: the same asked in plain words.
swapping, stretches, agreeing, standing_in: a turn becomes somebody else's.
changes: whose turns changed is told.
clock: what is due: handover, rounds (rounds, round_log), gaps. telling, texts: how it is said.
retelling: what had to wait until the morning, read anew.
exporting: the calendar of a person. present: what the rest of the house may ask.
"""
