package web

import (
	"reflect"
	"testing"

	"asms/mailbox"
	"asms/vcard"
)

// FuzzCardFrom takes arbitrary vCards in. What is made of one comes to the same
// when it was written and read again.
func FuzzCardFrom(f *testing.F) {
	f.Add("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BC;J;;Dr.;\nTEL;CELL:1\nTEL;CELL:2\nORG:A;B\nBDAY:19700517\nADR;HOME:;;s;c;;p;\nEND:VCARD")
	f.Add("BEGIN:VCARD\nVERSION:3.0\nFN:x\nitem1.TEL:1\nitem1.X-ABLabel:Boat\nPHOTO;ENCODING=b:AAAA\nCATEGORIES:a,b\nNOTE:a\\nb\nEND:VCARD")
	f.Add("BEGIN:VCARD\nVERSION:4.0\nN:;;;;\nTEL;VALUE=uri:tel:+1;x=y\nPHOTO:data:image/png;base64,AAAA\nANNIVERSARY:2000-01-01\nIMPP:xmpp:a@b\nEND:VCARD")
	f.Fuzz(func(t *testing.T, text string) {
		vcard.Parse([]byte(text), func(v vcard.Card, err error) bool {
			if err != nil {
				return true
			}
			once := mailbox.Contact{Card: cardFrom(v)}
			once.Card = cardFrom(again(t, cardTo(&once))) // what a vCard cannot say is gone now
			twice := cardFrom(again(t, cardTo(&once)))
			if !reflect.DeepEqual(once.Card, twice) {
				t.Errorf("%+v\nbecame %+v", once.Card, twice)
			}
			return true
		})
	})
}

// again writes a card and reads it.
func again(t *testing.T, v vcard.Card) (read vcard.Card) {
	t.Helper()
	vcard.Parse(vcard.Append(nil, v), func(v vcard.Card, err error) bool {
		if err != nil {
			t.Error(err)
		}
		read = v
		return true
	})
	return read
}
