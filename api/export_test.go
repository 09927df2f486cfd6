package api

// ReadEvents is readEvents, for tests.
var ReadEvents = readEvents
