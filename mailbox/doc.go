// Package mailbox is the sync engine: folders, items, texts on their way out,
// and what each device has seen of them. It speaks no XML.
//
// # What a device knows of a folder
//
// Three positions in the mailbox counter (deletes, changes, creations), one
// floor per class, and a short-lived mark on each item that the device supplied
// itself: about 150 bytes a generation, however large the folder. A [Delta] is
// worked out from these and from what moved since, so its cost follows what
// changed and not how much is stored. The rules are in docs/sync-engine.md;
// state.go holds the state, plan.go the five stages in which a Delta is made,
// command.go what a client's own changes do, undo.go what happens when an answer
// was lost.
//
// # Two generations
//
// A sync key names a state. The current key and the one before are kept: a
// request with the current key makes the older generation final, a request with
// the older key says that the last answer was lost.
//
// # Texts on their way out
//
// An SMS item in the Outbox is shown to one phone only, its audience, besides
// the device that wrote it. outbox.go holds its states and docs/states.md draws
// them.
package mailbox
