package eas

import (
	"fmt"

	"asms/wbxml"
)

// Properties are the types that an ApplicationData element may hold.
type Properties interface {
	SMS | SMSAdd | SMSChange | Conversation | Email | EmailChange | Contact
}

// NewApplicationData encodes the properties of an item.
//
// [MS-ASCMD] 2.2.3.11 ApplicationData
func NewApplicationData[T Properties](properties *T) (wbxml.Raw, error) {
	return newProperties("AirSync ApplicationData", properties)
}

func newProperties[T Properties](element string, properties *T) (wbxml.Raw, error) {
	raw, err := wbxml.NewRaw(element, properties)
	if err != nil {
		return wbxml.Raw{}, fmt.Errorf("eas: encode application data: %w", err)
	}
	return raw, nil
}

// decodeApplicationData decodes the properties of an item, of which the class
// is known from the Class element beside raw or from the item itself. Elements
// that T has no place for are errors.
func decodeApplicationData[T Properties](raw wbxml.Raw) (*T, error) {
	properties := new(T)
	if err := raw.Unmarshal(properties); err != nil {
		return nil, fmt.Errorf("eas: decode application data: %w", err)
	}
	return properties, nil
}
