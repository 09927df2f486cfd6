package easserver

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"asms/eas"
)

func options(class, inner string) string {
	if class != "" {
		class = "<Class>" + class + "</Class>"
	}
	return "<Options>" + class + inner + "</Options>"
}

func TestOptionsFaults(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		d := l.phone("anna", "A", v)
		d.begin(inbox, smsOptions)
		key := d.keys[inbox]
		preference := func(inner string) string {
			return options("SMS", "<airsyncbase:BodyPreference>"+inner+"</airsyncbase:BodyPreference>")
		}
		for _, c := range []struct{ name, folder, options string }{
			{"ASMS-3.2.5.1-4 FilterType 6", inbox, options("SMS", "<FilterType>6</FilterType>")},
			{"ASMS-3.2.5.1-4 FilterType 7", inbox, options("SMS", "<FilterType>7</FilterType>")},
			{"ASMS-3.2.5.1-4 FilterType 8", inbox, options("SMS", "<FilterType>8</FilterType>")},
			{"ASMS-3.2.5.1-4 FilterType 255", inbox, options("SMS", "<FilterType>255</FilterType>")},
			{"ASMS-3.2.5.1-4 FilterType -1", inbox, options("SMS", "<FilterType>-1</FilterType>")},
			{"ASMS-3.2.5.1-4 in the mail block", inbox, options("", "<FilterType>6</FilterType>")},
			{"ASMS-3.2.5.1-5 three blocks", inbox, options("SMS", "") + options("Email", "") + options("SMS", "")},
			{"ASMS-3.1.4.1.1-5 two blocks without Class", inbox, options("", "") + options("", "")},
			{"MSASCMD S19_TC09 the mail class twice", inbox, options("", "") + options("Email", "")},
			{"the SMS class twice", inbox, options("SMS", "") + options("SMS", "")},
			{"ASMS-3.2.5.1-6 Calendar over mail", inbox, options("Calendar", "")},
			{"ASMS-3.2.5.1-6 Contacts beside mail", inbox, options("Contacts", "") + options("", "")},
			{"ASMS-3.2.5.1-6 no class at all", inbox, options("Bogus", "")},
			{"ASMS-2.2.2.2.1.1-2 sms in small letters", inbox, options("sms", "")},
			{"ASMS-3.2.5.1-7 SMS over contacts", contacts, options("SMS", "")},
			{"ASMS-3.2.5.1-7 Email over contacts", contacts, options("Email", "")},
			{"Calendar over contacts", contacts, options("Calendar", "")},
			{"two blocks over contacts", contacts, options("", "") + options("Contacts", "")},
			{"a body type twice", inbox, options("SMS", strings.Repeat("<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPreference>", 2))},
			{"MSASAIRS S04_TC01 AllOrNone is not boolean", inbox, preference("<airsyncbase:Type>1</airsyncbase:Type><airsyncbase:AllOrNone>2</airsyncbase:AllOrNone>")},
			{"MSASAIRS S04_TC01 AllOrNone twice", inbox, preference("<airsyncbase:Type>1</airsyncbase:Type><airsyncbase:AllOrNone>1</airsyncbase:AllOrNone><airsyncbase:AllOrNone>1</airsyncbase:AllOrNone>")},
			{"no body type", inbox, preference("<airsyncbase:TruncationSize>1</airsyncbase:TruncationSize>")},
			{"body type 9", inbox, preference("<airsyncbase:Type>9</airsyncbase:Type>")},
			{"a preview of 256", inbox, preference("<airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Preview>256</airsyncbase:Preview>")},
			{"a negative size", inbox, preference("<airsyncbase:Type>1</airsyncbase:Type><airsyncbase:TruncationSize>-1</airsyncbase:TruncationSize>")},
			{"Conflict 2", inbox, options("SMS", "<Conflict>2</Conflict>")},
			{"MIMESupport 3", inbox, options("", "<MIMESupport>3</MIMESupport>")},
			{"MIMETruncation 9", inbox, options("", "<MIMETruncation>9</MIMETruncation>")},
		} {
			for _, k := range []string{"0", key} {
				r := d.must("Sync", syncXML("<Collection><SyncKey>"+k+"</SyncKey><CollectionId>"+c.folder+"</CollectionId>"+c.options+"</Collection>", ""))
				if r.tree == nil || r.tree.names() != "Status" || r.tree.at("Status") != "4" {
					t.Errorf("%s with key %.1s…: want top-level 4, got\n%s", c.name, k, r.xml())
				}
			}
		}
		part := options("", "<airsyncbase:BodyPartPreference><airsyncbase:Type>1</airsyncbase:Type></airsyncbase:BodyPartPreference>")
		want := "164" // MSASCMD S21_TC05
		if v == eas.Version140 {
			want = "4"
		}
		d.must("Sync", syncXML(d.collection(inbox, part), "")).wantTop(t, want)
		d.sync(inbox, "").wantEmpty(t) // the key is what it was
	})
}

