-- What status reports said of a segment: TP-Status, -1 before one came, and when
-- it became so.
ALTER TABLE segment ADD COLUMN status INTEGER NOT NULL DEFAULT -1;
ALTER TABLE segment ADD COLUMN status_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX segment_reference ON segment (radio, reference) WHERE state = 2;
CREATE INDEX segment_submitting ON segment (radio) WHERE state = 1;

-- Status reports that no segment is known for: they may have come before the
-- modem's answer to it.
CREATE TABLE early (
	early     INTEGER NOT NULL PRIMARY KEY,
	radio     TEXT    NOT NULL,
	reference INTEGER NOT NULL,
	number    TEXT    NOT NULL,
	status    INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	received  INTEGER NOT NULL
);
