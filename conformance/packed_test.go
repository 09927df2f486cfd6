package conformance

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"io"
	"net/http"
	"strconv"

	"asms/eas"
)

// codes are the codes of commands in the base64 query.
var codes = map[string]byte{
	"Sync": 0, "FolderSync": 9, "FolderCreate": 10, "FolderDelete": 11, "FolderUpdate": 12, "MoveItems": 13,
	"GetItemEstimate": 14, "Search": 16, "Settings": 17, "Ping": 18, "ItemOperations": 19, "Provision": 20,
	"ResolveRecipients": 21, "ValidateCert": 22, "Find": 23,
}

// query64 is the base64 query of a request, with tagged parameters behind it.
func (d *device) query64(version eas.Version, code byte, parameters string) string {
	b := []byte{byte(version), code, 0x09, 0x04, byte(len(d.id))}
	b = append(b, d.id...)
	if key, err := strconv.ParseUint(d.policyKey, 10, 32); err == nil {
		b = binary.LittleEndian.AppendUint32(append(b, 4), uint32(key))
	} else { // none, or one that has no place here
		b = append(b, 0)
	}
	b = append(b, "\x05Phone"...)
	return base64.StdEncoding.EncodeToString(append(b, parameters...))
}

// request64 builds a request whose query is in base64 and whose headers say
// nothing of the protocol.
func (d *device) request64(command, xml string) *http.Request {
	d.s.Helper()
	var body []byte
	if xml != "" {
		body = d.s.encode(xml)
	}
	return d.base64(d.request(d.s.Context(), command, body), command)
}

// base64 puts what the headers and the query of a request say into a query in
// base64.
func (d *device) base64(hr *http.Request, command string) *http.Request {
	d.s.Helper()
	code, ok := codes[command]
	if !ok {
		d.s.Fatalf("%s has no code", command)
	}
	hr.Header.Del("MS-ASProtocolVersion")
	hr.Header.Del("X-MS-PolicyKey")
	hr.URL.RawQuery = d.query64(d.s.version, code, "")
	return hr
}

// pack makes a request one in base64 and gzip.
func (d *device) pack(hr *http.Request, command string) *http.Request {
	d.s.Helper()
	hr = d.base64(hr, command)
	if hr.ContentLength > 0 {
		hr = d.s.zipped(hr)
	}
	hr.Header.Set("Accept-Encoding", "gzip")
	return hr
}

// zipped packs the body of a request.
func (s *scene) zipped(hr *http.Request) *http.Request {
	s.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.Copy(w, hr.Body); err != nil {
		s.Fatal(err)
	}
	if err := w.Close(); err != nil {
		s.Fatal(err)
	}
	packed, err := http.NewRequestWithContext(hr.Context(), hr.Method, hr.URL.String(), &b)
	if err != nil {
		s.Fatal(err)
	}
	packed.Header = hr.Header.Clone()
	packed.Header.Set("Content-Encoding", "gzip")
	return packed
}