func TestOptionsTaken(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	l.place(user, inbox, aText("text"))
	l.place(user, inbox, aMail("mail"))
	d := l.phone("anna", "A", eas.Version161)
	classes := func(items []*element) string {
		n := map[string]int{}
		for _, i := range items {
			n[i.at("Class")]++
		}
		return fmt.Sprintf("SMS %d mail %d", n["SMS"], n["-"])
	}
	for name, c := range map[string]struct{ options, want string }{
		"ASMS-3.1.4.1.1-3 none":                             {"", "SMS 0 mail 1"},
		"ASMS-3.1.4.1.1-2 without Class":                    {options("", "<FilterType>0</FilterType>"), "SMS 0 mail 1"},
		"Email":                                             {options("Email", ""), "SMS 0 mail 1"},
		"ASMS-3.1.4.1.1-1 SMS":                              {options("SMS", ""), "SMS 1 mail 0"},
		"ASMS-4.1-1 SMS first":                              {options("SMS", "") + options("", ""), "SMS 1 mail 1"},
		"ASMS-4.1-1 mail first":                             {options("Email", "") + options("SMS", ""), "SMS 1 mail 1"},
		"MSASCMD S19_TC14,20-23,41 repeats inside one":      {options("SMS", strings.Repeat("<Class>SMS</Class><FilterType>0</FilterType><Conflict>0</Conflict><MIMESupport>0</MIMESupport><MIMETruncation>1</MIMETruncation><MaxItems>5</MaxItems>", 2)), "SMS 1 mail 0"},
		"a body part of HTML is asked for and passed over":  {options("", "<airsyncbase:BodyPartPreference><airsyncbase:Type>2</airsyncbase:Type></airsyncbase:BodyPartPreference>"), "SMS 0 mail 1"},
		"ConversationMode on mail":                          {"<ConversationMode>1</ConversationMode>", "SMS 0 mail 1"},
		"a Class of 12.1 in the collection is passed over":  {"<Class>Email</Class>", "SMS 0 mail 1"},
		"Contacts over contacts would do, but this is mail": {options("SMS", "<airsyncbase:BodyPreference><airsyncbase:Type>4</airsyncbase:Type></airsyncbase:BodyPreference>"), "SMS 1 mail 0"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := classes(d.begin(inbox, c.options)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	t.Run("contacts are served, and are none", func(t *testing.T) {
		for _, o := range []string{"", options("Contacts", "<FilterType>6</FilterType>"), options("", "")} {
			if n := len(d.begin(contacts, o)); n != 0 {
				t.Errorf("%d", n)
			}
		}
	})
	t.Run("ASMS-4.2-1 the document's example, byte for byte but the key", func(t *testing.T) {
		r := d.sync(inbox, `<DeletesAsMoves/><GetChanges/><WindowSize>100</WindowSize><Options><Class>SMS</Class><FilterType>0</FilterType>`+
			`<airsyncbase:BodyPreference><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:TruncationSize>102400</airsyncbase:TruncationSize></airsyncbase:BodyPreference></Options>`)
		if r.tree != nil && r.tree.at(one+"Status") != "1" {
			t.Error(r.xml())
		}
	})
}

func TestFilter(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	for _, days := range []int{0, 2, 5, 10, 20, 40} {
		m := aText(fmt.Sprint(days))
		m.Date = noon.AddDate(0, 0, -days)
		l.place(user, inbox, m)
	}
	d := l.phone("anna", "A", eas.Version141)
	for filter, want := range []int{6, 1, 2, 3, 4, 5} { // ASMS-3.1.4.1.1.2-2
		if n := len(d.begin(inbox, options("SMS", fmt.Sprintf("<FilterType>%d</FilterType>", filter)))); n != want {
			t.Errorf("filter %d: %d, want %d", filter, n, want)
		}
	}
	t.Run("ASMS-3.1.4.1.1.2-1 a narrower filter takes away softly, a wider one brings", func(t *testing.T) {
		d.begin(inbox, options("SMS", "<FilterType>0</FilterType>"))
		r := d.sync(inbox, options("SMS", "<FilterType>3</FilterType>"))
		if n := len(r.tree.all(one + "Commands/SoftDelete")); n != 3 || len(r.tree.all(one+"Commands/Delete")) != 0 {
			t.Error(r.xml())
		}
		if s := r.tree.all(one + "Commands/SoftDelete"); len(s) > 0 && s[0].names() != "ServerId" {
			t.Errorf("SoftDelete holds %q", s[0].names())
		}
		r = d.sync(inbox, options("SMS", "<FilterType>0</FilterType>"))
		if n := len(r.tree.all(one + "Commands/Add")); n != 3 {
			t.Error(r.xml())
		}
	})
	t.Run("what grows old goes softly", func(t *testing.T) {
		d.begin(inbox, options("SMS", "<FilterType>1</FilterType>"))
		l.clock.advance(72 * time.Hour)
		if n := len(d.sync(inbox, "").tree.all(one + "Commands/SoftDelete")); n != 1 {
			t.Errorf("%d", n)
		}
	})
}

func TestFoldersPerVersion(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, v eas.Version) {
		l := newLab(t)
		l.user("anna")
		d := l.phone("anna", "A", v)
		r := d.must("FolderSync", folderSync0)
		made := d.must("FolderCreate", `<FolderCreate xmlns="FolderHierarchy"><SyncKey>`+r.tree.at("SyncKey")+`</SyncKey><ParentId>0</ParentId><DisplayName>Archive</DisplayName><Type>12</Type></FolderCreate>`).tree.at("ServerId")
		for folder, restricted := range map[string]bool{inbox: false, sent: false, outbox: false, drafts: true, deleted: true, made: true} {
			r := d.sync(folder, smsOptions)
			if restricted && v == eas.Version140 { // ASMS-3.1.4.1-2
				r.wantTop(t, "4")
				d.sync(folder, "").want(t, one+"Status", "1") // mail it may have
				d.syncs(d.collection(folder, commands(smsAdd("c", pat, me, "x", ""))), "").wantTop(t, "4")
			} else { // ASMS-3.1.4.1-3
				r.want(t, one+"Status", "1")
				if folder != outbox {
					d.add(folder, "c"+folder, "x")
				}
			}
		}
	})
}

func TestStickyOptions(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	l.place(user, inbox, aText("first"))
	d.begin(inbox, smsOptions)
	l.place(user, inbox, aText("second"))
	l.place(user, inbox, aMail("a mail"))
	t.Run("ASMS-3.1.4.1.1.1-1 without Options the ones before are in force", func(t *testing.T) {
		r := d.sync(inbox, "")
		if a := r.tree.all(one + "Commands/Add"); len(a) != 1 || a[0].at("Class") != "SMS" {
			t.Error(r.xml())
		}
	})
	t.Run("ASMS-3.1.4.1.1.1-4 a class that is left out goes softly", func(t *testing.T) {
		r := d.sync(inbox, options("", ""))
		if n := len(r.tree.all(one + "Commands/SoftDelete")); n != 2 || len(r.tree.all(one+"Commands/Add")) != 1 {
			t.Error(r.xml())
		}
	})
	t.Run("ASMS-3.2.5.1-3 and nothing of it comes any more", func(t *testing.T) {
		l.place(user, inbox, aText("third"))
		d.sync(inbox, "").wantEmpty(t)
	})
	t.Run("asked for again it comes again", func(t *testing.T) {
		r := d.sync(inbox, options("", "")+options("SMS", ""))
		if n := len(r.tree.all(one + "Commands/Add")); n != 3 {
			t.Error(r.xml())
		}
	})
}
