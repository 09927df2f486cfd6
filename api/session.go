package api

import "time"

// SignIn opens a session.
type SignIn struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// Session is who is signed in.
type Session struct {
	User   string `json:"user"`
	Admin  bool   `json:"admin"`
	Region string `json:"region,omitempty"` // default region for numbers, such as "DE"
}

// PasswordChange replaces the password of the account.
type PasswordChange struct {
	Current string `json:"current"`
	New     string `json:"new"`
}

// AppPassword is a password for one device or program.
type AppPassword struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Secret   string     `json:"secret,omitempty"` // shown once, when it is made
	Created  time.Time  `json:"created"`
	LastUsed *time.Time `json:"last_used,omitempty"`
}

// Scope is what a token may do.
type Scope string

// Scopes.
const (
	ScopeRead    Scope = "read"    // see messages, contacts and events
	ScopeSend    Scope = "send"    // send, cancel and retry
	ScopeWrite   Scope = "write"   // mark, flag, delete, change contacts
	ScopeDevices Scope = "devices" // see and manage the user's devices
	ScopeDevice  Scope = "device"  // report as a device what became of texts
	ScopeAdmin   Scope = "admin"   // administer the server
)

// Token is a key for a program.
type Token struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Scopes   []Scope    `json:"scopes"`
	Secret   string     `json:"secret,omitempty"` // shown once, when it is made
	Created  time.Time  `json:"created"`
	Expires  *time.Time `json:"expires,omitempty"`
	LastUsed *time.Time `json:"last_used,omitempty"`
}

// AppPasswords is all app passwords of a user.
type AppPasswords struct {
	AppPasswords []AppPassword `json:"app_passwords"`
}

// Tokens is all tokens of a user.
type Tokens struct {
	Tokens []Token `json:"tokens"`
}

// NewAppPassword asks for an app password.
type NewAppPassword struct {
	Name string `json:"name"`
}

// NewToken asks for a token.
type NewToken struct {
	Name    string     `json:"name"`
	Scopes  []Scope    `json:"scopes"`
	Expires *time.Time `json:"expires,omitempty"`
}
