-- Every primary key and every index begins with the user, so that one mailbox
-- is one shard. The directory of names is the one table that is not.

CREATE TABLE directory (
    name    TEXT   NOT NULL PRIMARY KEY,   -- login name, lower case
    user_id BIGINT NOT NULL
);

CREATE TABLE mailbox (
    user_id      BIGINT  NOT NULL PRIMARY KEY,
    name         TEXT    NOT NULL,
    hash         TEXT    NOT NULL,          -- argon2id, PHC string
    admin        INTEGER NOT NULL DEFAULT 0,
    policy       INTEGER NOT NULL DEFAULT 0, -- 1: a policy key is demanded
    created      BIGINT  NOT NULL,
    seq          BIGINT  NOT NULL,          -- the mailbox counter
    last_item    BIGINT  NOT NULL,          -- last item id given out
    last_folder  BIGINT  NOT NULL,          -- last folder id given out
    horizon      BIGINT  NOT NULL DEFAULT 0 -- tombstones up to here are pruned
);

CREATE TABLE device (
    user_id         BIGINT  NOT NULL,
    device_id       TEXT    NOT NULL,
    type            TEXT    NOT NULL DEFAULT '',
    user_agent      TEXT    NOT NULL DEFAULT '',
    model           TEXT    NOT NULL DEFAULT '',
    imei            TEXT    NOT NULL DEFAULT '',
    friendly_name   TEXT    NOT NULL DEFAULT '',
    os              TEXT    NOT NULL DEFAULT '',
    os_language     TEXT    NOT NULL DEFAULT '',
    phone_number    TEXT    NOT NULL DEFAULT '',
    mobile_operator TEXT    NOT NULL DEFAULT '',
    outbound_sms    INTEGER NOT NULL DEFAULT 0,
    access          INTEGER NOT NULL DEFAULT 0,
    policy_key      BIGINT  NOT NULL DEFAULT 0, -- acknowledged, 0 none
    temporary_key   BIGINT  NOT NULL DEFAULT 0, -- given in phase one, 0 none
    version         TEXT    NOT NULL DEFAULT '',
    first_seen      BIGINT  NOT NULL,
    last_seen       BIGINT  NOT NULL,
    PRIMARY KEY (user_id, device_id)
);

CREATE TABLE folder (
    user_id   BIGINT  NOT NULL,
    folder_id BIGINT  NOT NULL,
    parent_id BIGINT  NOT NULL,             -- 0: the root
    name      TEXT    NOT NULL,
    type      INTEGER NOT NULL,
    born      BIGINT  NOT NULL,
    changed   BIGINT  NOT NULL,             -- seq of the last change, also of the deletion
    deleted   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, folder_id)
);
CREATE INDEX folder_changed ON folder (user_id, changed);

CREATE TABLE hierarchy (                    -- what a device knows of the folders
    user_id   BIGINT NOT NULL,
    device_id TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    PRIMARY KEY (user_id, device_id)
);

CREATE TABLE item (
    user_id    BIGINT  NOT NULL,
    item_id    BIGINT  NOT NULL,
    folder_id  BIGINT  NOT NULL,
    class      INTEGER NOT NULL,            -- 1 Email, 2 SMS
    date       BIGINT  NOT NULL,            -- DateReceived, milliseconds since 1970 UTC
    sender     TEXT    NOT NULL,            -- From, as it came
    recipients TEXT    NOT NULL,            -- To, as it came
    peers      TEXT    NOT NULL,            -- normalised numbers of the other side, sorted
    outgoing   INTEGER NOT NULL,            -- written by the owner
    subject    TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    cpid       TEXT    NOT NULL,
    importance INTEGER NOT NULL,
    read       INTEGER NOT NULL,
    flag       TEXT    NOT NULL,            -- JSON, '' none
    conv_id    BLOB    NOT NULL,
    conv_index BLOB    NOT NULL,
    born       BIGINT  NOT NULL,
    read_seq   BIGINT  NOT NULL DEFAULT 0,
    read_by    TEXT    NOT NULL DEFAULT '',
    read_lost  INTEGER NOT NULL DEFAULT 0,
    flag_seq   BIGINT  NOT NULL DEFAULT 0,
    flag_by    TEXT    NOT NULL DEFAULT '',
    flag_lost  INTEGER NOT NULL DEFAULT 0,
    changed    BIGINT  NOT NULL DEFAULT 0,  -- the greater of read_seq and flag_seq
    supplier   TEXT    NOT NULL DEFAULT '', -- device that added it, '' none
    supplied   TEXT    NOT NULL DEFAULT '', -- epoch of the partnership it was added in
    filed_by   TEXT    NOT NULL DEFAULT '', -- Sent Items: phone whose Delete filed it here
    linked     INTEGER NOT NULL DEFAULT 0,  -- Sent Items: joined with the phone's own copy
    state      INTEGER NOT NULL DEFAULT 0,  -- Outbox text: 1 waiting 2 offered 3 handed over 4 unknown
    aud        TEXT    NOT NULL DEFAULT '', -- Outbox text: the one phone that may see it
    off        BIGINT  NOT NULL DEFAULT 0,  -- Outbox text: seq of the offer
    carried    INTEGER NOT NULL DEFAULT 0,  -- Outbox text: some answer held the offer
    PRIMARY KEY (user_id, item_id)
);
CREATE INDEX item_date    ON item (user_id, folder_id, class, date, item_id);
CREATE INDEX item_born    ON item (user_id, folder_id, born);
CREATE INDEX item_changed ON item (user_id, folder_id, changed) WHERE changed > 0;
CREATE INDEX item_text    ON item (user_id, state, aud, off, item_id) WHERE state > 0;
CREATE INDEX item_filed   ON item (user_id, folder_id, filed_by, peers, date, item_id) WHERE filed_by <> '';
CREATE INDEX item_peers   ON item (user_id, peers, date);

