package api

import "time"

// AdminUser is a user as an administrator sees it.
type AdminUser struct {
	Name       string    `json:"name"`
	Admin      bool      `json:"admin"`
	Policy     bool      `json:"policy"`     // its devices must accept a policy
	ActiveSync bool      `json:"activesync"` // it may use ActiveSync
	Created    time.Time `json:"created"`
	Devices    int       `json:"devices"`
	Messages   int       `json:"messages"`
}

// AdminUsers is all users.
type AdminUsers struct {
	Users []AdminUser `json:"users"`
}

// NewUser adds a user.
type NewUser struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Admin    bool   `json:"admin,omitempty"`
}

// UserChange changes a user; what is nil stays.
type UserChange struct {
	Password   *string `json:"password,omitempty"`
	Admin      *bool   `json:"admin,omitempty"`
	Policy     *bool   `json:"policy,omitempty"`
	ActiveSync *bool   `json:"activesync,omitempty"`
}

// QueueEntry counts the texts of one user that have not left yet.
type QueueEntry struct {
	User       string     `json:"user"`
	Waiting    int        `json:"waiting"`
	HandedOver int        `json:"handed_over"` // offered or handed over
	Unknown    int        `json:"unknown"`
	Oldest     *time.Time `json:"oldest,omitempty"`
}

// Queue is the texts that have not left yet, by user.
type Queue struct {
	Queue []QueueEntry `json:"queue"`
}

// Health is how the server does.
type Health struct {
	Version       string    `json:"version"`
	Started       time.Time `json:"started"`
	Users         int       `json:"users"`
	Devices       int       `json:"devices"`
	DatabaseBytes int64     `json:"database_bytes"`
	Streams       int       `json:"streams"` // open event streams
	MemoryBytes   int64     `json:"memory_bytes"`
}
