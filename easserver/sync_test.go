package easserver

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"asms/eas"
	"asms/mailbox"
)

const one = "Collections/Collection/"

// place puts a mail or text that no device supplied into a folder.
func (l *lab) place(user mailbox.UserID, folder string, m mailbox.Message) string {
	l.t.Helper()
	id, err := l.mailbox.Place(context.Background(), user, folder, m)
	if err != nil {
		l.t.Fatal(err)
	}
	return id
}

func aText(body string) mailbox.Message {
	return mailbox.Message{Class: mailbox.ClassSMS, From: pat, To: me, Body: body, CPID: "1252", Importance: 1, Date: noon.Add(-time.Hour)}
}

func aMail(subject string) mailbox.Message {
	return mailbox.Message{Class: mailbox.ClassEmail, From: "pat@example.org", To: "me@example.org", Subject: subject,
		Body: "mail " + subject, Importance: 1, Date: noon.Add(-time.Hour)}
}

// wantTop checks a protocol error: a status at the top and nothing else.
func (r *reply) wantTop(t testing.TB, status string) {
	t.Helper()
	if r.tree == nil || r.tree.names() != "Status" || r.tree.at("Status") != status {
		t.Errorf("want top-level status %s alone, got\n%s", status, r.xml())
	}
}

func TestSyncAdd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		a, b := l.phone("anna", "A", v), l.phone("anna", "B", v)
		a.begin(inbox, smsOptions)
		b.begin(inbox, smsOptions)

		r := a.sync(inbox, commands(smsAdd("c1", pat, me, "Grüße 👋 &amp; mehr", "")))
		add := r.tree.all(one + "Responses/Add")
		if len(add) != 1 {
			t.Fatal(r.xml())
		}
		t.Run("ASMS-3.1.4.1.2-5 the answer has the ids and the conversation", func(t *testing.T) {
			if got := add[0].names(); got != "Class ClientId ServerId Status ApplicationData" {
				t.Errorf("order %q", got)
			}
			if got := add[0].all("ApplicationData")[0].names(); got != "ConversationId ConversationIndex" {
				t.Errorf("application data %q", got)
			}
			if add[0].at("Class") != "SMS" || add[0].at("ClientId") != "c1" || add[0].at("Status") != "1" || add[0].at("ServerId") == "" {
				t.Error(r.xml())
			}
		})
		t.Run("no echo", func(t *testing.T) {
			r.want(t, one+"Commands", "-")
			a.sync(inbox, "").wantEmpty(t)
		})
		got := b.sync(inbox, "")
		item := got.tree.all(one + "Commands/Add")
		if len(item) != 1 {
			t.Fatal(got.xml())
		}
		t.Run("ASMS-4.3-1 order of elements", func(t *testing.T) {
			if got := item[0].names(); got != "Class ServerId ApplicationData" {
				t.Errorf("Add: %q", got)
			}
			want := "To From DateReceived Importance Read Body InternetCPID Flag ConversationId ConversationIndex"
			if got := item[0].all("ApplicationData")[0].names(); got != want {
				t.Errorf("ApplicationData: %q, want %q", got, want)
			}
			if got := item[0].all("ApplicationData/Body")[0].names(); got != "Type EstimatedDataSize Data" {
				t.Errorf("Body: %q", got)
			}
		})
		t.Run("ASMS-2.2.2.1 the item is what was added", func(t *testing.T) {
			for path, want := range map[string]string{
				"Class": "SMS", "ServerId": add[0].at("ServerId"),
				"ApplicationData/To": me, "ApplicationData/From": pat,
				"ApplicationData/DateReceived": "2026-11-22T10:00:00.000Z", "ApplicationData/Importance": "1",
				"ApplicationData/Read": "0", "ApplicationData/Body/Type": "1", "ApplicationData/Body/Data": "Grüße 👋 & mehr",
				"ApplicationData/Body/EstimatedDataSize": "19", "ApplicationData/Body/Truncated": "-",
				"ApplicationData/InternetCPID": "1252", "ApplicationData/Flag": "",
				"ApplicationData/ConversationId":    add[0].at("ApplicationData/ConversationId"),
				"ApplicationData/ConversationIndex": add[0].at("ApplicationData/ConversationIndex"),
			} {
				if got := item[0].at(path); got != want {
					t.Errorf("%s: %q, want %q", path, got, want)
				}
			}
			if n := len(item[0].at("ApplicationData/ConversationId")); n != 16 {
				t.Errorf("ConversationId has %d bytes", n)
			}
			if n := len(item[0].at("ApplicationData/ConversationIndex")); n != 5 {
				t.Errorf("ConversationIndex has %d bytes", n)
			}
		})
	})
}

