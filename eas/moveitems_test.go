package eas

import "testing"

func TestMoveItems(t *testing.T) {
	t.Parallel()
	r := document[MoveItemsResponse](t, "item moved").Response[0]
	if r.SrcMsgID != "2:31" || r.DstMsgID != "5:1" || r.Status != MoveItemsStatusSuccess || r.Status.Err(CommandMoveItems) != nil {
		t.Errorf("success is 3: %+v", r)
	}
	in := &MoveItemsRequest{Move: []Move{{SrcMsgID: "2:1", SrcFldID: "2", DstFldID: []CollectionID{"3", "4"}}}}
	if out := roundTrip(t, in); len(out.Move[0].DstFldID) != 2 {
		t.Errorf("two destinations are the server's to refuse: %+v", out)
	}
}
