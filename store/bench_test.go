package store_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"asms/store"
)

// BenchmarkCommit is one small change, until it is on disk: by one writer, and by
// sixteen at once, whose changes share commits.
// Without the wait for the disk what remains is SQLite's work.
func BenchmarkCommit(b *testing.B) {
	for _, disk := range []struct {
		name     string
		unsynced bool
	}{{"disk", false}, {"memory", true}} {
		st, err := store.Open(b.Context(), b.TempDir(), &store.Options{Unsynced: disk.unsynced})
		if err != nil {
			b.Fatal(err)
		}
		defer st.Close()
		user, err := st.CreateUser(b.Context(), "ann", "", false)
		if err != nil {
			b.Fatal(err)
		}
		change := func() error {
			return st.Update(context.Background(), user.ID, func(tx *store.Tx) error {
				_, err := tx.Bump()
				return err
			})
		}
		b.Run(fmt.Sprintf("%s/alone", disk.name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := change(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("%s/writers=16", disk.name), func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism((16 + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := change(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkView is a look at one row.
func BenchmarkView(b *testing.B) {
	st, err := store.Open(b.Context(), b.TempDir(), &store.Options{Unsynced: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	user, err := st.CreateUser(b.Context(), "ann", "", false)
	if err != nil {
		b.Fatal(err)
	}
	look := func(tx *store.Tx) error { _, err := tx.Seq(); return err }
	b.ReportAllocs()
	for b.Loop() {
		if err := st.View(context.Background(), user.ID, look); err != nil {
			b.Fatal(err)
		}
	}
}
