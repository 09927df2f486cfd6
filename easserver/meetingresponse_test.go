package easserver

import (
	"strings"
	"testing"

	"asms/eas"
)

func TestMeetingResponse(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	user := l.user("anna")
	mail := l.place(user, inbox, aMail("no meeting"))
	each(t, func(t *testing.T, v eas.Version) {
		d := l.phone("anna", "A"+strings.ReplaceAll(v.String(), ".", ""), v)
		ask := func(inner string) *reply {
			t.Helper()
			return d.must("MeetingResponse", `<MeetingResponse xmlns="MeetingResponse" xmlns:search="Search">`+inner+`</MeetingResponse>`)
		}
		request := func(response, inner string) string {
			return "<Request><UserResponse>" + response + "</UserResponse>" + inner + "</Request>"
		}
		byID := "<CollectionId>" + inbox + "</CollectionId><RequestId>" + mail + "</RequestId>"
		t.Run("MSASCMD S09_TC03/05 no item is a meeting", func(t *testing.T) {
			for _, inner := range []string{
				request("1", byID), request("2", byID), request("3", byID), request("7", byID),
				request("1", "<CollectionId>"+calendar+"</CollectionId><RequestId>"+calendar+":1</RequestId>"),
			} {
				r := ask(inner)
				if n := r.tree.all("Result"); len(n) != 1 || n[0].names() != "RequestId Status" || n[0].at("Status") != "2" {
					t.Error(r.xml())
				}
			}
		})
		t.Run("MS-ASCMD_R5374 RequestId is in the answer if it was in the request", func(t *testing.T) {
			ask(request("1", byID)).want(t, "Result/RequestId", mail)
			ask(request("1", "<search:LongId>"+longID(eas.ServerID(mail))+"</search:LongId>")).want(t, "Result/RequestId", "-")
			if n := ask(request("1", byID) + request("3", byID)).tree.names(); n != "Result Result" {
				t.Error(n)
			}
		})
		t.Run("MSASCMD S09_TC06/12 an occurrence, from 14.1 on", func(t *testing.T) {
			malformed := "104"
			if v == eas.Version140 { // MS-ASCMD_R6712
				malformed = "2"
			}
			for _, id := range []string{"20100408T181600Z", "tomorrow", "2010-04-08"} {
				ask(request("1", byID+"<InstanceId>"+id+"</InstanceId>")).want(t, "Result/Status", malformed)
			}
			ask(request("1", byID+"<InstanceId>2010-04-08T18:16:00.000Z</InstanceId>")).want(t, "Result/Status", "2")
		})
		t.Run("MS-ASCMD_R5650 100 requests are answered, 101 are status 103", func(t *testing.T) {
			if n := len(ask(strings.Repeat(request("1", byID), 100)).tree.all("Result")); n != 100 {
				t.Errorf("%d answers", n)
			}
			for _, inner := range []string{strings.Repeat(request("1", byID), 101), "", request("yes", byID), "<Result/>"} {
				if r := ask(inner); r.tree.names() != "Result" || r.tree.at("Result/Status") != "103" {
					t.Error(r.xml())
				}
			}
		})
	})
}
