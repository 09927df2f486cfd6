package eas

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestIsAutodiscoverPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][2]bool{
		"/autodiscover/autodiscover.xml":             {true, false},
		"/AutoDiscover/AutoDiscover.XML":             {true, false},
		"/autodiscover/autodiscover.json":            {true, true},
		"/Autodiscover/Autodiscover.json/v1.0/a@b.c": {true, true},
		"/autodiscover/autodiscover.jsonp":           {false, false},
		"/autodiscover":                              {false, false},
		"/":                                          {false, false},
		"":                                           {false, false},
	} {
		if is, json := IsAutodiscoverPath(path); is != want[0] || json != want[1] {
			t.Errorf("%q: %t %t, want %v", path, is, json, want)
		}
	}
}

func FuzzParseAutodiscoverRequest(f *testing.F) {
	const one = "<Request><EMailAddress>a@b.c</EMailAddress><AcceptableResponseSchema>x</AcceptableResponseSchema></Request>"
	for _, inner := range []string{one, one + one, "", "<Request/>", "<Request><EMailAddress/>"} {
		f.Add([]byte(`<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="x">` + inner + `</Autodiscover>`))
	}
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY b "c">]><Autodiscover>&b;</Autodiscover>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		req, err := ParseAutodiscoverRequest(bytes.NewReader(body))
		if err != nil {
			if !errors.Is(err, ErrAutodiscoverRequest) || req != nil {
				t.Errorf("%v with %v", err, req)
			}
			return
		}
		if req.EMailAddress == "" || req.AcceptableResponseSchema == "" {
			t.Errorf("%+v", req)
		}
		// What a stranger sends comes back as text.
		answer, err := (&AutodiscoverResponse{EMailAddress: req.EMailAddress, Failure: "no"}).Marshal()
		if err != nil || strings.Count(string(answer), "<Response ") != 1 || strings.Count(string(answer), "<EMailAddress>") != 1 {
			t.Errorf("%v\n%s", err, answer)
		}
	})
}
