package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Migrations are numbered and only go
// forward; each runs in a transaction of its own together with the row that
// records it. A database written by a newer asms is refused.
func migrate(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (
		number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL)`); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	var done int
	if err := c.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) FROM migration`).Scan(&done); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	if done > len(names) {
		return fmt.Errorf("store: the database was written by a newer asms (schema %d, this one knows %d): install that version or a later one", done, len(names))
	}
	for _, path := range names[done:] {
		name := strings.TrimPrefix(path, "migrations/")
		number, err := strconv.Atoi(name[:4])
		if err != nil {
			return fmt.Errorf("store: migration %s has no number", name)
		}
		text, err := migrations.ReadFile(path)
		if err != nil {
			return fmt.Errorf("store: migrate: %w", err)
		}
		if err := inTransaction(ctx, c, func() error {
			if _, err := c.ExecContext(ctx, string(text)); err != nil {
				return err
			}
			if name == "0002_thread.sql" {
				if err := migrateSearch(ctx, c); err != nil {
					return err
				}
			}
			_, err := c.ExecContext(ctx, `INSERT INTO migration (number, name) VALUES ($1, $2)`, number, name)
			return err
		}); err != nil {
			return fmt.Errorf("store: migration %s: %w", name, err)
		}
	}
	return nil
}

func inTransaction(ctx context.Context, c *sql.Conn, f func() error) error {
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := f(); err != nil {
		_, _ = c.ExecContext(ctx, "ROLLBACK") // err is what matters
		return err
	}
	_, err := c.ExecContext(ctx, "COMMIT")
	return err
}
