package eas

import (
	"fmt"

	"asms/wbxml"
)

// Properties are the types that an ApplicationData element may hold.
type Properties interface {
	SMS | SMSAdd | SMSChange | Conversation | Email | EmailChange
}

// NewApplicationData encodes the properties of an item.
//
// [MS-ASCMD] 2.2.3.11 ApplicationData
func NewApplicationData[T Properties](properties *T) (*wbxml.Raw, error) {
	data, err := wbxml.Marshal(&holder[T]{ApplicationData: properties})
	if err != nil {
		return nil, fmt.Errorf("eas: encode application data: %w", err)
	}
	var raw holder[wbxml.Raw]
	if err := wbxml.Unmarshal(data, &raw); err != nil {
		return nil, fmt.Errorf("eas: encode application data: %w", err)
	}
	return raw.ApplicationData, nil
}

// DecodeApplicationData decodes the properties of an item, of which the class
// is known from the Class element beside raw or from the item itself. An absent
// element (nil) has no properties.
//
// [MS-ASCMD] 2.2.3.11 ApplicationData
func DecodeApplicationData[T Properties](raw *wbxml.Raw) (*T, error) {
	properties := new(T)
	if raw == nil {
		return properties, nil
	}
	if err := raw.Unmarshal(properties); err != nil {
		return nil, fmt.Errorf("eas: decode application data: %w", err)
	}
	return properties, nil
}

type holder[T any] struct {
	XMLName         struct{} `wbxml:"AirSync Add"`
	ApplicationData *T       `wbxml:"ApplicationData"`
}
