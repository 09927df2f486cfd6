// Command seed fills a mailbox with texts for the browser tests, while no server
// runs on it. Standard input has one JSON object a line.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"asms/mailbox"
	"asms/store"
)

// text is one line. Peers is a list of addresses as in To.
type text struct {
	Peers string    `json:"peers"`
	Out   bool      `json:"out"`
	Body  string    `json:"body"`
	Date  time.Time `json:"date"`
	Read  bool      `json:"read"`
}

// writers share commits.
const writers = 64

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: seed DATA USER < texts")
		os.Exit(2)
	}
	if err := seed(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func seed(ctx context.Context, data, name string) error {
	st, err := store.Open(ctx, data, &store.Options{Unsynced: true})
	if err != nil {
		return err
	}
	defer st.Close()
	user, err := st.UserByName(ctx, name)
	if err != nil {
		return err
	}
	box := mailbox.New(st, nil)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writers)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() && ctx.Err() == nil {
		var t text
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return err
		}
		g.Go(func() error {
			m := mailbox.Message{Class: mailbox.ClassSMS, Body: t.Body, Date: t.Date, Read: t.Read, Importance: 1}
			folder := store.InboxID
			if t.Out {
				m.To, m.Read, folder = t.Peers, true, store.SentItemsID
			} else {
				m.From = t.Peers
			}
			_, err := box.Place(ctx, user.ID, strconv.Itoa(folder), m)
			return err
		})
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return g.Wait()
}