func TestSyncAddLeniently(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	a, b := l.phone("anna", "A", eas.Version141), l.phone("anna", "B", eas.Version141)
	a.begin(inbox, "") // ASMS: a phone adds texts without asking for any
	b.begin(inbox, smsOptions)
	bare := `<Add><Class>SMS</Class><ClientId>%s</ClientId><ApplicationData>%s</ApplicationData></Add>`
	for i, c := range []struct{ name, data, path, want string }{
		{"ASMS-2.2.2.1.1-1 no Body", `<email:From>x</email:From>`, "Body/EstimatedDataSize", "0"},
		{"ASMS-2.2.2.1.4-1 no DateReceived is now", ``, "DateReceived", "2026-11-23T12:00:00.000Z"},
		{"ASMS-2.2.2.1.6-1 no From", ``, "From", ""},
		{"ASMS-2.2.2.1.7-1 no Importance is 1", ``, "Importance", "1"},
		{"ASMS-2.2.2.1.8-1 no InternetCPID is UTF-8", ``, "InternetCPID", "65001"},
		{"ASMS-2.2.2.1.9-1 an empty Read is 1", `<email:Read/>`, "Read", "1"},
		{"ASMS-2.2.2.1.10-1 no To", ``, "To", ""},
		{"ASMS-2.2.2.1.4-3 a date without milliseconds", `<email:DateReceived>2009-01-08T00:14:36Z</email:DateReceived>`, "DateReceived", "2009-01-08T00:14:36.000Z"},
		{"ASMS-2.2.2.1.6-3 an empty name and number", `<email:From>"" [MOBILE:]</email:From>`, "From", `"" [MOBILE:]`},
		{"ASMS-3.1.4.1.2-4 a conversation that a client sends is ignored", `<email2:ConversationId>AAAAAAAAAAAAAAAA</email2:ConversationId>`, "Importance", "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := a.sync(inbox, commands(fmt.Sprintf(bare, fmt.Sprint("c", i), c.data)))
			r.want(t, one+"Responses/Add/Status", "1")
			got := b.sync(inbox, "")
			if item := got.tree.all(one + "Commands/Add"); len(item) != 1 || item[0].at("ApplicationData/"+c.path) != c.want {
				t.Errorf("%s is not %q in\n%s", c.path, c.want, got.xml())
			} else if strings.Contains(item[0].at("ApplicationData/ConversationId"), "AAAA") {
				t.Error("the client's conversation was taken")
			}
		})
	}
	a.sync(inbox, "").wantEmpty(t) // and nothing of it comes back to who never asked
}

