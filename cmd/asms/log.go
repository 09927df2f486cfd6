package main

import (
	"io"
	"log/slog"
)

// logFlags says what is logged, and how. Logs go to standard error.
type logFlags struct {
	LogLevel  slog.Level `placeholder:"LEVEL" default:"info" help:"Log debug, info, warn or error and what is worse (default info)."`
	LogFormat string     `placeholder:"FORMAT" enum:"text,json" default:"text" help:"Log as text or json (default text)."`
}

func (f logFlags) logger(w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
