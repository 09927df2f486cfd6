-- Conversations as their owner sees them.

ALTER TABLE item ADD COLUMN shown  BIGINT  NOT NULL DEFAULT 0; -- seq of the last change of what a conversation shows of it, 0 not shown
ALTER TABLE item ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0; -- 1 a report that was understood, 2 a phone's copy of a text in the Outbox

UPDATE item SET shown = max(born, changed, off, 1) WHERE class = 2 AND folder_id <> 3;

CREATE INDEX item_thread ON item (user_id, conv_id, date, item_id) WHERE shown <> 0;
CREATE INDEX item_unread ON item (user_id, conv_id, date, item_id) WHERE shown <> 0 AND read = 0 AND outgoing = 0;
CREATE INDEX item_shown  ON item (user_id, shown) WHERE shown <> 0;
CREATE INDEX item_copy   ON item (user_id, peers, item_id) WHERE hidden = 2;

CREATE TABLE thread (                       -- a conversation; one of total 0 is gone
    user_id   BIGINT  NOT NULL,
    conv_id   BLOB    NOT NULL,
    peers     TEXT    NOT NULL,             -- as of its items
    last_item BIGINT  NOT NULL,
    last_date BIGINT  NOT NULL,
    unread    INTEGER NOT NULL,             -- incoming ones
    total     INTEGER NOT NULL,
    changed   BIGINT  NOT NULL,             -- seq of the last change in it
    PRIMARY KEY (user_id, conv_id)
);

INSERT INTO thread (user_id, conv_id, peers, last_item, last_date, unread, total, changed)
    SELECT user_id, conv_id, peers, 0, max(date), sum(read = 0 AND outgoing = 0), count(*), max(shown)
    FROM item WHERE shown <> 0 GROUP BY user_id, conv_id;
UPDATE thread SET last_item = (SELECT max(i.item_id) FROM item i WHERE i.user_id = thread.user_id
    AND i.conv_id = thread.conv_id AND i.date = thread.last_date AND i.shown <> 0);

CREATE INDEX thread_last    ON thread (user_id, last_date, conv_id) WHERE total > 0;
CREATE INDEX thread_unread  ON thread (user_id, unread) WHERE unread > 0;
CREATE INDEX thread_changed ON thread (user_id, changed);

CREATE TABLE gone (                         -- an item is shown no more
    user_id   BIGINT NOT NULL,
    seq       BIGINT NOT NULL,
    folder_id BIGINT NOT NULL,
    item_id   BIGINT NOT NULL,
    text_id   BIGINT NOT NULL,              -- the text on its way out that it showed, 0 none
    conv_id   BLOB   NOT NULL,
    PRIMARY KEY (user_id, seq, item_id)
);

ALTER TABLE outbound ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0; -- when it may be offered, 0 at once
ALTER TABLE outbound ADD COLUMN expires    BIGINT NOT NULL DEFAULT 0; -- when it fails unless a phone has it, 0 never
ALTER TABLE outbound ADD COLUMN retried    BIGINT NOT NULL DEFAULT 0; -- the text that was sent in its stead, 0 none

CREATE TABLE request (                      -- a text that a program may ask for once more
    user_id BIGINT NOT NULL,
    key     TEXT   NOT NULL,
    hash    BLOB   NOT NULL,                -- of what was asked
    text_id BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX request_at ON request (user_id, at);

ALTER TABLE mailbox ADD COLUMN phones BIGINT NOT NULL DEFAULT 0; -- seq of the last change of a device
