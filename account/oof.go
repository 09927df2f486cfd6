package account

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"asms/store"
)

// OofState says when a user is out of office.
//
// [MS-ASCMD] 2.2.3.124 OofState
type OofState int

// The states.
const (
	OofOff   OofState = 0
	OofOn    OofState = 1
	OofTimed OofState = 2 // from Start to End
)

// Audience is a group of people that one reply is for.
//
// [MS-ASCMD] 2.2.3.123 OofMessage
type Audience int

// The audiences.
const (
	Internal        Audience = iota // of the same organization
	ExternalKnown                   // others, as far as they are contacts
	ExternalUnknown                 // all others
	Audiences       = 3
)

// Oof is what a user wants people to be told who write while the user is away.
// It is kept for the user's clients: a server without mail answers nobody.
//
// [MS-ASCMD] 2.2.3.122 Oof
type Oof struct {
	State   OofState            `json:"state"`
	Start   time.Time           `json:"start,omitzero"` // zero unless State is OofTimed
	End     time.Time           `json:"end,omitzero"`
	Replies [Audiences]OofReply `json:"replies"` // by Audience
}

// OofReply is what one audience is told.
type OofReply struct {
	Enabled bool   `json:"enabled,omitempty"`
	Message string `json:"message,omitempty"`
	HTML    bool   `json:"html,omitempty"` // the format of Message
}

// oofSetting is the name under which an Oof is stored.
const oofSetting = "oof"

// Oof returns what the user has set, by default nothing, or ErrNoUser.
func (a *Accounts) Oof(ctx context.Context, user store.UserID) (oof Oof, err error) {
	err = a.st.View(ctx, user, func(tx *store.Tx) error {
		oof, err = readOof(tx)
		return err
	})
	if err != nil {
		return Oof{}, failed("oof", err)
	}
	return oof, nil
}

// ChangeOof changes what the user has set, or returns ErrNoUser.
func (a *Accounts) ChangeOof(ctx context.Context, user store.UserID, change func(*Oof)) error {
	return a.update(ctx, user, func(tx *store.Tx) error {
		if _, err := tx.Account(); err != nil {
			return err
		}
		oof, err := readOof(tx)
		if err != nil {
			return err
		}
		change(&oof)
		b, err := json.Marshal(oof)
		if err != nil {
			return err
		}
		return tx.SetSetting(oofSetting, string(b))
	})
}

func readOof(tx *store.Tx) (oof Oof, err error) {
	text, err := tx.Setting(oofSetting)
	if err != nil || text == "" {
		return oof, err
	}
	if err := json.Unmarshal([]byte(text), &oof); err != nil {
		return oof, fmt.Errorf("stored oof: %w", err)
	}
	return oof, nil
}