func TestSyncAddRefused(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.MaxText = 1000 })
	l.user("anna")
	each(t, func(t *testing.T, v eas.Version) {
		d := l.phone("anna", "R"+fmt.Sprint(int(v)), v)
		d.begin(inbox, smsOptions)
		long := strings.Repeat("x", 32769)
		for name, data := range map[string]string{
			"ASMS-2.2-1 To is too long":              `<email:To>` + long + `</email:To>`,
			"ASMS-2.2-1 From is too long":            `<email:From>` + long + `</email:From>`,
			"ASMS-2.2.2.1.4-3 a date that is none":   `<email:DateReceived>yesterday</email:DateReceived>`,
			"ASMS-2.2.2.1.7-1 Importance 3":          `<email:Importance>3</email:Importance>`,
			"ASMS-2.2.2.1.7-1 Importance -1":         `<email:Importance>-1</email:Importance>`,
			"ASMS-2.2.2.1.9-1 Read is not boolean":   `<email:Read>2</email:Read>`,
			"a body that is no plain text":           `<airsyncbase:Body><airsyncbase:Type>2</airsyncbase:Type><airsyncbase:Data>x</airsyncbase:Data></airsyncbase:Body>`,
			"a body without Type":                    `<airsyncbase:Body><airsyncbase:Data>x</airsyncbase:Data></airsyncbase:Body>`,
			"a body that is too long":                `<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>` + long[:1001] + `</airsyncbase:Data></airsyncbase:Body>`,
			"MSASEMAIL S03_TC02 a Flag status of 3":  `<email:Flag><email:Status>3</email:Status></email:Flag>`,
			"an element of another class altogether": `<airsyncbase:Location/>`,
		} {
			r := d.sync(inbox, commands(fmt.Sprintf(`<Add><Class>SMS</Class><ClientId>c</ClientId><ApplicationData>%s</ApplicationData></Add>`, data)))
			if add := r.tree.all(one + "Responses/Add"); len(add) != 1 || add[0].names() != "Class ClientId Status" || add[0].at("Status") != "6" || r.tree.at(one+"Status") != "1" {
				t.Errorf("%s:\n%s", name, r.xml())
			}
		}
		t.Run("MSASCMD S19_TC25 a mail cannot be added", func(t *testing.T) {
			for _, class := range []string{"", "<Class>Email</Class>"} {
				r := d.sync(inbox, commands(`<Add>`+class+`<ClientId>m</ClientId><ApplicationData><email:Subject>x</email:Subject></ApplicationData></Add>`))
				r.want(t, one+"Responses/Add/Status", "6")
			}
		})
		t.Run("a ClientId twice in one request is refused the second time", func(t *testing.T) {
			r := d.sync(inbox, commands(smsAdd("twice", pat, me, "first", ""), smsAdd("twice", pat, me, "second", "")))
			if add := r.tree.all(one + "Responses/Add"); len(add) != 2 || add[0].at("Status") != "1" || add[1].at("Status") != "6" {
				t.Error(r.xml())
			}
		})
		t.Run("good and bad commands are answered in their order", func(t *testing.T) {
			r := d.sync(inbox, commands(smsAdd("g1", pat, me, "good", ""),
				`<Add><ClientId>b1</ClientId><ApplicationData/></Add>`,
				`<Fetch><ServerId>1:999999</ServerId></Fetch>`,
				smsAdd("g2", pat, me, "good too", "")))
			var got []string
			for _, e := range r.tree.all(one + "Responses")[0].children {
				got = append(got, e.at("ClientId")+e.at("ServerId")[:1]+e.at("Status"))
			}
			if want := []string{"g111", "b1-6", "-18", "g211"}; !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	})
}

func TestSyncChange(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	a, b := l.phone("anna", "A", eas.Version141), l.phone("anna", "B", eas.Version141)
	a.begin(inbox, smsOptions)
	id := a.add(inbox, "c1", "hello")
	b.begin(inbox, smsOptions)
	change := func(data string) string {
		return commands(`<Change><ServerId>` + id + `</ServerId><ApplicationData>` + data + `</ApplicationData></Change>`)
	}

	t.Run("ASMS-3.1.4.1.2-6 Read alone, and silence for success", func(t *testing.T) {
		r := b.sync(inbox, change(`<email:Read>1</email:Read>`))
		r.want(t, one+"Status", "1")
		r.want(t, one+"Responses", "-")
		got := a.sync(inbox, "")
		c := got.tree.all(one + "Commands/Change")
		if len(c) != 1 || c[0].names() != "Class ServerId ApplicationData" || c[0].all("ApplicationData")[0].names() != "Read" || c[0].at("ApplicationData/Read") != "1" {
			t.Error(got.xml())
		}
	})
	const due = `<tasks:StartDate>2026-11-23T00:00:00.000Z</tasks:StartDate><tasks:UtcStartDate>2026-11-23T00:00:00.000Z</tasks:UtcStartDate>` +
		`<tasks:DueDate>2026-11-24T00:00:00.000Z</tasks:DueDate><tasks:UtcDueDate>2026-11-24T00:00:00.000Z</tasks:UtcDueDate>`
	t.Run("MSASEMAIL S03_TC11 a Flag is set, and comes as it was set", func(t *testing.T) {
		b.sync(inbox, change(`<email:Flag><email:Status>2</email:Status><email:FlagType>Flag for follow up</email:FlagType>`+due+
			`<tasks:ReminderSet>1</tasks:ReminderSet><tasks:ReminderTime>2026-11-23T08:00:00.000Z</tasks:ReminderTime></email:Flag>`)).want(t, one+"Responses", "-")
		got := a.sync(inbox, "")
		c := got.tree.all(one + "Commands/Change/ApplicationData")
		if len(c) != 1 || c[0].names() != "Flag" {
			t.Fatal(got.xml())
		}
		for path, want := range map[string]string{"Flag/Status": "2", "Flag/FlagType": "Flag for follow up", "Flag/DueDate": "2026-11-24T00:00:00.000Z",
			"Flag/ReminderSet": "1", "Flag/ReminderTime": "2026-11-23T08:00:00.000Z", "Flag/CompleteTime": "-"} {
			if c[0].at(path) != want {
				t.Errorf("%s: %q, want %q", path, c[0].at(path), want)
			}
		}
	})
	t.Run("MSASEMAIL S03_TC12 it is completed", func(t *testing.T) {
		b.sync(inbox, change(`<email:Flag><email:Status>1</email:Status><email:CompleteTime>2026-11-23T09:00:00.000Z</email:CompleteTime>`+
			`<tasks:DateCompleted>2026-11-23T09:00:00.000Z</tasks:DateCompleted></email:Flag>`)).want(t, one+"Responses", "-")
		a.sync(inbox, "").want(t, one+"Commands/Change/ApplicationData/Flag/Status", "1")
	})
	t.Run("MSASEMAIL S03_TC14 and cleared by an empty one", func(t *testing.T) {
		b.sync(inbox, change(`<email:Flag/>`)).want(t, one+"Responses", "-")
		got := a.sync(inbox, "")
		if f := got.tree.all(one + "Commands/Change/ApplicationData/Flag"); len(f) != 1 || len(f[0].children) != 0 {
			t.Error(got.xml())
		}
	})
	for name, data := range map[string]string{
		"ASMS-3.1.4.1.2-6 another body":                `<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>forged</airsyncbase:Data></airsyncbase:Body>`,
		"ASMS-3.1.4.1.2-6 another sender":              `<email:From>forged</email:From>`,
		"ASMS-3.1.4.1.2-6 another sender beside Read":  `<email:Read>0</email:Read><email:From>forged</email:From>`,
		"MSASEMAIL S01_TC17 a conversation":            `<email2:ConversationId>AAAAAAAAAAAAAAAA</email2:ConversationId>`,
		"MSASEMAIL S01_TC10 Read is not boolean":       `<email:Read>maybe</email:Read>`,
		"MSASEMAIL S03_TC07 two of four dates":         `<email:Flag><email:Status>2</email:Status><email:FlagType>x</email:FlagType><tasks:StartDate>2026-11-23T00:00:00.000Z</tasks:StartDate><tasks:DueDate>2026-11-24T00:00:00.000Z</tasks:DueDate></email:Flag>`,
		"MSASEMAIL S03_TC04 a reminder without time":   `<email:Flag><email:Status>2</email:Status><email:FlagType>x</email:FlagType><tasks:ReminderSet>1</tasks:ReminderSet></email:Flag>`,
		"MSASEMAIL S03_TC16 complete without its time": `<email:Flag><email:Status>1</email:Status></email:Flag>`,
	} {
		t.Run(name+" is status 6 and changes nothing", func(t *testing.T) {
			r := b.sync(inbox, change(data))
			r.want(t, one+"Responses/Change/Status", "6")
			r.want(t, one+"Responses/Change/ServerId", id)
			a.sync(inbox, "").wantEmpty(t)
		})
	}
	t.Run("MSASCMD S19_TC28 an unknown item is status 8", func(t *testing.T) {
		for _, other := range []string{"1:999", "2:1", "nonsense", "1"} {
			r := b.sync(inbox, strings.ReplaceAll(change(`<email:Read>0</email:Read>`), id+"<", other+"<"))
			r.want(t, one+"Responses/Change/Status", "8")
		}
	})
	t.Run("MSASCMD S19_TC40 a conflict is status 7 and the server's version comes", func(t *testing.T) {
		a.sync(inbox, change(`<email:Read>0</email:Read>`))
		r := b.sync(inbox, change(`<email:Flag><email:Status>2</email:Status><email:FlagType>x</email:FlagType></email:Flag>`))
		if r.tree.at(one+"Responses/Change/Status") == "7" {
			t.Errorf("another field is no conflict:\n%s", r.xml())
		}
		a.sync(inbox, "")
		a.sync(inbox, change(`<email:Read>1</email:Read>`))
		b.sync(inbox, change(`<email:Read>0</email:Read>`)) // already 0 as b knows it: nothing was changed by b
		a.sync(inbox, change(`<email:Flag/>`))
		r = b.sync(inbox, change(`<email:Flag><email:Status>2</email:Status><email:FlagType>y</email:FlagType></email:Flag>`))
		r.want(t, one+"Responses/Change/Status", "7")
		r.want(t, one+"Commands/Change/ApplicationData/Flag", "")
	})
	t.Run("a Change that names the class, as phones do", func(t *testing.T) {
		b.sync(inbox, commands(`<Change><Class>SMS</Class><ServerId>`+id+`</ServerId><ApplicationData><email:Read>1</email:Read></ApplicationData></Change>`)).
			want(t, one+"Responses", "-")
	})
}

func TestSyncDelete(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		a, b := l.phone("anna", "A", v), l.phone("anna", "B", v)
		a.begin(inbox, smsOptions)
		first, second := a.add(inbox, "c1", "one"), a.add(inbox, "c2", "two")
		b.begin(inbox, smsOptions)
		drop := func(id string) string { return commands(`<Delete><ServerId>` + id + `</ServerId></Delete>`) }

		a.sync(inbox, `<DeletesAsMoves>0</DeletesAsMoves>`+drop(first)).want(t, one+"Responses", "-")
		got := b.sync(inbox, "")
		want := "Class ServerId"
		if v == eas.Version140 { // ASMS-2.2.2.2.1.2-3
			want = "ServerId"
		}
		if c := got.tree.all(one + "Commands/Delete"); len(c) != 1 || c[0].names() != want || c[0].at("ServerId") != first {
			t.Errorf("want %q:\n%s", want, got.xml())
		}
		if n := len(l.phone("anna", "C", v).begin(inbox, smsOptions)); n != 1 {
			t.Errorf("%d left", n)
		}

		a.sync(inbox, drop(second)) // MSASCMD S19_TC34 to Deleted Items by default
		if v != eas.Version140 {
			if n := len(l.phone("anna", "D", v).begin(deleted, smsOptions)); n != 1 {
				t.Errorf("%d in Deleted Items", n)
			}
		}
		a.sync(inbox, drop("1:4711")).want(t, one+"Status", "1") // gone already is as good
		if v >= eas.Version160 {
			r := a.sync(inbox, commands(`<Delete><ServerId>`+second+`</ServerId><airsyncbase:InstanceId>2026-11-23T00:00:00.000Z</airsyncbase:InstanceId></Delete>`))
			r.want(t, one+"Responses/Delete/Status", "6")
		}
	})
}

