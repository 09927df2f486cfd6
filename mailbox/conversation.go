package mailbox

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"asms/store"
)

// converse gives an item its conversation: one for each set of peers, the same
// in every folder and on every device.
//
// [MS-ASCON] 2.2.2.3.3 ConversationId (Sync), 2.2.2.4 ConversationIndex
func converse(tx *store.Tx, i *store.Item) error {
	i.ConversationID = conversationID(tx.User(), i.Peers)
	start, err := tx.ConversationStart(i.ConversationID)
	if err != nil {
		return err
	}
	i.ConversationIndex = conversationIndex(start, i.Date, i.ID)
	return nil
}

func conversationID(user UserID, peers string) []byte {
	sum := sha256.Sum256([]byte(strconv.FormatInt(int64(user), 10) + "\x00" + peers))
	return sum[:16]
}

// Sizes of the parts of a ConversationIndex.
const (
	indexHeader = 5
	indexLevel  = 5
)

// conversationIndex returns the index of an item dated date. The first item of a
// conversation has a header alone. Every later one has that header and one
// response level: texts answer the conversation, not one another, so the tree is
// one level deep and its order is that of time.
//
// [MS-ASCON] 2.2.2.4 ConversationIndex
func conversationIndex(start []byte, date, id int64) []byte {
	now := filetime(date)
	if len(start) < indexHeader {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], now)
		return b[1 : 1+indexHeader] // bits 55 to 16
	}
	h := [8]byte{byte(now >> 56)} // which the header leaves out, and all dates share
	copy(h[1:], start[:indexHeader])
	since := uint64(0)
	if first := binary.BigEndian.Uint64(h[:]); now > first {
		since = now - first
	}
	// One bit says how coarse the 31 bits of difference are, eight tell equal
	// differences apart.
	difference := uint32(since >> 18)
	if since>>49 != 0 {
		difference = 1<<31 | uint32(since>>23)&(1<<31-1)
	}
	index := make([]byte, 0, indexHeader+indexLevel)
	index = append(index, start[:indexHeader]...)
	index = binary.BigEndian.AppendUint32(index, difference)
	return append(index, byte(id))
}

// filetime counts 100 ns since 1601.
func filetime(milliseconds int64) uint64 {
	const epoch = 11644473600000 // 1970 in milliseconds since 1601
	return uint64(max(milliseconds, -epoch)+epoch) * 10000
}
