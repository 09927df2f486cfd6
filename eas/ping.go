package eas

// PingRequest asks the server to say when something changes in some folders. An
// empty body repeats the request the server has cached, an absent field takes
// its cached value.
//
// [MS-ASCMD] 2.2.1.13 Ping
type PingRequest struct {
	XMLName struct{} `wbxml:"Ping Ping"`

	// HeartbeatInterval is how long the server may hold the request, in
	// seconds, usually MinHeartbeatInterval to MaxHeartbeatInterval.
	//
	// [MS-ASCMD] 2.2.3.88.1 HeartbeatInterval (Ping)
	HeartbeatInterval *int         `wbxml:"HeartbeatInterval"`
	Folders           *PingFolders `wbxml:"Folders"`
}

// PingFolders is the list of folders to watch.
//
// [MS-ASCMD] 2.2.3.75 Folders
type PingFolders struct {
	Folder []PingFolder `wbxml:"Folder"`
}

// PingFolder is one folder to watch. Its class is the folder's own, so
// ClassEmail also for the Outbox: Ping has no class for SMS.
//
// [MS-ASCMD] 2.2.3.71.2 Folder (Ping)
type PingFolder struct {
	ID    CollectionID `wbxml:"Id"`
	Class Class        `wbxml:"Class"`
}

// PingResponse answers a Ping.
//
// [MS-ASCMD] 2.2.1.13 Ping
type PingResponse struct {
	XMLName struct{} `wbxml:"Ping Ping"`
	Status  Status   `wbxml:"Status"`

	// Folders are those with changes, with PingStatusChanges.
	Folders *PingResponseFolders `wbxml:"Folders"`

	// MaxFolders is how many folders are allowed, with
	// PingStatusTooManyFolders.
	MaxFolders *int `wbxml:"MaxFolders"`

	// HeartbeatInterval is the nearest interval allowed, in seconds, with
	// PingStatusHeartbeatOutOfRange.
	HeartbeatInterval *int `wbxml:"HeartbeatInterval"`
}

// PingResponseFolders is the list of folders that changed.
type PingResponseFolders struct {
	Folder []CollectionID `wbxml:"Folder"`
}