func TestSyncFetch(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	l.user("bert")
	text, mail := l.place(user, inbox, aText("a text of some length")), l.place(user, inbox, aMail("m"))
	d := l.phone("anna", "A", eas.Version141)
	d.begin(inbox, `<Options><Class>SMS</Class><airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:TruncationSize>6</airsyncbase:TruncationSize></airsyncbase:BodyPreference></Options>`)
	fetch := func(id string) string { return commands(`<Fetch><ServerId>` + id + `</ServerId></Fetch>`) }
	r := d.sync(inbox, fetch(text))
	if f := r.tree.all(one + "Responses/Fetch"); len(f) != 1 || f[0].names() != "ServerId Status ApplicationData" || f[0].at("ApplicationData/Body/Data") != "a text" {
		t.Error(r.xml())
	}
	t.Run("ASMS-3.2.5.1-3 an item of a class that was not asked for is status 8", func(t *testing.T) {
		d.sync(inbox, fetch(mail)).want(t, one+"Responses/Fetch/Status", "8")
	})
	t.Run("MSASCMD S19_TC52 an unknown item is status 8", func(t *testing.T) {
		d.sync(inbox, fetch("1:99")).want(t, one+"Responses/Fetch/Status", "8")
	})
	t.Run("another user's ids are unknown ids", func(t *testing.T) {
		b := l.phone("bert", "B", eas.Version141)
		b.begin(inbox, smsOptions)
		b.sync(inbox, fetch(text)).want(t, one+"Responses/Fetch/Status", "8")
		b.sync(inbox, commands(`<Change><ServerId>`+text+`</ServerId><ApplicationData><email:Read>1</email:Read></ApplicationData></Change>`)).want(t, one+"Responses/Change/Status", "8")
		b.sync(inbox, `<DeletesAsMoves>0</DeletesAsMoves>`+commands(`<Delete><ServerId>`+text+`</ServerId></Delete>`))
		d.sync(inbox, fetch(text)).want(t, one+"Responses/Fetch/Status", "1")
	})
}

