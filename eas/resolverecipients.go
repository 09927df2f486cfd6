package eas

// ResolveRecipientsRequest looks up whom names or addresses mean.
//
// [MS-ASCMD] 2.2.1.15 ResolveRecipients
type ResolveRecipientsRequest struct {
	XMLName struct{}          `wbxml:"ResolveRecipients ResolveRecipients"`
	To      []string          `wbxml:"To"`
	Options *RecipientOptions `wbxml:"Options"`
}

// Limits of a ResolveRecipients request.
//
// [MS-ASCMD] 3.1.5.10 Limiting Size of Command Requests, 2.2.3.183 To
const (
	MaxResolvedRecipients = 100
	MaxToLength           = 256 // characters
	MaxAvailabilityDays   = 42
)

// RecipientOptions says what is wanted of each recipient beside the address.
//
// [MS-ASCMD] 2.2.3.125.4 Options (ResolveRecipients)
type RecipientOptions struct {
	// CertificateRetrieval is 1 for none, 2 for whole ones, 3 for small ones.
	CertificateRetrieval *int `wbxml:"CertificateRetrieval"`

	// MaxCertificates and MaxAmbiguousRecipients are 0 to 9999.
	MaxCertificates        *int `wbxml:"MaxCertificates"`
	MaxAmbiguousRecipients *int `wbxml:"MaxAmbiguousRecipients"`

	Availability *AvailabilityOptions `wbxml:"Availability"`
	Picture      *PictureOptions      `wbxml:"Picture"` // 14.1 and later
}

// AvailabilityOptions is the time that is asked about. The times are as they came:
// one that is none is answered by a status.
//
// [MS-ASCMD] 2.2.3.16 Availability
type AvailabilityOptions struct {
	StartTime *string `wbxml:"StartTime"`
	EndTime   *string `wbxml:"EndTime"` // absent: 7 days later
}

// PictureOptions bounds the pictures.
//
// [MS-ASCMD] 2.2.3.135.2 Picture (ResolveRecipients)
type PictureOptions struct {
	MaxSize     *int `wbxml:"MaxSize"` // bytes
	MaxPictures *int `wbxml:"MaxPictures"`
}

// ResolveRecipientsResponse answers a ResolveRecipients, each To in its order.
//
// [MS-ASCMD] 2.2.1.15 ResolveRecipients
type ResolveRecipientsResponse struct {
	XMLName  struct{}             `wbxml:"ResolveRecipients ResolveRecipients"`
	Status   Status               `wbxml:"Status"`
	Response []RecipientsResponse `wbxml:"Response"`
}

// RecipientsResponse is whom one To means.
//
// [MS-ASCMD] 2.2.3.153.6 Response (ResolveRecipients)
type RecipientsResponse struct {
	To     string `wbxml:"To"`
	Status Status `wbxml:"Status"`

	// RecipientCount is how many there are, however many follow.
	RecipientCount int         `wbxml:"RecipientCount"`
	Recipient      []Recipient `wbxml:"Recipient"`
}

// RecipientType says where a recipient was found.
//
// [MS-ASCMD] 2.2.3.186.5 Type (ResolveRecipients)
type RecipientType int

// The types.
const (
	RecipientGAL     RecipientType = 1 // the address list of all users
	RecipientContact RecipientType = 2 // the user's own contacts
)

// Recipient is one that a To may mean.
//
// [MS-ASCMD] 2.2.3.145 Recipient
type Recipient struct {
	Type         RecipientType          `wbxml:"Type"`
	DisplayName  string                 `wbxml:"DisplayName"`
	EmailAddress string                 `wbxml:"EmailAddress"`
	Availability *RecipientAvailability `wbxml:"Availability"`
	Certificates *RecipientCertificates `wbxml:"Certificates"`
	Picture      []RecipientPicture     `wbxml:"Picture"`
}

// RecipientAvailability says when the recipient is free, one digit for each half
// hour.
type RecipientAvailability struct {
	Status         Status  `wbxml:"Status"`
	MergedFreeBusy *string `wbxml:"MergedFreeBusy"`
}

// RecipientCertificates are the recipient's certificates for S/MIME.
type RecipientCertificates struct {
	Status           Status   `wbxml:"Status"`
	CertificateCount int      `wbxml:"CertificateCount"`
	RecipientCount   int      `wbxml:"RecipientCount"`
	Certificate      []string `wbxml:"Certificate"`
	MiniCertificate  *string  `wbxml:"MiniCertificate"`
}

// RecipientPicture is the recipient's picture.
type RecipientPicture struct {
	Status Status `wbxml:"Status"`
	Data   []byte `wbxml:"Data,omitempty"`
}
