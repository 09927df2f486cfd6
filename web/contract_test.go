package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"asms/api"
	"asms/web"
)

// document is what the tests need of the OpenAPI document.
type document struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas   map[string]*schema
		Responses map[string]response
	}
}

type operation struct {
	Scope     string              `json:"x-scope"`
	Responses map[string]response `json:"responses"`
}

type response struct {
	Ref     string                              `json:"$ref"`
	Content map[string]struct{ Schema *schema } `json:"content"`
}

type schema struct {
	Ref        string             `json:"$ref"`
	Type       string             `json:"type"`
	Format     string             `json:"format"`
	Enum       []string           `json:"enum"`
	Required   []string           `json:"required"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	MinItems   int                `json:"minItems"`
	MaxItems   *int               `json:"maxItems"`
}

var contract = func() (d document) {
	if err := json.Unmarshal(api.OpenAPI, &d); err != nil {
		panic(err)
	}
	return d
}()

// checked passes answers of the API on, and reports those that are not what the
// document says.
func checked(t *testing.T, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &recorder{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(seen, r)
		method, path, ok := strings.Cut(r.Pattern, " ")
		if !ok || !strings.HasPrefix(path, "/api/") {
			return
		}
		if err := contract.check(method, path, seen); err != nil {
			t.Errorf("%s is answered with %d: %v\n%.500s", r.Pattern, seen.status, err, seen.body.String())
		}
	})
}

type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *recorder) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.body.Len() < 1<<20 {
		w.body.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func (d document) check(method, path string, got *recorder) error {
	op, ok := d.Paths[path][strings.ToLower(method)]
	if !ok {
		return fmt.Errorf("it is not in the document")
	}
	want, ok := op.Responses[strconv.Itoa(got.status)]
	if !ok && got.status < 400 {
		return fmt.Errorf("the document has no such answer")
	}
	if !ok {
		want = op.Responses["default"]
	}
	if name, ok := strings.CutPrefix(want.Ref, "#/components/responses/"); ok {
		want = d.Components.Responses[name]
	}
	if len(want.Content) == 0 {
		if got.body.Len() > 0 {
			return fmt.Errorf("the document has no body")
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(got.Header().Get("Content-Type"))
	if err != nil {
		return err
	}
	media, ok := want.Content[kind]
	if !ok {
		return fmt.Errorf("the document does not have %s, but %v", kind, slices.Collect(maps.Keys(want.Content)))
	}
	if !strings.HasSuffix(kind, "json") {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(got.body.Bytes()))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return err
	}
	return d.fits(media.Schema, v, "the answer")
}

// fits says in what v differs from the schema. What the schema does not name may
// not be there.
func (d document) fits(s *schema, v any, at string) error {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		s = d.Components.Schemas[name]
	}
	switch v := v.(type) {
	case map[string]any:
		if s.Type != "object" {
			return fmt.Errorf("%s is an object, not %s", at, s.Type)
		}
		if s.Properties == nil {
			return nil
		}
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				return fmt.Errorf("%s lacks %s", at, name)
			}
		}
		for name, value := range v {
			p, ok := s.Properties[name]
			if !ok {
				return fmt.Errorf("%s has %s", at, name)
			}
			if err := d.fits(p, value, at+"."+name); err != nil {
				return err
			}
		}
	case []any:
		if s.Type != "array" || len(v) < s.MinItems || s.MaxItems != nil && len(v) > *s.MaxItems {
			return fmt.Errorf("%s is a list of %d", at, len(v))
		}
		for i, value := range v {
			if err := d.fits(s.Items, value, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case string:
		if s.Type != "string" || s.Enum != nil && !slices.Contains(s.Enum, v) {
			return fmt.Errorf("%s is %q", at, v)
		}
		if s.Format == "date-time" {
			moment, err := time.Parse(time.RFC3339, v)
			if err != nil || !strings.HasSuffix(v, "Z") || moment != moment.Truncate(time.Millisecond) {
				return fmt.Errorf("%s is %q, not a time in UTC to the millisecond", at, v)
			}
		}
	case json.Number:
		if _, err := v.Int64(); s.Type != "integer" || err != nil {
			return fmt.Errorf("%s is %s", at, v)
		}
	case bool:
		if s.Type != "boolean" {
			return fmt.Errorf("%s is %t", at, v)
		}
	default:
		return fmt.Errorf("%s is %v", at, v)
	}
	return nil
}

func TestEveryRouteIsInTheDocument(t *testing.T) {
	t.Parallel()
	routes := map[string]string{}
	for _, r := range web.Routes(web.New(web.Options{})) {
		routes[r.Pattern] = r.Scope
	}
	for path, operations := range contract.Paths {
		for method, op := range operations {
			pattern := strings.ToUpper(method) + " " + path
			scope, ok := routes[pattern]
			if !ok {
				t.Errorf("nothing answers %s", pattern)
			} else if want := strings.ReplaceAll(op.Scope, "none", ""); scope != want {
				t.Errorf("%s takes the scope %q, in the document %q", pattern, scope, want)
			}
			delete(routes, pattern)
		}
	}
	for pattern := range routes {
		t.Errorf("the document lacks %s", pattern)
	}
}

// The judge finds what is wrong, or it would find nothing wrong with anything.
func TestTheJudgeOfAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"user":"ann","admin":false}`:                 "",
		`{"user":"ann"}`:                               "lacks admin",
		`{"user":"ann","admin":"no"}`:                  `admin is "no"`,
		`{"user":"ann","admin":false,"hash":"secret"}`: "has hash",
		`{"user":null,"admin":false}`:                  "user is <nil>",
		`[]`:                                           "is a list",
		`nonsense`:                                     "invalid",
	} {
		got := &recorder{ResponseWriter: headerOnly{"Content-Type": {"application/json"}}, status: 200}
		got.body.WriteString(body)
		err := contract.check("GET", "/api/v1/session", got)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", body, err, want)
		}
	}
}

type headerOnly http.Header

func (h headerOnly) Header() http.Header         { return http.Header(h) }
func (h headerOnly) Write(b []byte) (int, error) { return len(b), nil }
func (h headerOnly) WriteHeader(int)             {}
