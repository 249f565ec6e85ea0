// The versions of the state file. A released migration is never changed; a new one is added at the end.

/** The script at index n brings a file from version n to n + 1. Rows carry a checksum: SQLite has none, and a flipped bit must not pass for data. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT, start TEXT NOT NULL, ending TEXT,
    pid INTEGER NOT NULL, process TEXT NOT NULL, boot TEXT NOT NULL, checksum TEXT NOT NULL
  ) STRICT;
  CREATE TABLE journal (
    run INTEGER NOT NULL REFERENCES runs (run), number INTEGER NOT NULL, at TEXT NOT NULL, record TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (run, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE recorded (
    host TEXT NOT NULL, id TEXT NOT NULL, entry TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (host, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE lock (
    one INTEGER PRIMARY KEY CHECK (one = 1), pid INTEGER NOT NULL, process TEXT NOT NULL, boot TEXT NOT NULL, who TEXT NOT NULL, since TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE made (
    host TEXT NOT NULL, id TEXT NOT NULL, resource TEXT NOT NULL, gone INTEGER, entry TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (host, id)
  ) STRICT, WITHOUT ROWID;
  `,
];
