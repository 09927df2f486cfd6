package eas

import (
	"net/http"
	"slices"
	"strings"
)

// OptionsResponse is what a server says about itself in the headers of its
// answer to HTTP OPTIONS, and to a FolderSync that starts from key 0.
//
// [MS-ASHTTP] 2.2.4 HTTP OPTIONS Response
type OptionsResponse struct {
	// Versions are the protocol versions offered, as far as this module speaks
	// them.
	Versions []Version
	Commands []Command
}

// ParseOptionsResponse reads the headers of an answer.
//
// [MS-ASHTTP] 2.2.4.1.2 Response Headers
func ParseOptionsResponse(header http.Header) OptionsResponse {
	var r OptionsResponse
	r.Versions = ParseVersions(strings.Join(header.Values(HeaderProtocolVersions), ","))
	for name := range strings.SplitSeq(strings.Join(header.Values(HeaderProtocolCommands), ","), ",") {
		if name = strings.TrimSpace(name); name != "" {
			r.Commands = append(r.Commands, Command(name))
		}
	}
	return r
}

// SetHeader writes the headers of an answer.
//
// [MS-ASHTTP] 2.2.4.1.2 Response Headers
func (r OptionsResponse) SetHeader(header http.Header) {
	names := make([]string, len(r.Commands))
	for i, c := range r.Commands {
		names[i] = string(c)
	}
	header.Set(HeaderProtocolVersions, FormatVersions(r.Versions))
	header.Set(HeaderProtocolCommands, strings.Join(names, ","))
}

// Highest is the latest of the versions offered, 0 if there is none that this
// module speaks.
func (r OptionsResponse) Highest() Version {
	if len(r.Versions) == 0 {
		return 0
	}
	return slices.Max(r.Versions)
}
