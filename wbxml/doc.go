// Package wbxml reads and writes the documents of ActiveSync: WBXML, a compact
// binary form of XML, over the code pages of [MS-ASWBXML].
//
// # Terminology
//
// To encode and to decode is about syntax: [Encoder] and [Decoder] turn tokens
// into bytes and back, [ToXML] and [FromXML] show the same tokens to people. To
// marshal and to unmarshal is about meaning: [Marshal] and [Unmarshal] turn
// tagged structs into documents and back.
//
// An element is identified by its name and the code page the name is on, which
// is what a namespace is to XML. Its content is either other elements, or text,
// or a byte array, which WBXML calls OPAQUE.
//
// # Structs
//
// A struct stands for an element, and each of its fields with a wbxml tag for a
// child of that. A document type names its root element with a blank field:
//
//	type SyncRequest struct {
//		XMLName     struct{}     `wbxml:"AirSync Sync"`
//		Collections *Collections `wbxml:"Collections"`      // on the page of the element that the struct stands for
//		Body        *Body        `wbxml:"AirSyncBase Body"` // on a page of its own
//	}
//
// A field that names no page inherits that of the element around it, so that
// one struct type can serve on two pages. If the type of the field has an
// XMLName of the same name, that decides; the field's own name may then be left
// out. Fields without a wbxml tag take no part, except that those of an
// embedded struct count as if they stood in its place.
//
// The type of a field says what the element holds:
//
//	string             text; OPAQUE where the element is known to hold a byte array
//	bool               "1" or "0"; an empty element is true
//	int…, uint…        a decimal number; spaces around it are ignored
//	time.Time          2009-01-08T00:14:36.000Z; milliseconds may be missing and
//	                   20090108T001436Z is read, too
//	[]byte             OPAQUE; text is read, too; nil is absent
//	struct             child elements; struct{} is an empty element
//	Raw                whatever it is, for later
//	pointer            to any of these; nil is absent
//	slice              of any of these: the element, repeated
//
// and types derived from these. Absent, empty and zero are three different
// things: a pointer to "" is the empty element <X/>, a nil pointer is none. A
// field that is no pointer is always written, unless an option says otherwise:
//
//	omitempty  a zero value is absent
//	empty      a bool: true is an empty element, false is absent. When read,
//	           the element means true, unless its text is "0"
//	last       when read, the element may be repeated, and the last one counts
//	choice     a slice of structs of which each holds one element, see below
//
// Fields are written in their order. They are read in any order. An element
// without a field, text beside elements and a repeated element are errors.
//
// Where elements of different names come in an order that matters, a choice
// keeps it. The children of Commands, say, may be any of these, each time with
// all pointers but one nil:
//
//	type Commands struct {
//		Items []Command `wbxml:",choice"`
//	}
//	type Command struct {
//		Add    *Add    `wbxml:"Add"`
//		Change *Change `wbxml:"Change"`
//		Delete *Delete `wbxml:"Delete"`
//	}
//
// # Bounds
//
// Documents come from strangers. [Limits] bounds size, depth, length of values
// and number of elements; a length inside the document is believed only as far
// as there are bytes. Memory in use is at most proportional to the document.
//
// # Documents
//
//   - [MS-ASWBXML] ActiveSync WBXML Algorithm: code pages, tokens
//   - [MS-ASDTYPE] ActiveSync Data Types: what the texts of elements mean
//   - [WBXML 1.3] WAP Binary XML Content Format: the bytes
package wbxml
