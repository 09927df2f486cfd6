package conformance

import (
	"strings"
	"testing"
)

func TestBodies(t *testing.T) { itemBodies.run(t) }

// likes are Options for texts whose body is wanted so.
func likes(preferences ...string) string { return block("SMS", strings.Join(preferences, "")) }

// preference is one way in which a body is wanted.
func preference(bodyType, inner string) string {
	return "<base:BodyPreference>" + el("base:Type", bodyType) + inner + "</base:BodyPreference>"
}

func truncation(bytes string) string { return el("base:TruncationSize", bytes) }

const allOrNone = "<base:AllOrNone>1</base:AllOrNone>"

// bodyAs is the body of a text as a device gets it with these Options.
func (s *scene) bodyAs(options string) *element {
	s.Helper()
	return only(s, s.fresh("READER").begin(inbox, options)).first("ApplicationData/Body")
}

// itemBodies is what [MS-ASAIRS] asks of bodies.
var itemBodies = chapter{
	{"MS-ASAIRS_R105", "a new item has a body, with type, size and words, each once", func(s *scene) {
		s.place(inbox, placed("héllo"))
		s.place(inbox, mail("plans"))
		for _, add := range s.device("PHONE").begin(inbox, smsOptions+mailOptions) {
			s.equal("bodies", len(add.all("ApplicationData/Body")), 1)
			s.equal("children of Body", add.first("ApplicationData/Body").children(), "Type EstimatedDataSize Data")
			s.equal("Type", add.data("Body/Type"), "1")
			s.equal("EstimatedDataSize", add.data("Body/EstimatedDataSize"), len(add.data("Body/Data")))
		}
	}},
	{"MS-ASAIRS_R148", "what a client wants is not said back to it", func(s *scene) {
		s.place(inbox, placed("hello"))
		phone := s.device("PHONE")
		phone.sync(inbox, likes(preference("1", truncation("3")+allOrNone), preference("2", truncation("100"))))
		for _, a := range []*answer{phone.sync(inbox, ""), phone.sync(inbox, commands(fetchItem(inbox+":1")))} {
			a.root.walk(func(e *element) {
				switch e.tag.Name() {
				case "BodyPreference", "BodyPartPreference", "TruncationSize", "AllOrNone":
					s.Errorf("%s in\n%s", e.tag, a)
				}
			})
		}
	}},
	{"MS-ASAIRS_R180", "a body that is too long is cut, and says so and how long it was", func(s *scene) {
		s.place(inbox, placed("hello world"))
		for _, wanted := range []string{truncation("5"), truncation("5") + "<base:AllOrNone>0</base:AllOrNone>"} {
			b := s.bodyAs(likes(preference("1", wanted)))
			s.equal("children", b.children(), "Type EstimatedDataSize Truncated Data")
			s.equal("Data", b.at("Data"), "hello")
			s.equal("Truncated", b.at("Truncated"), "1")
			s.equal("EstimatedDataSize", b.at("EstimatedDataSize"), "11")
		}
	}},
	{"MS-ASAIRS_R277", "a body that fits is whole, and is not called cut", func(s *scene) {
		s.place(inbox, placed("hello world"))
		for _, wanted := range []string{"", truncation("11"), truncation("4294967295")} {
			b := s.bodyAs(likes(preference("1", wanted)))
			s.equal("Data", b.at("Data"), "hello world")
			s.equal("Truncated", b.at("Truncated"), absent)
		}
	}},
	{"MS-ASAIRS_R78", "with AllOrNone a body that is too long is left out", func(s *scene) {
		s.place(inbox, placed("hello world"))
		b := s.bodyAs(likes(preference("1", truncation("5")+allOrNone)))
		s.equal("Data", b.at("Data"), absent)
		s.equal("EstimatedDataSize", b.at("EstimatedDataSize"), "11")
		s.equal("Data that fits", s.bodyAs(likes(preference("1", truncation("11")+allOrNone))).at("Data"), "hello world")
	}},
	{"MS-ASAIRS_R75", "AllOrNone without TruncationSize means nothing", func(s *scene) {
		s.place(inbox, placed("hello world"))
		for _, wanted := range []string{allOrNone, "<base:AllOrNone>0</base:AllOrNone>"} {
			s.equal("Data", s.bodyAs(likes(preference("1", wanted))).at("Data"), "hello world")
		}
	}},
	{"MS-ASAIRS_R297", "TruncationSize counts bytes, and no letter is cut in two", func(s *scene) {
		s.place(inbox, placed("ééé"))
		for size, want := range map[string]string{"6": "ééé", "5": "éé", "4": "éé", "3": "é", "1": absent, "0": absent} {
			s.equal("Data of "+size+" bytes", s.bodyAs(likes(preference("1", truncation(size)))).at("Data"), want)
		}
	}},
	{"MS-ASAIRS_R279", "Truncated in what a client adds means nothing", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		phone.add(inbox, "c1", strings.Replace(received("hello"), "<base:Data>", "<base:Truncated>1</base:Truncated><base:Data>", 1))
		b := s.bodyAs(smsOptions)
		s.equal("Data", b.at("Data"), "hello")
		s.equal("Truncated", b.at("Truncated"), absent)
	}},
	{"MS-ASAIRS_R350", "a BodyPreference that is malformed is status 4", func(s *scene) {
		phone := s.device("PHONE")
		for _, bad := range []string{
			preference("1", truncation("5")+"<base:AllOrNone>maybe</base:AllOrNone>"),
			preference("1", truncation("5")+allOrNone+allOrNone),
			preference("1", truncation("five")), preference("1", truncation("-1")),
			preference("0", ""), preference("5", ""), preference("plain", ""), "<base:BodyPreference/>",
			preference("1", "") + preference("1", truncation("5")),
		} {
			phone.sync(inbox, likes(bad)).wantTop("4")
		}
	}},
	{"MS-ASAIRS_R10021", "a Body of the wrong form is status 6 of the item", func(s *scene) {
		phone := s.device("PHONE")
		phone.begin(inbox, smsOptions)
		for i, bad := range []string{
			"<base:Body><base:Data>x</base:Data></base:Body>",
			"<base:Body><base:Type>5</base:Type><base:Data>x</base:Data></base:Body>",
			"<base:Body><base:Type>1</base:Type><base:Type>1</base:Type><base:Data>x</base:Data></base:Body>",
			"<base:Data>x</base:Data>",
		} {
			a := phone.sync(inbox, commands(addSMS("c"+string(rune('0'+i)), to(me)+from(pat)+dateReceived(anHourAgo)+bad+cpid("65001"))))
			if got := a.root.at(addStatus); got != "6" {
				s.Errorf("%s: status %s", bad, got)
			}
		}
	}},
	{"MS-ASAIRS_R249", "a preview is not beside words that are there", func(s *scene) {
		s.place(inbox, placed("hello world"))
		b := s.bodyAs(likes(preference("1", "<base:Preview>5</base:Preview>")))
		s.equal("Data", b.at("Data"), "hello world")
		s.equal("Preview", b.at("Preview"), absent)
	}},
	{"MS-ASAIRS_R241", "a mail says in which format it is kept", func(s *scene) {
		s.place(inbox, mail("plans"))
		add := only(s, s.device("PHONE").begin(inbox, mailOptions))
		s.equal("NativeBodyType", add.data("NativeBodyType"), add.data("Body/Type"))
	}},
	{"MS-ASCON_R237", "no message part comes that nobody asked for", func(s *scene) {
		s.place(inbox, mail("plans"))
		phone := s.device("PHONE")
		s.equal("BodyPart", only(s, phone.begin(inbox, block("", preference("1", "")))).data("BodyPart"), absent)
	}},
}
