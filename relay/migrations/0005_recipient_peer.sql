-- The number as table peer has it, so that who goes by which radio is one query.
ALTER TABLE recipient ADD COLUMN peer TEXT NOT NULL DEFAULT '';
