-- Times are milliseconds since 1970. The numbers of stages and states are those
-- of the Go constants.

CREATE TABLE agent (
	one        INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
	user       TEXT    NOT NULL, -- whose mailbox
	device_id  TEXT    NOT NULL,
	policy_key INTEGER NOT NULL DEFAULT 0,
	reference  INTEGER NOT NULL, -- concatenation reference of the latest text
	session    INTEGER NOT NULL DEFAULT 0 -- how often a radio was opened
);

-- The two partnerships.
CREATE TABLE collection (
	folder   TEXT    NOT NULL PRIMARY KEY, -- outbox, inbox
	state    TEXT    NOT NULL,             -- easclient.State as JSON
	known    INTEGER NOT NULL              -- whether it is known what the server has
);

-- The texts that came in the Outbox. A server restored from a backup may give an
-- id again, to another text.
CREATE TABLE text (
	text       INTEGER NOT NULL PRIMARY KEY,
	server_id  TEXT    NOT NULL,
	hash       BLOB    NOT NULL, -- of To and Body
	recipients TEXT    NOT NULL, -- To as it came
	body       TEXT    NOT NULL,
	fault      TEXT    NOT NULL, -- why it cannot be sent at all, empty if it can
	stage      INTEGER NOT NULL,
	reference  INTEGER NOT NULL, -- concatenation reference of its segments
	received   INTEGER NOT NULL,
	moved      INTEGER NOT NULL, -- when it came to its stage
	UNIQUE (server_id, hash)
);
CREATE INDEX text_stage ON text (stage);

CREATE TABLE recipient (
	text    INTEGER NOT NULL,
	n       INTEGER NOT NULL,
	address TEXT    NOT NULL, -- "Name" [MOBILE:number]
	number  TEXT    NOT NULL,
	state   INTEGER NOT NULL,
	reason  TEXT    NOT NULL, -- of a failure, or of the latest delay
	tries   INTEGER NOT NULL, -- that failed for the time being
	due     INTEGER NOT NULL, -- not to be tried again before
	PRIMARY KEY (text, n)
);
CREATE INDEX recipient_due ON recipient (state, due);

-- One row for each segment of each recipient. submitting: the radio has it, or
-- is about to; what becomes of it is written before the next one begins.
CREATE TABLE segment (
	text      INTEGER NOT NULL,
	recipient INTEGER NOT NULL,
	n         INTEGER NOT NULL,
	tpdu      BLOB    NOT NULL,
	state     INTEGER NOT NULL,
	reference INTEGER NOT NULL, -- message reference, when accepted
	code      INTEGER NOT NULL, -- of the refusal, -1 without one
	reason    TEXT    NOT NULL, -- of the refusal
	radio     TEXT    NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (text, recipient, n)
);

-- The TPDUs that radios received. upload: the text they became part of.
CREATE TABLE part (
	part     INTEGER NOT NULL PRIMARY KEY,
	radio    TEXT    NOT NULL,
	sender   TEXT    NOT NULL,
	hash     BLOB    NOT NULL, -- what tells a part that comes again
	tpdu     BLOB    NOT NULL,
	received INTEGER NOT NULL,
	session  INTEGER NOT NULL, -- in which the radio brought it last
	state    INTEGER NOT NULL,
	upload   INTEGER
);
CREATE INDEX part_hash ON part (hash);
CREATE INDEX part_state ON part (state, received);

-- The texts to be added to the Inbox: those received, and non-delivery reports.
CREATE TABLE upload (
	upload    INTEGER NOT NULL PRIMARY KEY,
	client_id TEXT    NOT NULL UNIQUE,
	sender    TEXT    NOT NULL, -- From
	recipient TEXT    NOT NULL, -- To
	date      INTEGER NOT NULL, -- DateReceived
	body      TEXT    NOT NULL,
	hash      BLOB    NOT NULL, -- of From, DateReceived and Body
	state     INTEGER NOT NULL,
	sent      INTEGER NOT NULL, -- an Add has begun to leave
	present   INTEGER NOT NULL, -- seen on the server, while it is looked through
	server_id TEXT    NOT NULL,
	text      INTEGER,          -- that a report is about
	created   INTEGER NOT NULL
);
CREATE INDEX upload_state ON upload (state);
CREATE INDEX upload_hash ON upload (hash);
CREATE INDEX upload_text ON upload (text);