func TestSyncKeys(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	raw := func(key, id, inner string) *reply {
		return d.must("Sync", syncXML(`<Collection><SyncKey>`+key+`</SyncKey><CollectionId>`+id+`</CollectionId>`+inner+`</Collection>`, ""))
	}
	t.Run("key 0 answers a key and nothing else", func(t *testing.T) {
		r := raw("0", inbox, smsOptions)
		if c := r.tree.all("Collections/Collection"); len(c) != 1 || c[0].names() != "SyncKey CollectionId Status" || c[0].at("Status") != "1" || c[0].at("SyncKey") == "0" {
			t.Error(r.xml())
		}
		d.take(r)
	})
	t.Run("MSASCMD S19_TC26 GetChanges with key 0 is status 4", func(t *testing.T) {
		raw("0", inbox, "<GetChanges/>").wantTop(t, "4")
		raw("0", inbox, "<GetChanges>1</GetChanges>").wantTop(t, "4")
		raw("0", sent, "<GetChanges>0</GetChanges>").want(t, one+"Status", "1")
		raw("0", sent, "").want(t, one+"Status", "1")
	})
	t.Run("commands with key 0 are status 4", func(t *testing.T) {
		raw("0", inbox, commands(smsAdd("c", pat, me, "x", ""))).wantTop(t, "4")
		raw("0", sent, "<Commands/>").want(t, one+"Status", "1") // MSASCMD S19_TC10
	})
	t.Run("MSASCMD S19_TC04 a bad key is status 3 in the collection", func(t *testing.T) {
		for _, key := range []string{"1", "999", "x", "-1", strings.Repeat("k", 5000), d.keys[inbox] + "0"} {
			r := raw(key, inbox, "")
			r.want(t, "Status", "-")
			r.want(t, one+"Status", "3")
			r.want(t, one+"SyncKey", "0")
			r.want(t, one+"CollectionId", inbox)
		}
		raw(d.keys[inbox], outbox, "").want(t, one+"Status", "3") // of another collection
	})
	t.Run("an unknown collection is status 12", func(t *testing.T) {
		for _, id := range []string{"77", "x", "-1", "01", strings.Repeat("9", 200)} {
			raw("0", id, "").wantTop(t, "12")
			raw("0", id, smsOptions).wantTop(t, "12")
			raw("k", id, "").wantTop(t, "12")
		}
	})
	t.Run("a lost answer is made up for", func(t *testing.T) {
		key := d.keys[inbox]
		first := raw(key, inbox, commands(smsAdd("lost", pat, me, "once only", ""))).tree.at(one + "Responses/Add/ServerId")
		again := raw(key, inbox, commands(smsAdd("lost", pat, me, "once only", "")))
		again.want(t, one+"Responses/Add/ServerId", first)
		d.take(again)
		if n := len(l.phone("anna", "Z", eas.Version141).begin(inbox, smsOptions)); n != 1 {
			t.Errorf("%d texts", n)
		}
	})
	t.Run("GetChanges 0 applies commands only", func(t *testing.T) {
		l.phone("anna", "B", eas.Version141)
		b := l.phone("anna", "B", eas.Version141)
		b.begin(inbox, smsOptions)
		b.add(inbox, "b1", "news")
		r := d.sync(inbox, "<GetChanges>0</GetChanges>"+commands(smsAdd("g0", pat, me, "mine", "")))
		r.want(t, one+"Responses/Add/Status", "1")
		r.want(t, one+"Commands", "-")
		d.sync(inbox, "").want(t, one+"Commands/Add/ApplicationData/Body/Data", "news")
	})
}

