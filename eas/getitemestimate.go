package eas

// GetItemEstimateRequest asks how many changes a Sync would bring.
//
// [MS-ASCMD] 2.2.1.9 GetItemEstimate
type GetItemEstimateRequest struct {
	XMLName     struct{}             `wbxml:"GetItemEstimate GetItemEstimate"`
	Collections *EstimateCollections `wbxml:"Collections"`
}

// MaxEstimateCollections is the most collections a request may name.
//
// [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests
const MaxEstimateCollections = 1000

// EstimateCollections is the list of collections of a request.
type EstimateCollections struct {
	Collection []EstimateCollection `wbxml:"Collection"`
}

// EstimateCollection is one folder, with the options a Sync would have.
//
// [MS-ASCMD] 2.2.3.29.1 Collection (GetItemEstimate)
type EstimateCollection struct {
	SyncKey          SyncKey       `wbxml:"AirSync SyncKey,omitempty"`
	CollectionID     CollectionID  `wbxml:"GetItemEstimate CollectionId,omitempty"`
	ConversationMode *bool         `wbxml:"AirSync ConversationMode,last"`
	Options          []SyncOptions `wbxml:"AirSync Options"`
}

// GetItemEstimateResponse answers a GetItemEstimate.
//
// [MS-ASCMD] 2.2.1.9 GetItemEstimate
type GetItemEstimateResponse struct {
	XMLName struct{} `wbxml:"GetItemEstimate GetItemEstimate"`

	// Status is present only when the whole request failed; then there is no
	// Response.
	Status   Status             `wbxml:"Status,omitempty"`
	Response []EstimateResponse `wbxml:"Response"`
}

// EstimateResponse is the answer for one collection.
//
// [MS-ASCMD] 2.2.3.153.3 Response (GetItemEstimate)
type EstimateResponse struct {
	Status     Status                      `wbxml:"Status"`
	Collection *EstimateResponseCollection `wbxml:"Collection"`
}

// EstimateResponseCollection is the estimate itself, absent when Status is an
// error.
type EstimateResponseCollection struct {
	CollectionID CollectionID `wbxml:"CollectionId"`
	Estimate     *int         `wbxml:"Estimate"`
}
