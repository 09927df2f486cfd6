package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"asms/store"
)

// dataFlag is the data directory of a server.
type dataFlag struct {
	Data string `placeholder:"DIR" default:"./asms-data" help:"The data directory (default ./asms-data)."`
}

// errInUse is returned when another process has the data directory.
var errInUse = errors.New("in use")

// prepareData creates the data directory, or closes it to other users.
func prepareData(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("the data directory: %w", err)
	}
	if info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	// Somebody made it. Closing it is right for an empty one and for one that is
	// ours, and harm for any other, /tmp for instance.
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("the data directory: %w", err)
	}
	if len(entries) > 0 && !hasData(dir) {
		return fmt.Errorf("%s is open to other users and holds something else than data of asms: choose a directory of its own", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("the data directory: %w", err)
	}
	return nil
}

// hasData says whether the directory holds a database.
func hasData(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, store.FileName))
	return err == nil
}

// databaseBytes is how much room the database takes, with its log.
func databaseBytes(dir string) (n int64) {
	for _, name := range []string{store.FileName, store.FileName + "-wal"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// lockData takes the data directory for this process, or returns errInUse and
// who has it. The lock ends with the process or when the file is closed.
func lockData(dir string) (lock *os.File, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the data directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		owner := make([]byte, 32)
		n, _ := f.ReadAt(owner, 0) // only for the message
		f.Close()
		return nil, fmt.Errorf("%s is %w by another asms (process %s)", dir, errInUse, strings.TrimSpace(string(owner[:n])))
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintf(f, "%d\n", os.Getpid())
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return f, nil
}