func TestSyncProtocolErrors(t *testing.T) {
	t.Parallel()
	l := newLab(t, func(o *Options) { o.MaxCollections = 3 })
	l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	other := l.phone("anna", "B", eas.Version141)
	other.begin(inbox, smsOptions)
	d.begin(inbox, smsOptions)
	d.begin(sent, smsOptions)
	other.add(inbox, "c", "news")

	key := d.keys[inbox]
	var adds []string
	for i := range 201 {
		adds = append(adds, `<Fetch><ServerId>1:`+fmt.Sprint(i)+`</ServerId></Fetch>`)
	}
	for name, xml := range map[string]string{
		"MSASCMD S19_TC05 no collections":                      `<Sync xmlns="AirSync"/>`,
		"empty collections":                                    syncXML("", ""),
		"MSASCMD S19_TC46 no CollectionId":                     syncXML(`<Collection><SyncKey>0</SyncKey></Collection>`, ""),
		"no SyncKey":                                           syncXML(`<Collection><CollectionId>1</CollectionId></Collection>`, ""),
		"a collection twice":                                   syncXML(d.collection(inbox, "")+d.collection(inbox, ""), ""),
		"MSASCMD S19_TC29 Wait and HeartbeatInterval":          syncXML(d.collection(inbox, ""), `<Wait>1</Wait><HeartbeatInterval>60</HeartbeatInterval>`),
		"MSASCMD S19_TC48 201 commands":                        syncXML(d.collection(inbox, commands(adds...)), ""),
		"MSASCMD S19_TC08 ConversationMode without mail":       syncXML(d.collection(contacts, "<ConversationMode>1</ConversationMode>"), ""),
		"a window that is no number":                           syncXML(d.collection(inbox, "<WindowSize>many</WindowSize>"), ""),
		"a negative window":                                    syncXML(d.collection(inbox, "<WindowSize>-1</WindowSize>"), ""),
		"an Add without ClientId":                              syncXML(d.collection(inbox, commands(`<Add><Class>SMS</Class><ApplicationData/></Add>`)), ""),
		"a Change without ServerId":                            syncXML(d.collection(inbox, commands(`<Change><ApplicationData/></Change>`)), ""),
		"a Delete without ServerId":                            syncXML(d.collection(inbox, commands(`<Delete/>`)), ""),
		"ASMS-2.2.2.1-1 To directly in Add":                    syncXML(d.collection(inbox, commands(`<Add><Class>SMS</Class><ClientId>c</ClientId><email:To>x</email:To></Add>`)), ""),
		"a good collection beside one with a fault":            syncXML(d.collection(inbox, "")+d.collection(sent, `<Options><Class>Calendar</Class></Options>`), ""),
		"commands of a good collection beside one with faults": syncXML(d.collection(inbox, commands(smsAdd("never", pat, me, "never", "")))+`<Collection><SyncKey>0</SyncKey><CollectionId>2</CollectionId><GetChanges/></Collection>`, ""),
		"a text for a folder without mail":                     syncXML(`<Collection><SyncKey>1</SyncKey><CollectionId>6</CollectionId>`+commands(smsAdd("c", pat, me, "x", ""))+`</Collection>`, ""),
	} {
		t.Run(name+" is status 4", func(t *testing.T) { d.must("Sync", xml).wantTop(t, "4") })
	}
	t.Run("an unknown collection beside a good one leaves that as it was", func(t *testing.T) {
		d.must("Sync", syncXML(d.collection(inbox, "")+d.collection("99", ""), "")).wantTop(t, "12")
	})
	t.Run("too many collections are status 15 with the limit", func(t *testing.T) {
		r := d.must("Sync", syncXML(d.collection("1", "")+d.collection("2", "")+d.collection("3", "")+d.collection("4", ""), ""))
		r.want(t, "Status", "15")
		r.want(t, "Limit", "3")
		r.want(t, "Collections", "-")
	})
	t.Run("MSASCMD S19_TC30-33 intervals out of bounds are status 14 with the nearest", func(t *testing.T) {
		for outer, limit := range map[string]string{"<Wait>0</Wait>": "1", "<Wait>-5</Wait>": "1", "<Wait>60</Wait>": "59",
			"<HeartbeatInterval>59</HeartbeatInterval>": "60", "<HeartbeatInterval>3541</HeartbeatInterval>": "3540"} {
			r := d.must("Sync", syncXML(d.collection(inbox, ""), outer))
			if r.tree.names() != "Status Limit" || r.tree.at("Status") != "14" || r.tree.at("Limit") != limit {
				t.Errorf("%s: want 14 and %s, got\n%s", outer, limit, r.xml())
			}
		}
	})
	t.Run("all that left the key as it was", func(t *testing.T) {
		if d.keys[inbox] != key {
			t.Fatal("the test moved on")
		}
		d.sync(inbox, "").want(t, one+"Commands/Add/ApplicationData/Body/Data", "news")
		if n := len(other.begin(inbox, smsOptions)); n != 1 {
			t.Errorf("%d texts, want 1", n)
		}
	})
}

