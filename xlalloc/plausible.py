"""When a price is doubted: the same limits for clients' files and for workbooks."""

STALE_AFTER = {365: 10, 252: 10, 52: 10, 12: 45, 4: 130, 2: 230, 1: 400}  # days, by periods per year
UP, DOWN = 3, 0.3  # a move from one row to the next beyond ×3 or −70%: a split, a slipped decimal point
