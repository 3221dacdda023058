"""Speech chips on a serial line: text in, sound out of the chip itself.

Saying ─▶ text (tags, GBK, split) ─▶ frames ─▶ machine ─▶ port ─▶ chip ─▶ loudspeaker
"""
