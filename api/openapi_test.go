package api_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"asms/api"
)

// types are the types of the contract, which the document names as Go does.
var types = []any{
	api.Problem{}, api.SignIn{}, api.Session{}, api.PasswordChange{}, api.AppPassword{}, api.AppPasswords{},
	api.NewAppPassword{}, api.Token{}, api.Tokens{}, api.NewToken{}, api.Party{}, api.MessageRecipient{}, api.Message{},
	api.Messages{}, api.NewMessage{}, api.MessageChange{}, api.MeasureRequest{}, api.Measure{}, api.Route{},
	api.Conversation{}, api.Conversations{}, api.ReadMark{}, api.Hit{}, api.SearchResult{}, api.Gone{},
	api.ContactNumber{}, api.Contact{}, api.Contacts{}, api.ImportResult{}, api.Device{}, api.Devices{}, api.Wipe{},
	api.Setup{}, api.Recipient{}, api.AdminUser{}, api.AdminUsers{}, api.NewUser{}, api.UserChange{}, api.QueueEntry{},
	api.Queue{}, api.Health{},
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Format     string            `json:"format"`
	Enum       []string          `json:"enum"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
}

type schemas struct{ Schemas map[string]schema }

// kind is what the values of a schema are.
func (all schemas) kind(s schema) string {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		if target := all.Schemas[name]; len(target.Enum) > 0 {
			return target.Type
		}
		return name
	}
	switch {
	case s.Format == "date-time":
		return "time"
	case s.Type == "array":
		return "list of " + all.kind(*s.Items)
	}
	return s.Type
}

// kindOf is what the values of a field are.
func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "time"
	case t.Kind() == reflect.Pointer:
		return kindOf(t.Elem())
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		return "list of " + kindOf(t.Elem())
	case t.Kind() == reflect.Struct:
		return t.Name()
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.String:
		return "string"
	}
	return "integer"
}

func TestTheDocumentSaysWhatTheTypesSay(t *testing.T) {
	t.Parallel()
	var doc struct{ Components schemas }
	if err := json.Unmarshal(api.OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range types {
		typ := reflect.TypeOf(v)
		s, ok := doc.Components.Schemas[typ.Name()]
		if !ok {
			t.Errorf("the document lacks %s", typ.Name())
			continue
		}
		seen[typ.Name()] = true
		fields := map[string]reflect.Type{}
		var required []string
		for _, f := range reflect.VisibleFields(typ) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				continue
			}
			fields[name] = f.Type
			if options == "" { // neither omitempty nor omitzero
				required = append(required, name)
			}
		}
		for name, p := range s.Properties {
			f, ok := fields[name]
			if !ok {
				t.Errorf("%s has no field %s", typ.Name(), name)
				continue
			}
			if got, want := doc.Components.kind(p), kindOf(f); got != want {
				t.Errorf("%s.%s is a %s, in the document a %s", typ.Name(), name, want, got)
			}
			delete(fields, name)
		}
		for name := range fields {
			t.Errorf("the document lacks %s.%s", typ.Name(), name)
		}
		slices.Sort(required)
		slices.Sort(s.Required)
		if !slices.Equal(required, s.Required) {
			t.Errorf("%s: always there are %v, in the document %v", typ.Name(), required, s.Required)
		}
	}
	for name, s := range doc.Components.Schemas {
		if !seen[name] && len(s.Enum) == 0 {
			t.Errorf("there is no type %s", name)
		}
	}
}
