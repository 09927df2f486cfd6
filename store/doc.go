// Package store keeps what asms must not lose: users, devices, folders, items,
// what each device has seen, and texts on their way out. It wakes whoever waits
// for a change.
//
// # Transactions
//
// Everything happens inside [Store.Update] or [Store.View], which hand a [Tx]
// bound to one user to a function. Update runs on the one writing connection;
// what several callers bring at the same time is committed together, and Update
// returns only after the commit is on disk. A Tx sees one user's rows and no
// others: no method takes a user, so no method can be given the wrong one.
//
// # The mailbox counter
//
// Every user has a counter, seq, which [Tx.Bump] raises. It is raised inside
// the transaction that changes anything, and transactions of one user never
// overlap, so nobody who has read counter value M ever meets a new row with a
// value of M or less. All sync positions are values of this counter.
//
// # Waking
//
// [Store.Watch] returns a channel that is closed after the next commit that
// touched the user. It says "look again" and carries no data.
package store
