package easserver

import (
	"testing"
	"time"

	"asms/eas"
)

func TestHangingSync(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	other := l.phone("anna", "OTHER", eas.Version141)
	other.begin(inbox, smsOptions)

	t.Run("ASMS-3.1.4.1.3-2 it is woken by a text", func(t *testing.T) {
		d := l.phone("anna", "A1", eas.Version141)
		d.begin(inbox, smsOptions)
		p := d.hang(inbox, "", "<HeartbeatInterval>60</HeartbeatInterval>")
		began := time.Now()
		other.add(inbox, "wake", "wake up")
		r := p.within(t, 5*time.Second)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("after %s", took)
		}
		r.want(t, one+"Commands/Add/ApplicationData/Body/Data", "wake up")
		d.take(r)
		d.sync(inbox, "").wantEmpty(t)
	})
	t.Run("all its collections count", func(t *testing.T) {
		d := l.phone("anna", "A2", eas.Version141)
		d.begin(inbox, smsOptions)
		d.begin(sent, smsOptions)
		d.begin(drafts, "")
		p := d.background("Sync", syncXML(d.collection(inbox, "")+d.collection(drafts, "")+d.collection(sent, ""), "<Wait>1</Wait>"))
		l.place(user, sent, aText("written elsewhere"))
		r := p.within(t, 5*time.Second)
		r.want(t, one+"CollectionId", sent)
		r.want(t, one+"Commands/Add/ApplicationData/Body/Data", "written elsewhere")
	})
	t.Run("what is there is answered at once", func(t *testing.T) {
		d := l.phone("anna", "A3", eas.Version141)
		d.begin(inbox, smsOptions)
		l.place(user, inbox, aText("there"))
		d.syncs(d.collection(inbox, ""), "<Wait>59</Wait>").want(t, one+"Commands/Add/ApplicationData/Body/Data", "there")
	})
	t.Run("MS-ASCMD_R5599 a request with commands is answered at once", func(t *testing.T) {
		d := l.phone("anna", "A4", eas.Version141)
		d.begin(inbox, smsOptions)
		d.syncs(d.collection(inbox, commands(smsAdd("now", pat, me, "x", ""))), "<Wait>59</Wait>").want(t, one+"Responses/Add/Status", "1")
	})
	t.Run("a key 0 and a bad key are answered at once", func(t *testing.T) {
		d := l.phone("anna", "A5", eas.Version141)
		d.syncs(d.collection(inbox, ""), "<Wait>59</Wait>").want(t, one+"Status", "1")
		d.keys[inbox] = "bad"
		d.syncs(d.collection(inbox, ""), "<Wait>59</Wait>").want(t, one+"Status", "3")
	})
	t.Run("who wants no changes does not wait for them", func(t *testing.T) {
		d := l.phone("anna", "A6", eas.Version141)
		d.begin(inbox, smsOptions)
		d.syncs(d.collection(inbox, "<GetChanges>0</GetChanges>"), "<Wait>59</Wait>").wantEmpty(t)
	})
	t.Run("MS-ASCMD_R5598 changes and deletions do not wake, nor texts nobody asked for", func(t *testing.T) {
		d := l.phone("anna", "A7", eas.Version141)
		d.begin(inbox, smsOptions)
		mailOnly := l.phone("anna", "A8", eas.Version141)
		mailOnly.begin(inbox, "")
		w := l.phone("anna", "A9", eas.Version141)
		w.begin(inbox, smsOptions)
		id := w.add(inbox, "c", "to change")
		d.sync(inbox, "")
		p := d.hang(inbox, "", "<Wait>1</Wait>")
		m := mailOnly.background("Sync", syncXML(mailOnly.collection(inbox, ""), "<Wait>1</Wait>"))
		w.sync(inbox, commands(`<Change><ServerId>`+id+`</ServerId><ApplicationData><email:Read>1</email:Read></ApplicationData></Change>`))
		w.sync(inbox, commands(`<Delete><ServerId>`+id+`</ServerId></Delete>`))
		p.stillWaits(t)
		w.add(inbox, "c2", "new")
		p.within(t, 5*time.Second).want(t, one+"Commands/Add/ApplicationData/Body/Data", "new")
		m.stillWaits(t) // ASMS-3.2.5.1-3
		l.place(user, inbox, aMail("for you"))
		m.within(t, 5*time.Second).want(t, one+"Commands/Add/ApplicationData/Subject", "for you")
	})
	t.Run("a folder that is deleted meanwhile is status 12", func(t *testing.T) {
		d := l.phone("anna", "AA", eas.Version141)
		key := d.must("FolderSync", folderSync0).tree.at("SyncKey")
		r := d.must("FolderCreate", `<FolderCreate xmlns="FolderHierarchy"><SyncKey>`+key+`</SyncKey><ParentId>0</ParentId><DisplayName>Short</DisplayName><Type>12</Type></FolderCreate>`)
		id := r.tree.at("ServerId")
		d.begin(id, smsOptions)
		p := d.hang(id, "", "<Wait>1</Wait>")
		key = other.must("FolderSync", folderSync0).tree.at("SyncKey")
		other.must("FolderDelete", `<FolderDelete xmlns="FolderHierarchy"><SyncKey>`+key+`</SyncKey><ServerId>`+id+`</ServerId></FolderDelete>`).want(t, "Status", "1")
		p.within(t, 5*time.Second).wantTop(t, "12")
		d.sync(id, "").wantTop(t, "12")
		d.syncs(d.collection(id, "")+d.collection(inbox, ""), "").wantTop(t, "12")
	})
}

