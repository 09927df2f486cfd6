CREATE TABLE credential (                   -- what lets in besides the password of the account
    user_id BIGINT  NOT NULL,
    id      TEXT    NOT NULL,               -- random, not secret
    kind    INTEGER NOT NULL,               -- 1 session, 2 app password, 3 token
    hash    BLOB    NOT NULL,               -- SHA-256 of the secret, which is random
    name    TEXT    NOT NULL,
    scopes  TEXT    NOT NULL,               -- of a token, with spaces between
    created BIGINT  NOT NULL,               -- milliseconds since 1970 UTC, as the others
    expires BIGINT  NOT NULL,               -- 0 never
    used    BIGINT  NOT NULL,               -- last use, to the hour; 0 never
    PRIMARY KEY (user_id, id)
);
