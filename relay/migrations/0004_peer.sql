-- By which radio texts go to and come from a number.
CREATE TABLE peer (
	number TEXT    NOT NULL PRIMARY KEY, -- normalized
	radio  TEXT    NOT NULL,
	at     INTEGER NOT NULL
);