// A client that goes away leaves nothing behind.
func TestClientGoesAway(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	d.begin(inbox, smsOptions)
	d.hang(inbox, "", "<Wait>59</Wait>")
	l.http.CloseClientConnections()
	for range 500 {
		if l.server.requests.waiting() == 0 {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Error("it still waits")
}

func TestEmptyRequests(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	t.Run("MSASCMD S19_TC06 nothing remembered is status 13", func(t *testing.T) {
		d.must("Sync", "").wantTop(t, "13")
		d.must("Sync", `<Sync xmlns="AirSync"><Wait>1</Wait><Partial/></Sync>`).wantTop(t, "13")
	})
	d.begin(inbox, smsOptions)
	t.Run("MS-ASCMD_R667 the last request is repeated, with the keys issued since", func(t *testing.T) {
		d.must("Sync", "").wantEmpty(t)
		for _, body := range []string{"first", "second"} {
			l.place(user, inbox, aText(body))
			r := d.must("Sync", "")
			r.want(t, one+"Commands/Add/ApplicationData/Body/Data", body)
			d.take(r)
			d.must("Sync", "").wantEmpty(t)
		}
		d.sync(inbox, "").wantEmpty(t) // the keys are the device's, too
	})
	t.Run("a waiting one is repeated waiting", func(t *testing.T) {
		p := d.hang(inbox, "", "<Wait>1</Wait>")
		d.must("FolderSync", folderSync0)
		p.within(t, 5*time.Second).wantEmpty(t)
		p = d.background("Sync", "")
		l.place(user, inbox, aText("third"))
		r := p.within(t, 5*time.Second)
		r.want(t, one+"Commands/Add/ApplicationData/Body/Data", "third")
		d.take(r)
	})
	t.Run("a request with commands cannot be repeated", func(t *testing.T) {
		d.add(inbox, "c", "mine")
		d.must("Sync", "").wantTop(t, "13")
	})
	t.Run("MS-ASCMD_R674 nor one that was refused", func(t *testing.T) {
		d.sync(inbox, "").wantEmpty(t)
		d.must("Sync", `<Sync xmlns="AirSync"/>`).wantTop(t, "4")
		d.must("Sync", "").wantTop(t, "13")
	})
	t.Run("another device remembers its own", func(t *testing.T) {
		d.sync(inbox, "").wantEmpty(t)
		l.phone("anna", "B", eas.Version141).must("Sync", "").wantTop(t, "13")
	})
}

func TestPartial(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	d := l.phone("anna", "A", eas.Version141)
	d.syncs(d.collection(inbox, smsOptions)+d.collection(sent, smsOptions), "")
	partial := func(inner string) string { return `<Sync xmlns="AirSync">` + inner + `<Partial/></Sync>` }
	t.Run("MS-ASCMD_R3642 Partial alone is status 4", func(t *testing.T) {
		d.must("Sync", partial("")).wantTop(t, "4")
		d.syncs(d.collection(inbox, "")+d.collection(sent, ""), "").wantEmpty(t)
	})
	t.Run("MS-ASCMD_R3644 the others are as they were", func(t *testing.T) {
		l.place(user, inbox, aText("in"))
		l.place(user, sent, aText("out"))
		r := d.must("Sync", partial("<WindowSize>1</WindowSize>"))
		if c := r.tree.all("Collections/Collection"); len(c) != 1 || c[0].at("CollectionId") != inbox {
			t.Fatal(r.xml())
		}
		d.take(r)
		r = d.must("Sync", partial("<Collections>"+d.collection(inbox, "<WindowSize>5</WindowSize>")+"</Collections>"))
		if c := r.tree.all("Collections/Collection"); len(c) != 1 || c[0].at("CollectionId") != sent {
			t.Fatal(r.xml())
		}
		d.take(r)
	})
	t.Run("it waits for all of them", func(t *testing.T) {
		p := d.background("Sync", partial("<HeartbeatInterval>60</HeartbeatInterval>"))
		l.place(user, sent, aText("later"))
		r := p.within(t, 5*time.Second)
		r.want(t, one+"CollectionId", sent)
		d.take(r)
	})
	t.Run("commands may come with it, and the set is remembered all the same", func(t *testing.T) {
		r := d.must("Sync", `<Sync xmlns="AirSync" xmlns:email="Email" xmlns:airsyncbase="AirSyncBase"><Collections>`+
			d.collection(inbox, commands(smsAdd("p", pat, me, "partial", "")))+`</Collections><Partial/></Sync>`)
		r.want(t, one+"Responses/Add/Status", "1")
		d.take(r)
		l.place(user, sent, aText("again"))
		r = d.must("Sync", partial("<WindowSize>9</WindowSize>"))
		r.want(t, one+"Commands/Add/ApplicationData/Body/Data", "again")
	})
}
