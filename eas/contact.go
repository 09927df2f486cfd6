package eas

import (
	"reflect"
	"slices"
	"strings"

	"asms/wbxml"
)

// Contact are the properties of a contact. In a request, an empty element takes
// the value away, and one that is absent stays only if it is ghosted: see
// SupportedContact.
//
// [MS-ASCNTC] 2.2.2 Elements
type Contact struct {
	Anniversary               *string            `wbxml:"Contacts Anniversary"`
	AssistantName             *string            `wbxml:"Contacts AssistantName"`
	AssistantPhoneNumber      *string            `wbxml:"Contacts AssistantPhoneNumber"`
	Birthday                  *string            `wbxml:"Contacts Birthday"`
	Business2PhoneNumber      *string            `wbxml:"Contacts Business2PhoneNumber"`
	BusinessAddressCity       *string            `wbxml:"Contacts BusinessAddressCity"`
	BusinessAddressCountry    *string            `wbxml:"Contacts BusinessAddressCountry"`
	BusinessAddressPostalCode *string            `wbxml:"Contacts BusinessAddressPostalCode"`
	BusinessAddressState      *string            `wbxml:"Contacts BusinessAddressState"`
	BusinessAddressStreet     *string            `wbxml:"Contacts BusinessAddressStreet"`
	BusinessFaxNumber         *string            `wbxml:"Contacts BusinessFaxNumber"`
	BusinessPhoneNumber       *string            `wbxml:"Contacts BusinessPhoneNumber"`
	CarPhoneNumber            *string            `wbxml:"Contacts CarPhoneNumber"`
	CompanyName               *string            `wbxml:"Contacts CompanyName"`
	Department                *string            `wbxml:"Contacts Department"`
	Email1Address             *string            `wbxml:"Contacts Email1Address"`
	Email2Address             *string            `wbxml:"Contacts Email2Address"`
	Email3Address             *string            `wbxml:"Contacts Email3Address"`
	FileAs                    *string            `wbxml:"Contacts FileAs"`
	FirstName                 *string            `wbxml:"Contacts FirstName"`
	Home2PhoneNumber          *string            `wbxml:"Contacts Home2PhoneNumber"`
	HomeAddressCity           *string            `wbxml:"Contacts HomeAddressCity"`
	HomeAddressCountry        *string            `wbxml:"Contacts HomeAddressCountry"`
	HomeAddressPostalCode     *string            `wbxml:"Contacts HomeAddressPostalCode"`
	HomeAddressState          *string            `wbxml:"Contacts HomeAddressState"`
	HomeAddressStreet         *string            `wbxml:"Contacts HomeAddressStreet"`
	HomeFaxNumber             *string            `wbxml:"Contacts HomeFaxNumber"`
	HomePhoneNumber           *string            `wbxml:"Contacts HomePhoneNumber"`
	JobTitle                  *string            `wbxml:"Contacts JobTitle"`
	LastName                  *string            `wbxml:"Contacts LastName"`
	MiddleName                *string            `wbxml:"Contacts MiddleName"`
	MobilePhoneNumber         *string            `wbxml:"Contacts MobilePhoneNumber"`
	OfficeLocation            *string            `wbxml:"Contacts OfficeLocation"`
	OtherAddressCity          *string            `wbxml:"Contacts OtherAddressCity"`
	OtherAddressCountry       *string            `wbxml:"Contacts OtherAddressCountry"`
	OtherAddressPostalCode    *string            `wbxml:"Contacts OtherAddressPostalCode"`
	OtherAddressState         *string            `wbxml:"Contacts OtherAddressState"`
	OtherAddressStreet        *string            `wbxml:"Contacts OtherAddressStreet"`
	PagerNumber               *string            `wbxml:"Contacts PagerNumber"`
	RadioPhoneNumber          *string            `wbxml:"Contacts RadioPhoneNumber"`
	Spouse                    *string            `wbxml:"Contacts Spouse"`
	Suffix                    *string            `wbxml:"Contacts Suffix"`
	Title                     *string            `wbxml:"Contacts Title"`
	WebPage                   *string            `wbxml:"Contacts WebPage"`
	YomiCompanyName           *string            `wbxml:"Contacts YomiCompanyName"`
	YomiFirstName             *string            `wbxml:"Contacts YomiFirstName"`
	YomiLastName              *string            `wbxml:"Contacts YomiLastName"`
	Picture                   *string            `wbxml:"Contacts Picture"`
	Alias                     *string            `wbxml:"Contacts Alias"`
	WeightedRank              *string            `wbxml:"Contacts WeightedRank"`
	CustomerID                *string            `wbxml:"Contacts2 CustomerId"`
	GovernmentID              *string            `wbxml:"Contacts2 GovernmentId"`
	IMAddress                 *string            `wbxml:"Contacts2 IMAddress"`
	IMAddress2                *string            `wbxml:"Contacts2 IMAddress2"`
	IMAddress3                *string            `wbxml:"Contacts2 IMAddress3"`
	ManagerName               *string            `wbxml:"Contacts2 ManagerName"`
	CompanyMainPhone          *string            `wbxml:"Contacts2 CompanyMainPhone"`
	AccountName               *string            `wbxml:"Contacts2 AccountName"`
	NickName                  *string            `wbxml:"Contacts2 NickName"`
	MMS                       *string            `wbxml:"Contacts2 MMS"`
	Categories                *ContactCategories `wbxml:"Contacts Categories"`
	Children                  *ContactChildren   `wbxml:"Contacts Children"`

	// Body are the notes.
	//
	// [MS-ASCNTC] 2.2.2.7.1 Body (AirSyncBase Namespace)
	Body           *Body     `wbxml:"AirSyncBase Body"`
	NativeBodyType *BodyType `wbxml:"AirSyncBase NativeBodyType"`
}

