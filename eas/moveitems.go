package eas

// MoveItemsRequest moves items from one folder to another.
//
// [MS-ASCMD] 2.2.1.12 MoveItems
type MoveItemsRequest struct {
	XMLName struct{} `wbxml:"Move MoveItems"`
	Move    []Move   `wbxml:"Move"`
}

// MaxMoves is the most moves a request may hold.
//
// [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests
const MaxMoves = 1000

// Move moves one item. Exactly one DstFldID is allowed.
//
// [MS-ASCMD] 2.2.3.117.2 Move (MoveItems)
type Move struct {
	SrcMsgID ServerID       `wbxml:"SrcMsgId"`
	SrcFldID CollectionID   `wbxml:"SrcFldId"`
	DstFldID []CollectionID `wbxml:"DstFldId"`
}

// MoveItemsResponse answers a MoveItems.
//
// [MS-ASCMD] 2.2.1.12 MoveItems
type MoveItemsResponse struct {
	XMLName struct{} `wbxml:"Move MoveItems"`

	// Status is present only when the whole request failed.
	Status   Status         `wbxml:"Status,omitempty"`
	Response []MoveResponse `wbxml:"Response"`
}

// MoveResponse is what became of one item. Success is MoveItemsStatusSuccess,
// which is 3.
//
// [MS-ASCMD] 2.2.3.153.5 Response (MoveItems)
type MoveResponse struct {
	SrcMsgID ServerID `wbxml:"SrcMsgId"`
	Status   Status   `wbxml:"Status"`

	// DstMsgID is the item's new id.
	DstMsgID ServerID `wbxml:"DstMsgId,omitempty"`
}