CREATE TABLE tombstone (
    user_id   BIGINT  NOT NULL,
    folder_id BIGINT  NOT NULL,
    seq       BIGINT  NOT NULL,
    item_id   BIGINT  NOT NULL,
    class     INTEGER NOT NULL,
    date      BIGINT  NOT NULL,
    born      BIGINT  NOT NULL,
    del_by    TEXT    NOT NULL,
    del_lost  INTEGER NOT NULL DEFAULT 0,
    outbound  INTEGER NOT NULL DEFAULT 0,
    aud       TEXT    NOT NULL DEFAULT '',
    off       BIGINT  NOT NULL DEFAULT 0,
    only_to   TEXT    NOT NULL DEFAULT '',  -- '' all devices
    at        BIGINT  NOT NULL,
    PRIMARY KEY (user_id, folder_id, seq)
);
CREATE INDEX tombstone_item ON tombstone (user_id, folder_id, item_id, seq);

CREATE TABLE mark (                         -- the device supplied this item itself
    user_id   BIGINT  NOT NULL,
    device_id TEXT    NOT NULL,
    folder_id BIGINT  NOT NULL,
    item_id   BIGINT  NOT NULL,
    class     INTEGER NOT NULL,
    date      BIGINT  NOT NULL,
    born      BIGINT  NOT NULL,             -- as the item's; endless for a text on its way out
    lost      INTEGER NOT NULL DEFAULT 0,
    gone      BIGINT  NOT NULL DEFAULT 0,   -- seq of the tombstone to which the mark moved
    PRIMARY KEY (user_id, device_id, folder_id, item_id)
);
CREATE INDEX mark_range ON mark (user_id, device_id, folder_id, lost, class, date, item_id);
CREATE INDEX mark_item  ON mark (user_id, folder_id, item_id);

CREATE TABLE partnership (
    user_id   BIGINT NOT NULL,
    device_id TEXT   NOT NULL,
    folder_id BIGINT NOT NULL,
    epoch     TEXT   NOT NULL,              -- random, new at every key 0
    started   BIGINT NOT NULL,              -- time of key 0, milliseconds
    seen      BIGINT NOT NULL,              -- last Sync written, milliseconds
    key       BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    prev_key  BIGINT NOT NULL,              -- 0: none
    prev      TEXT   NOT NULL,
    answers   TEXT   NOT NULL,              -- ClientId -> item
    undo      TEXT   NOT NULL,
    PRIMARY KEY (user_id, device_id, folder_id)
);

CREATE TABLE outbound (                     -- a text's way out, kept when it has left
    user_id BIGINT  NOT NULL,
    text_id BIGINT  NOT NULL,               -- item id in the Outbox
    item_id BIGINT  NOT NULL,               -- the item that shows it now
    writer  TEXT    NOT NULL,               -- device that wrote it, '' web, API or mail
    state   INTEGER NOT NULL,
    chosen  TEXT    NOT NULL,               -- device the sender chose, '' none
    device  TEXT    NOT NULL,               -- device that has it or sent it
    tried   TEXT    NOT NULL,               -- JSON list of devices it was ever offered to
    created BIGINT  NOT NULL,
    offered BIGINT  NOT NULL,
    handed  BIGINT  NOT NULL,
    ended   BIGINT  NOT NULL,
    due     BIGINT  NOT NULL,               -- when silence makes it unknown, 0 never
    PRIMARY KEY (user_id, text_id)
);
CREATE INDEX outbound_item ON outbound (user_id, item_id, text_id);
CREATE INDEX outbound_due  ON outbound (user_id, due) WHERE due > 0;

CREATE TABLE recipient (
    user_id BIGINT  NOT NULL,
    text_id BIGINT  NOT NULL,
    n       INTEGER NOT NULL,
    address TEXT    NOT NULL,               -- as in To
    number  TEXT    NOT NULL,               -- normalised
    state   INTEGER NOT NULL,
    error   TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    PRIMARY KEY (user_id, text_id, n)
);
