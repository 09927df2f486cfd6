package api

// Contact is a person or firm with numbers.
type Contact struct {
	ID           string          `json:"id,omitempty"` // given by the server
	Name         string          `json:"name"`         // as shown
	FirstName    string          `json:"first_name,omitempty"`
	MiddleName   string          `json:"middle_name,omitempty"`
	LastName     string          `json:"last_name,omitempty"`
	Organisation string          `json:"organisation,omitempty"`
	Numbers      []ContactNumber `json:"numbers,omitempty"`
	Emails       []string        `json:"emails,omitempty"` // at most 3
	Note         string          `json:"note,omitempty"`
}

// ContactNumber is a number of a contact, as it was written.
type ContactNumber struct {
	Number string `json:"number"`
	Kind   string `json:"kind"` // mobile, home, work, pager, car, radio, assistant, company, fax, other
}

// Contacts is a page of contacts, by name.
type Contacts struct {
	Contacts []Contact `json:"contacts"`
	Next     string    `json:"next,omitempty"`
}

// ImportResult says what an import did.
type ImportResult struct {
	Added   int      `json:"added"`
	Same    int      `json:"same"`              // were there already
	Skipped int      `json:"skipped"`           // could not be read
	Reasons []string `json:"reasons,omitempty"` // of the first skipped ones
}
