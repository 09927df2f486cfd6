-- Fewer indexes to write with each text, and how many texts a mailbox shows.

DROP INDEX item_peers;
DROP INDEX item_conversation;
DROP INDEX item_thread;
DROP INDEX item_unread;
DROP INDEX thread_unread;
CREATE INDEX item_conversation ON item (user_id, conv_id, date);
CREATE INDEX item_thread       ON item (user_id, conv_id, date, item_id, read, outgoing) WHERE shown <> 0;

ALTER TABLE mailbox ADD COLUMN texts  BIGINT NOT NULL DEFAULT 0; -- the total of its conversations
ALTER TABLE mailbox ADD COLUMN unread BIGINT NOT NULL DEFAULT 0; -- as theirs
UPDATE mailbox SET texts = (SELECT coalesce(sum(total), 0) FROM thread t WHERE t.user_id = mailbox.user_id),
    unread = (SELECT coalesce(sum(unread), 0) FROM thread t WHERE t.user_id = mailbox.user_id);

CREATE TABLE fresh (                        -- texts whose words are not indexed yet: a few, so without an index
    entry   BIGINT NOT NULL,                -- by date, as in table found
    user_id BIGINT NOT NULL,
    item_id BIGINT NOT NULL
);
