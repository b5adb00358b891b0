"""`make bench`: how long, how many queries, how many bytes, how much memory, and against what."""
