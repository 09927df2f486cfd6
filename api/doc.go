// Package api is the JSON contract between asms and programs: the types of
// requests and answers, a client, and the OpenAPI document of both.
//
// Requests carry HTTP Basic credentials or a token. An error is answered with an
// HTTP status and a problem of RFC 9457, which the client returns as [*Problem].
package api
