package wbxml

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// A Sync response that adds text messages, as a server answers a phone.
type (
	benchSync struct {
		XMLName     struct{}           `wbxml:"AirSync Sync" json:"-"`
		Collections []benchCollections `wbxml:"Collections"`
	}
	benchCollections struct {
		Collection []benchCollection `wbxml:"Collection"`
	}
	benchCollection struct {
		SyncKey       string         `wbxml:"SyncKey"`
		CollectionID  string         `wbxml:"CollectionId"`
		Status        int            `wbxml:"Status"`
		MoreAvailable bool           `wbxml:"MoreAvailable,empty"`
		Commands      *benchCommands `wbxml:"Commands"`
	}
	benchCommands struct {
		Items []benchCommand `wbxml:",choice"`
	}
	benchCommand struct {
		Add    *benchAdd `wbxml:"Add" json:",omitempty"`
		Change *benchAdd `wbxml:"Change" json:",omitempty"`
		Delete *benchAdd `wbxml:"Delete" json:",omitempty"`
	}
	benchAdd struct {
		Class           string    `wbxml:"Class"`
		ServerID        string    `wbxml:"ServerId"`
		ApplicationData *benchSMS `wbxml:"ApplicationData"`
	}
	benchSMS struct {
		To                string    `wbxml:"Email To"`
		From              string    `wbxml:"Email From"`
		DateReceived      time.Time `wbxml:"Email DateReceived"`
		Importance        int       `wbxml:"Email Importance"`
		Read              bool      `wbxml:"Email Read"`
		Body              benchBody `wbxml:"AirSyncBase Body"`
		InternetCPID      int       `wbxml:"Email InternetCPID"`
		Flag              *struct{} `wbxml:"Email Flag"`
		ConversationID    []byte    `wbxml:"Email2 ConversationId"`
		ConversationIndex []byte    `wbxml:"Email2 ConversationIndex"`
	}
	benchBody struct {
		Type              int    `wbxml:"Type"`
		EstimatedDataSize int    `wbxml:"EstimatedDataSize"`
		Data              string `wbxml:"Data"`
	}
)

func benchResponse(items int) *benchSync {
	commands := new(benchCommands)
	for i := range items {
		text := fmt.Sprintf("Message %d: the ferry leaves at a quarter past nine, see you on the upper deck. Bring the blue umbrella, please!", i)
		commands.Items = append(commands.Items, benchCommand{Add: &benchAdd{
			Class: "SMS", ServerID: fmt.Sprintf("2:%d", 1000+i),
			ApplicationData: &benchSMS{
				To: `"Ann" [MOBILE:+14255550123]`, From: `"Me" [MOBILE:+12065550112]`,
				DateReceived: time.Date(2024, 5, 1, 10, 0, i, 0, time.UTC), Importance: 1, InternetCPID: 65001,
				Body: benchBody{Type: 1, EstimatedDataSize: len(text), Data: text}, Flag: &struct{}{},
				ConversationID: []byte("0123456789abcdef"), ConversationIndex: []byte{0xCB, 0x71, 0x26, 0x48, 0x50},
			},
		}})
	}
	return &benchSync{Collections: []benchCollections{{Collection: []benchCollection{{
		SyncKey: "525665452", CollectionID: "2", Status: 1, MoreAvailable: true, Commands: commands,
	}}}}}
}

// The types of the benchmarks lose nothing, and items add only what is kept of
// them: two structs, five strings, two byte arrays.
func TestBenchResponse(t *testing.T) {
	v := benchResponse(100)
	data, err := Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back benchSync
	if err := Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&back, v) {
		t.Errorf("got %+v, want %+v", back, v)
	}
	buf := make([]byte, 0, 2*len(data))
	if n := testing.AllocsPerRun(10, func() { AppendMarshal(buf, v) }); n > 2 {
		t.Errorf("marshalling 100 items allocates %v times, want not once an item", n)
	}
	perItem := testing.AllocsPerRun(10, func() { Unmarshal(data, &back) }) / 100
	if perItem > 9.5 {
		t.Errorf("unmarshalling allocates %v times an item, want what is kept", perItem)
	}
}

func BenchmarkMarshalSync(b *testing.B) {
	v := benchResponse(100)
	b.Run("wbxml", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			var err error
			if buf, err = AppendMarshal(buf[:0], v); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(len(buf)))
	})
	b.Run("json", func(b *testing.B) {
		b.ReportAllocs()
		var n int
		for b.Loop() {
			data, err := json.Marshal(v)
			if err != nil {
				b.Fatal(err)
			}
			n = len(data)
		}
		b.SetBytes(int64(n))
	})
}

func BenchmarkUnmarshalSync(b *testing.B) {
	v := benchResponse(100)
	b.Run("wbxml", func(b *testing.B) {
		data, err := Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var got benchSync
			if err := Unmarshal(data, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		data, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			var got benchSync
			if err := json.Unmarshal(data, &got); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkDecode is the token layer alone.
func BenchmarkDecode(b *testing.B) {
	data, err := Marshal(benchResponse(100))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		for d := NewDecoder(data); ; {
			if _, err := d.Next(); err != nil {
				break
			}
		}
	}
}