// ContactCategories are the labels of a contact, at most 300.
//
// [MS-ASCNTC] 2.2.2.18 Categories
type ContactCategories struct {
	Category []string `wbxml:"Contacts Category"`
}

// ContactChildren are the names of a contact's children, at most 300.
//
// [MS-ASCNTC] 2.2.2.21 Children
type ContactChildren struct {
	Child []string `wbxml:"Contacts Child"`
}

// MaxPicture is the largest Picture of a contact, in characters of base64. A
// larger one is SyncStatusInvalidItem.
//
// [MS-ASCNTC] 2.2.2.58 Picture
const MaxPicture = 48 << 10

// DecodeContact decodes a contact. An error means SyncStatusInvalidItem.
func DecodeContact(raw wbxml.Raw) (*Contact, error) { return decodeApplicationData[Contact](raw) }

// SupportedContact returns the names of the elements of a contact that a
// Supported lists. They are not ghosted: a Change without them takes their values
// away.
//
// [MS-ASCMD] 2.2.3.179 Supported
func SupportedContact(raw wbxml.Raw) ([]string, error) {
	c, err := decodeApplicationData[Contact](raw)
	if err != nil {
		return nil, err
	}
	names := []string{}
	v := reflect.ValueOf(c).Elem()
	for i, name := range contactElements {
		if !v.Field(i).IsNil() {
			names = append(names, name)
		}
	}
	return names, nil
}

// Values returns the elements that hold a value, by their names, empty ones too.
func (c *Contact) Values() map[string]string {
	values := make(map[string]string)
	v := reflect.ValueOf(c).Elem()
	for i, name := range contactElements {
		if s, ok := v.Field(i).Interface().(*string); ok && s != nil {
			values[name] = *s
		}
	}
	return values
}

// SetValues sets the elements that hold a value, by their names. Names that are
// none are passed over.
func (c *Contact) SetValues(values map[string]string) {
	v := reflect.ValueOf(c).Elem()
	for i, name := range contactElements {
		if value, ok := values[name]; ok && v.Field(i).Type() == reflect.TypeFor[*string]() {
			v.Field(i).Set(reflect.ValueOf(&value))
		}
	}
}

// ContactElements returns the names of the elements of a contact.
func ContactElements() []string { return slices.Clone(contactElements) }

// contactElements are the names of the elements of a Contact, in the order of its
// fields.
var contactElements = func() (names []string) {
	for f := range reflect.TypeFor[Contact]().Fields() {
		_, name, _ := strings.Cut(f.Tag.Get("wbxml"), " ")
		names = append(names, name)
	}
	return names
}()