func TestWindows(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	for i := range 130 {
		l.place(user, inbox, aText(fmt.Sprint("in ", i)))
	}
	for i := range 30 {
		l.place(user, sent, aText(fmt.Sprint("out ", i)))
	}
	d := l.phone("anna", "A", eas.Version141)
	begin := func() {
		for _, id := range []string{inbox, sent, drafts} {
			delete(d.keys, id)
		}
		d.syncs(d.collection(inbox, smsOptions)+d.collection(sent, smsOptions)+d.collection(drafts, smsOptions), "")
	}
	counts := func(r *reply) string {
		var list []string
		for _, c := range r.tree.all("Collections/Collection") {
			more := ""
			if c.at("MoreAvailable") != "-" {
				more = "+"
				if names := c.names(); names != "SyncKey CollectionId Status MoreAvailable Commands" {
					t.Errorf("order %q", names)
				}
			}
			list = append(list, fmt.Sprintf("%s:%d%s", c.at("CollectionId"), len(c.all("Commands/Add")), more))
		}
		return strings.Join(list, " ")
	}
	both := func(in, out string) string { return d.collection(inbox, in) + d.collection(sent, out) }
	for _, c := range []struct{ name, in, out, outer, want string }{
		{"MSASCMD S19_TC17 no window is 100", "", "", "", "1:100+ 4:30"},
		{"MSASCMD S19_TC37 512", "<WindowSize>512</WindowSize>", "", "", "1:130 4:30"},
		{"0 is 512", "<WindowSize>0</WindowSize>", "", "", "1:130 4:30"},
		{"above 512 is 512", "<WindowSize>5000</WindowSize>", "", "", "1:130 4:30"},
		{"MSASCMD S19_TC02 one for each collection", "<WindowSize>7</WindowSize>", "<WindowSize>8</WindowSize>", "", "1:7+ 4:8+"},
		{"MS-ASCMD_R4778 the global one is shared", "<WindowSize>7</WindowSize>", "<WindowSize>8</WindowSize>", "<WindowSize>10</WindowSize>", "1:7+ 4:3+"},
		{"MS-ASCMD_R4782 when it is full the rest is not processed", "<WindowSize>10</WindowSize>", "", "<WindowSize>10</WindowSize>", "1:10+"},
		{"MS-ASCMD_R4776 the global one bounds the other", "", "", "<WindowSize>20</WindowSize>", "1:20+"},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin()
			if got := counts(d.syncs(both(c.in, c.out), c.outer)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	t.Run("commands of a collection are not left undone by a full window", func(t *testing.T) {
		begin()
		r := d.syncs(d.collection(inbox, "")+d.collection(sent, commands(smsAdd("full", me, pat, "sent", ""))), "<WindowSize>5</WindowSize>")
		c := r.tree.all("Collections/Collection")
		if len(c) != 2 || c[1].at("Responses/Add/Status") != "1" || c[1].at("MoreAvailable") == "-" || c[1].at("Commands") != "-" {
			t.Fatal(r.xml())
		}
		if got := counts(d.syncs(d.collection(sent, ""), "")); got != "4:30" {
			t.Errorf("then %s", got)
		}
	})
	t.Run("page by page nothing is lost or doubled", func(t *testing.T) {
		begin()
		seen := map[string]bool{}
		for range 100 {
			r := d.syncs(both("<WindowSize>9</WindowSize>", "<WindowSize>9</WindowSize>"), "<WindowSize>13</WindowSize>")
			for _, a := range r.tree.all("Collections/Collection/Commands/Add") {
				if seen[a.at("ServerId")] {
					t.Fatalf("%s twice", a.at("ServerId"))
				}
				seen[a.at("ServerId")] = true
			}
			if r.tree == nil {
				break
			}
		}
		if len(seen) != 161 {
			t.Errorf("%d items, want 161", len(seen))
		}
	})
}

func TestSeveralCollections(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	t.Run("ASMS-3.1.4.1.1-6 an SMS block in every mail folder", func(t *testing.T) {
		r := d.syncs(d.collection(inbox, smsOptions)+d.collection(sent, smsOptions)+d.collection(outbox, smsOptions), "")
		if got := r.tree.all("Collections/Collection/Status"); len(got) != 3 || got[0].text+got[1].text+got[2].text != "111" {
			t.Error(r.xml())
		}
	})
	l.place(user, sent, aText("x"))
	r := d.syncs(d.collection(inbox, "")+d.collection(sent, "")+d.collection(outbox, ""), "")
	t.Run("MS-ASCMD_R4780 a collection without changes is left out", func(t *testing.T) {
		if c := r.tree.all("Collections/Collection"); len(c) != 1 || c[0].at("CollectionId") != sent {
			t.Error(r.xml())
		}
	})
	t.Run("one bad key does not concern the others", func(t *testing.T) {
		l.place(user, sent, aText("y"))
		d.keys[inbox] = "bad"
		r := d.syncs(d.collection(inbox, "")+d.collection(sent, ""), "")
		c := r.tree.all("Collections/Collection")
		if len(c) != 2 || c[0].at("Status") != "3" || c[1].at("Status") != "1" || len(c[1].all("Commands/Add")) != 1 {
			t.Error(r.xml())
		}
	})
}
