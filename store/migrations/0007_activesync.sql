-- Whether a user may use ActiveSync.

ALTER TABLE mailbox ADD COLUMN activesync BIGINT NOT NULL DEFAULT 1;
