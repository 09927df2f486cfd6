// Package api is the JSON contract between asms and programs: the types of
// requests and answers, and a client.
//
// Requests carry HTTP Basic credentials. An error is answered with an HTTP status
// and a problem of RFC 9457, which the client returns as [*Problem].
package api
