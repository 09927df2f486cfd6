-- The folders that clients expect of every mailbox; folder.go gives them to new
-- ones. Devices hear of them as of any folder that was created.

INSERT INTO folder (user_id, folder_id, parent_id, name, type, born, changed)
    SELECT user_id, last_folder + 1, 0, 'Calendar', 8, seq + 1, seq + 1 FROM mailbox;
INSERT INTO folder (user_id, folder_id, parent_id, name, type, born, changed)
    SELECT user_id, last_folder + 2, 0, 'Tasks', 7, seq + 1, seq + 1 FROM mailbox;
INSERT INTO folder (user_id, folder_id, parent_id, name, type, born, changed)
    SELECT user_id, last_folder + 3, 0, 'Notes', 10, seq + 1, seq + 1 FROM mailbox;
INSERT INTO folder (user_id, folder_id, parent_id, name, type, born, changed)
    SELECT user_id, 2147483647, 0, 'Recipient Information Cache', 19, seq + 1, seq + 1 FROM mailbox;
UPDATE mailbox SET seq = seq + 1, last_folder = last_folder + 3;

CREATE TABLE setting (                      -- what a user has set with the Settings command
    user_id BIGINT NOT NULL,
    name    TEXT   NOT NULL,
    value   TEXT   NOT NULL,                -- JSON
    PRIMARY KEY (user_id, name)
);

-- Conversations whose items, future ones too, belong in one folder.
CREATE TABLE always_move (
    user_id   BIGINT NOT NULL,
    conv_id   BLOB   NOT NULL,
    folder_id BIGINT NOT NULL,
    PRIMARY KEY (user_id, conv_id)
);
CREATE INDEX item_conversation ON item (user_id, conv_id, item_id);
