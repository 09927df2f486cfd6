-- What an administrator demands of a user's devices, and what became of a wipe.

ALTER TABLE mailbox ADD COLUMN policy_settings TEXT   NOT NULL DEFAULT ''; -- JSON, '' none is defined
ALTER TABLE mailbox ADD COLUMN policy_revision BIGINT NOT NULL DEFAULT 0;  -- grows with every change of it
ALTER TABLE device  ADD COLUMN policy_revision BIGINT NOT NULL DEFAULT 0;  -- of the policy that policy_key stands for, 0 none
ALTER TABLE device  ADD COLUMN wipe_requested  BIGINT NOT NULL DEFAULT 0;  -- milliseconds since 1970 UTC, 0 never, as the next two
ALTER TABLE device  ADD COLUMN wipe_failed     BIGINT NOT NULL DEFAULT 0;  -- the device last said that it could not
ALTER TABLE device  ADD COLUMN wiped           BIGINT NOT NULL DEFAULT 0;  -- the device said that it has
