-- The agent's own channel to the server. There is something to tell about a text
-- while news is more than told.
ALTER TABLE text ADD COLUMN news INTEGER NOT NULL DEFAULT 0; -- how often there was something to tell
ALTER TABLE text ADD COLUMN told INTEGER NOT NULL DEFAULT 0; -- the news that the server has
ALTER TABLE text ADD COLUMN tell_tries INTEGER NOT NULL DEFAULT 0; -- in vain, since the latest news
CREATE INDEX text_news ON text (text) WHERE news > told;

ALTER TABLE recipient ADD COLUMN at INTEGER NOT NULL DEFAULT 0; -- when it came to its state
