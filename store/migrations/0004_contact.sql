-- Contacts are items of class 3; here is what they hold.

CREATE TABLE contact (
    user_id   BIGINT NOT NULL,
    item_id   BIGINT NOT NULL,
    folder_id BIGINT NOT NULL,              -- the item's
    name      TEXT   NOT NULL,              -- as shown
    sort      TEXT   NOT NULL,              -- the name folded: their order, and when two are the same
    words     TEXT   NOT NULL,              -- what they are found by, folded, a space before each word
    content   TEXT   NOT NULL,              -- JSON
    PRIMARY KEY (user_id, item_id)
);
CREATE INDEX contact_sort ON contact (user_id, sort, item_id);

CREATE TABLE contact_number (
    user_id BIGINT NOT NULL,
    number  TEXT   NOT NULL,                -- in the form in which numbers are compared
    item_id BIGINT NOT NULL,
    kind    TEXT   NOT NULL,                -- mobile, home, …
    written TEXT   NOT NULL,                -- as it was written
    PRIMARY KEY (user_id, number, item_id, kind)
);
CREATE INDEX contact_number_item ON contact_number (user_id, item_id);
