"""Backup and restore: one file for both databases, whole or not at all.

The file is a zip: `manifest.json`, `rows/<table>.jsonl`, `files/<stored name>`; its comment is the SHA-256 of all that
comes before. An encrypted one is a zip of two files of the age format: `key.age` (an identity behind a passphrase) and
`backup.zip.age`, so `age -d -i key.age backup.zip.age` opens it without this product too.

tables.py what belongs to a backup and each value as JSON; states.py the migrations it was made with; moment.py a
database that stands still; wholeness.py and sealing.py the file; manifest.py what it says of itself; taking.py writes;
opening.py reads and refuses; target.py, placing.py and restoring.py put it back.
"""


class Done:
    """Whether a restore is committed: from then on its files and its key stay, whatever else fails."""

    def __init__(self):
        self.is_settled = False

    def settle(self) -> None:
        self.is_settled = True


class Refused(Exception):
    """A backup that is not taken or not restored; the text says why, in Japanese."""
