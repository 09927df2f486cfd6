package conformance

import (
	"encoding/xml"
	"strings"
)

// Two people and their numbers.
const (
	me  = `"Anna" [MOBILE:+14255550143]`
	pat = `"Pat" [MOBILE:+14255550123]`
	sue = `"Sue" [MOBILE:+14255550199]`

	myNumber  = "+14255550143"
	patNumber = "+14255550123"
	sueNumber = "+14255550199"
)

// el is an element with a text.
func el(name, text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return "<" + name + ">" + b.String() + "</" + name + ">"
}

// The elements of a text.

func to(s string) string           { return el("email:To", s) }
func from(s string) string         { return el("email:From", s) }
func dateReceived(s string) string { return el("email:DateReceived", s) }
func importance(s string) string   { return el("email:Importance", s) }
func read(s string) string         { return el("email:Read", s) }
func cpid(s string) string         { return el("email:InternetCPID", s) }

func body(s string) string {
	return `<base:Body><base:Type>1</base:Type>` + el("base:Data", s) + `</base:Body>`
}

const noFlag = "<email:Flag/>"

// anHourAgo is the date of the texts in stories that do not care.
const anHourAgo = "2026-11-23T11:00:00.000Z"

// received is a whole text from Pat.
func received(words string) string {
	return to(me) + from(pat) + dateReceived(anHourAgo) + importance("1") + read("0") + body(words) + cpid("1252") + noFlag
}

// written is a whole text to somebody.
func written(recipients, words string) string {
	return to(recipients) + from(me) + dateReceived(anHourAgo) + importance("1") + read("1") + body(words) + cpid("65001") + noFlag
}

// addSMS is an Add of a text.
func addSMS(clientID, data string) string {
	return "<Add><Class>SMS</Class><ClientId>" + clientID + "</ClientId><ApplicationData>" + data + "</ApplicationData></Add>"
}

// change is a Change of an item.
func change(serverID, data string) string {
	return "<Change><ServerId>" + serverID + "</ServerId><ApplicationData>" + data + "</ApplicationData></Change>"
}

// remove is a Delete of an item.
func remove(serverID string) string { return "<Delete><ServerId>" + serverID + "</ServerId></Delete>" }

func commands(list ...string) string { return "<Commands>" + strings.Join(list, "") + "</Commands>" }

// Blocks of Options.

func block(class, inner string) string {
	if class != "" {
		class = "<Class>" + class + "</Class>"
	}
	return "<Options>" + class + inner + "</Options>"
}

func filter(value string) string { return "<FilterType>" + value + "</FilterType>" }

var (
	smsOptions  = block("SMS", filter("0"))
	mailOptions = block("", filter("0"))
)

// inAirSync puts the prefix of AirSync to elements that have none.
func inAirSync(s string) string {
	for _, name := range []string{"Options", "Class", "FilterType", "ConversationMode", "MaxItems"} {
		s = strings.NewReplacer("<"+name+">", "<sync:"+name+">", "</"+name+">", "</sync:"+name+">", "<"+name+"/>", "<sync:"+name+"/>").Replace(s)
	}
	return s
}
