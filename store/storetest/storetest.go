// Package storetest spares tests the making of a schema.
package storetest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"asms/store"
)

// Prepare puts an empty database into dir unless there is one already. Opening it
// is then much cheaper than making one, under the race detector above all.
func Prepare(t testing.TB, dir string) {
	t.Helper()
	empty, err := template()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, store.FileName), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(empty)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// template returns an empty database, made once a process.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	st, err := store.Open(context.Background(), dir, &store.Options{Unsynced: true})
	if err != nil {
		return nil, err
	}
	st.Close()
	return os.ReadFile(filepath.Join(dir, store.FileName))
})
