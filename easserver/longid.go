package easserver

import (
	"strings"

	"asms/eas"
)

// longIDPrefix tells a LongId from a ServerId.
const longIDPrefix = "item:"

// longID names an item wherever its folder is not named: in the results of a
// Search, and in the commands that take these up.
//
// [MS-ASCMD] 2.2.3.98 LongId
func longID(item eas.ServerID) string { return longIDPrefix + string(item) }

// parseLongID returns the item that longID named and its folder, both empty for
// what is no LongId.
func parseLongID(long string) (folder eas.CollectionID, item eas.ServerID) {
	id, ok := strings.CutPrefix(long, longIDPrefix)
	in, _, inFolder := strings.Cut(id, ":")
	if !ok || !inFolder || len(long) > eas.MaxLongIDLength {
		return "", ""
	}
	return eas.CollectionID(in), eas.ServerID(id)
}
