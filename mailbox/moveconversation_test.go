package mailbox

import (
	"testing"
	"time"
)

// conversationIDOf is the conversation of an item.
func (l *lab) conversationIDOf(id string) []byte {
	l.t.Helper()
	i, err := l.m.Fetch(l.ctx, l.user, id)
	l.ok(err)
	return i.ConversationID
}

func TestConversationThatIsAlwaysMoved(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (l *lab, phone *device, mine string) {
		l = newLab(t)
		mine, err := l.folders("A").create("0", "Mine")
		l.ok(err)
		phone = l.begin("A", inbox)
		id := phone.add("the first")
		l.ok(l.m.MoveConversation(l.ctx, l.user, l.conversationIDOf(id), mine))
		phone.pull()
		l.want("the phone", phone.bodies())
		l.want("Mine", l.look(mine), "the first")
		return l, phone, mine
	}
	t.Run("what a phone brings later moves, too, and the phone hears of it at once", func(t *testing.T) {
		t.Parallel()
		l, phone, mine := begin(t)
		other := l.begin("B", mine)
		phone.add("the second")
		l.want("the phone", phone.bodies())
		l.want("Inbox", l.look(inbox))
		l.want("Mine", l.look(mine), "the first", "the second")
		other.pull()
		l.want("another device", other.bodies(), "the first", "the second")
	})
	t.Run("what the server gets is delivered there", func(t *testing.T) {
		t.Parallel()
		l, _, mine := begin(t)
		id, err := l.m.Place(l.ctx, l.user, inbox, Message{Class: ClassSMS, From: someone, To: someone, Body: "placed", Date: l.now})
		l.ok(err)
		if _, err := l.m.FetchFor(l.ctx, Partnership{l.user, "A", mine}, id); err != nil {
			t.Error(err)
		}
		l.want("Mine", l.look(mine), "placed", "the first")
	})
	t.Run("a text that was lost on its way is answered like any that is gone", func(t *testing.T) {
		t.Parallel()
		l, phone, mine := begin(t)
		key := phone.key
		first := phone.add("the second")
		phone.key = key // the answer was lost
		phone.n--
		if again := phone.add("the second"); again != first {
			t.Errorf("the repeated Add made %s beside %s", again, first)
		}
		phone.pull()
		l.want("the phone", phone.bodies())
		l.want("Mine", l.look(mine), "the first", "the second")
	})
	t.Run("a phone that starts over finds its texts there", func(t *testing.T) {
		t.Parallel()
		l, _, mine := begin(t)
		was := l.now
		l.now = l.now.Add(time.Hour)
		again := l.begin("A", inbox)
		again.n = 50
		again.add("the first", func(m *Message) { m.Date = was })
		l.want("the phone", again.bodies())
		l.want("Mine", l.look(mine), "the first")
	})
	t.Run("when the folder is gone they stay where they come", func(t *testing.T) {
		t.Parallel()
		l, phone, mine := begin(t)
		f := l.folders("A")
		_, err := l.m.DeleteFolder(l.ctx, l.user, "A", f.key, mine)
		l.ok(err)
		phone.add("the second")
		l.want("the phone", l.look(inbox), "the second")
	})
	t.Run("what is sent stays in Sent Items", func(t *testing.T) {
		t.Parallel()
		l, _, mine := begin(t)
		out := l.begin("A", sent)
		out.add("an answer")
		l.want("Sent Items", l.look(sent), "an answer")
		l.want("Mine", l.look(mine), "the first")
	})
}
