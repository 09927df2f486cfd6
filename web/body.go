package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"asms/api"
)

// answer sends v as JSON.
func answer(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // nobody is there any more
	return nil
}

// read decodes a request's body, and refuses what it does not know.
func read(r *http.Request, into any) error {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return &api.Problem{Status: http.StatusUnsupportedMediaType, Title: "unsupported media type", Detail: "the body must be application/json"}
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); err == nil {
			err = errors.New("more than one value")
		} else if err == io.EOF {
			return nil
		}
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return badRequest("the body is not the JSON that is wanted: %v", err)
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

// limit returns how many entries of a list are wanted.
func limit(r *http.Request) (int, error) {
	v := r.URL.Query().Get("limit")
	if v == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > maxLimit {
		return 0, badRequest("limit is a number from 1 to %d", maxLimit)
	}
	return n, nil
}

// cursor writes where a list goes on, so that readCursor can read it. It is
// opaque to the client.
func cursor(place any) string {
	b, err := json.Marshal(place)
	if err != nil {
		panic(err) // a programming mistake: places are plain structs
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor reads the query's cursor of that name into place, and says whether
// there is one.
func readCursor(r *http.Request, name string, place any) (bool, error) {
	v := r.URL.Query().Get(name)
	if v == "" {
		return false, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(v)
	if err == nil {
		err = json.Unmarshal(b, place)
	}
	if err != nil {
		return false, badRequest("%s is not a cursor of this list", name)
	}
	return true, nil
}
