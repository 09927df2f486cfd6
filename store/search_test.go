package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// searchLab is a store with texts of two users.
type searchLab struct {
	t    *testing.T
	s    *Store
	user UserID
	n    int64
}

func newSearchLab(t *testing.T) *searchLab {
	return &searchLab{t: t, s: open(t, t.TempDir()), user: 1 << 40}
}

func (l *searchLab) update(user UserID, f func(tx *Tx) error) {
	l.t.Helper()
	if err := l.s.Update(l.t.Context(), user, func(tx *Tx) error {
		if err := tx.exec(`INSERT INTO mailbox (user_id, name, hash, admin, created, seq, last_item, last_folder)
			VALUES ($1, '', '', 0, 0, 1, 0, 0) ON CONFLICT DO NOTHING`, user); err != nil {
			return err
		}
		return f(tx)
	}); err != nil {
		l.t.Fatal(err)
	}
}

func (l *searchLab) add(user UserID, bodies ...string) (last *Item) {
	l.t.Helper()
	l.update(user, func(tx *Tx) error {
		for _, body := range bodies {
			l.n++
			seq, err := tx.Bump()
			if err != nil {
				return err
			}
			last = &Item{ID: l.n, Folder: InboxID, Class: ClassSMS, Date: 1_700_000_000_000 + l.n*1000, Body: body, Born: seq,
				ConversationID: []byte("0123456789abcdef"), ConversationIndex: []byte{}}
			if err := tx.InsertItem(last); err != nil {
				return err
			}
		}
		return nil
	})
	return last
}

// find looks for texts before their words are in the index, and after.
func (l *searchLab) find(user UserID, query string) (bodies []string) {
	l.t.Helper()
	q := ParseQuery(query)
	if q.Empty() {
		return nil
	}
	undo := errors.New("only tried")
	look := func(tx *Tx) (bodies []string, err error) {
		found, err := tx.Search(q, 0, 100)
		for _, f := range found {
			bodies = append(bodies, f.Body)
			if len(q.Matches(f.Body)) == 0 {
				l.t.Errorf("%q is found in %q but nowhere", query, f.Body)
			}
		}
		return bodies, err
	}
	if err := l.s.Update(l.t.Context(), user, func(tx *Tx) (err error) {
		if bodies, err = look(tx); err != nil {
			return err
		}
		if err := tx.indexFresh(); err != nil {
			return err
		}
		indexed, err := look(tx)
		if err != nil {
			return err
		}
		if !slices.Equal(indexed, bodies) {
			l.t.Errorf("%q: %q before, %q in the index", query, bodies, indexed)
		}
		return undo
	}); !errors.Is(err, undo) {
		l.t.Fatalf("%q: %v", query, err)
	}
	return bodies
}

// indexAll writes the words of fresh texts into the index.
func (l *searchLab) indexAll() { l.update(l.user, (*Tx).indexFresh) }

// known counts the texts that Search knows of.
func (l *searchLab) known() (fresh, indexed int) {
	l.t.Helper()
	if err := l.s.View(l.t.Context(), l.user, func(tx *Tx) error {
		return tx.row(`SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM found)`).Scan(&fresh, &indexed)
	}); err != nil {
		l.t.Fatal(err)
	}
	return fresh, indexed
}

func TestSearchFindsWhatPeopleType(t *testing.T) {
	t.Parallel()
	l := newSearchLab(t)
	const (
		cafe   = "Wir treffen uns im Café Größenwahn, Straße 12"
		code   = "Your code is 493021. Do not share it"
		call   = "Ruf mich an: 0151 / 234-56 78, danke"
		abroad = "my new number is +4915123456780"
		tokyo  = "明日、東京タワーで会いましょう"
		thai   = "พรุ่งนี้เจอกันที่สถานี"
		korean = "내일 서울대학교에서 만나요"
		party  = "Party at eight 🎉 don't be late"
		greek  = "Ο ΦΊΛΟΣ ΜΟΥ"
		russia = "Ёлка уже стоит"
	)
	l.add(l.user, cafe, code, call, abroad, tokyo, thai, korean, party, greek, russia)
	for query, want := range map[string][]string{
		"cafe":           {cafe},
		"CAFÉ":           {cafe},
		"cafe\u0301":     {cafe},
		"grossen":        {cafe},
		"größ straß":     {cafe},
		"strasse 12":     {cafe},
		"afe":            nil, // the middle of a word
		"493":            {code},
		"021":            {code},
		"302":            {code},
		"493 021":        {code},
		"01512345678":    {abroad, call},
		"0151 2345678":   {abroad, call},
		"5678":           {abroad, call},
		"56 78":          {abroad, call},
		"+49151":         {abroad},
		"東京":             {tokyo},
		"東":              {tokyo},
		"京タワ":            {tokyo},
		"東タワ":            nil,
		"会いまし":           {tokyo},
		"สถานี":          {thai},
		"เจอ":            {thai},
		"서울":             {korean},
		"대학":             {korean},
		"🎉":              {party},
		"don't":          {party},
		"eig part":       {party},
		"φιλος":          {greek},
		"елка":           {russia},
		"p":              {party},
		"zzz":            nil,
		"":               nil,
		"  .,-!? ":       nil,
		"party nowhere":  nil,
		"Party at eight": {party},
	} {
		if got := l.find(l.user, query); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
}

// TestSearchHasNoSyntax: what a person types is looked for as it is.
func TestSearchHasNoSyntax(t *testing.T) {
	t.Parallel()
	l := newSearchLab(t)
	l.add(l.user, "and or not near words 1", "other")
	l.add(l.user+1, "secret and or not near")
	for _, query := range []string{
		`"`, `""`, `a" OR "b`, `*`, `and*`, `words:and`, `- and`, `^and`, `(and`, `and)`, `NEAR(and or, 2)`, `and AND or`, `a NOT b`, `{words}: and`,
		`and + or`, `'; DROP TABLE item; --`, "and\x00or", "\xff\xfe", `\`, `%`, `_`, strings.Repeat("a ", 1000), strings.Repeat("(", 500), strings.Repeat("漢", 500),
		tag(l.user+1) + "secret", "search", "rank", `and" "` + tag(l.user+1) + `secret`,
	} {
		for _, body := range l.find(l.user, query) {
			if strings.Contains(body, "secret") {
				t.Errorf("%q finds another user's text", query)
			}
		}
	}
	if got := l.find(l.user, `NEAR("and" OR not)*`); len(got) != 1 {
		t.Errorf("the words of a query with signs are not found: %q", got)
	}
}

// TestSearchKeepsUsersApart also covers tags that begin alike.
func TestSearchKeepsUsersApart(t *testing.T) {
	t.Parallel()
	l := newSearchLab(t)
	users := []UserID{1, 2, 1 << 20, 1<<62 - 1, 1<<62 + 1}
	for _, u := range users {
		l.add(u, fmt.Sprintf("hello from %d", u))
	}
	for _, u := range users {
		if got := l.find(u, "h"); len(got) != 1 || got[0] != fmt.Sprintf("hello from %d", u) {
			t.Errorf("user %d finds %q", u, got)
		}
	}
	l.update(2, func(tx *Tx) error { return tx.RemoveUser() })
	if got := l.find(2, "hello"); len(got) != 0 {
		t.Errorf("a user that was removed finds %q", got)
	}
	if got := l.find(1, "hello"); len(got) != 1 {
		t.Errorf("another user finds %q", got)
	}
}

func TestSearchForgetsWhatIsDeletedOrHidden(t *testing.T) {
	t.Parallel()
	l := newSearchLab(t)
	i := l.add(l.user, "the first", "the second")
	l.indexAll()
	l.update(l.user, func(tx *Tx) error { return tx.DeleteItem(i) })
	if got := l.find(l.user, "the"); !slices.Equal(got, []string{"the first"}) {
		t.Errorf("found %q", got)
	}
	l.update(l.user, func(tx *Tx) error {
		i, err := tx.Item(1)
		if err != nil {
			return err
		}
		i.Hidden = Understood
		return tx.UpdateItem(i)
	})
	if got := l.find(l.user, "the"); len(got) != 0 {
		t.Errorf("found %q", got)
	}
	l.update(l.user, func(tx *Tx) error {
		i, err := tx.Item(1)
		if err != nil {
			return err
		}
		i.Hidden = NotHidden
		return tx.UpdateItem(i)
	})
	if got := l.find(l.user, "the"); len(got) != 1 {
		t.Errorf("found %q", got)
	}
	if fresh, indexed := l.known(); fresh != 1 || indexed != 0 {
		t.Errorf("%d fresh texts and %d others are known", fresh, indexed)
	}
	l.update(l.user, (*Tx).RemoveUser)
	if fresh, indexed := l.known(); fresh+indexed != 0 {
		t.Errorf("%d fresh texts and %d others are left of a user", fresh, indexed)
	}
}

func TestWordsAreIndexedForManyTextsAtOnce(t *testing.T) {
	t.Parallel()
	l := newSearchLab(t)
	for n := range freshLimit + 2 {
		l.add(l.user, fmt.Sprintf("text %d", n))
	}
	if fresh, indexed := l.known(); fresh != 2 || indexed != freshLimit {
		t.Errorf("%d texts are fresh and %d in the index", fresh, indexed)
	}
	failed := errors.New("failed")
	if err := l.s.Update(t.Context(), l.user, func(tx *Tx) error {
		if err := tx.InsertItem(&Item{ID: 1000, Folder: InboxID, Class: ClassSMS, Body: "never", Born: 1, ConversationID: []byte{1}, ConversationIndex: []byte{}}); err != nil {
			return err
		}
		return failed
	}); !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if got := l.find(l.user, "never"); len(got) != 0 {
		t.Errorf("found %q", got)
	}
	if got := l.find(l.user, "text"); len(got) != freshLimit+2 || got[0] != fmt.Sprintf("text %d", freshLimit+1) {
		t.Errorf("found %d texts", len(got))
	}
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	l := newSearchLab(t)
	var want []string
	for n := range 25 {
		body := fmt.Sprintf("text %d", n)
		want = append([]string{body}, want...)
		l.add(l.user, body)
		if n == 16 {
			l.indexAll() // the rest is fresh
		}
	}
	var got []string
	if err := l.s.View(t.Context(), l.user, func(tx *Tx) error {
		place := int64(0)
		for {
			page, err := tx.Search(ParseQuery("te"), place, 10)
			if err != nil || len(page) == 0 {
				return err
			}
			for _, f := range page {
				got = append(got, f.Body)
				place = f.Place
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages hold %q", got)
	}
}

func TestMatchesAreUTF16Offsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, body string
		want        []string
	}{
		{"cafe", "🎉 im Café 🎉 Cafeteria", []string{"Café", "Cafeteria"}},
		{"東京", "明日東京タワー、東京", []string{"東京", "東京"}},
		{"345", "call 0151 / 234-56 78 now", []string{"34-5"}},
		{"a b", "b a", []string{"b", "a"}},
		{"hello", "nothing", nil},
		{"x", "", nil},
	} {
		units := utf16.Encode([]rune(c.body))
		var got []string
		for _, m := range ParseQuery(c.query).Matches(c.body) {
			got = append(got, string(utf16.Decode(units[m[0]:m[1]])))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q, want %q", c.query, c.body, got, c.want)
		}
	}
}

// FuzzSearch: nothing that is typed or kept upsets the words, and a text has its
// own words.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{"", "hello world", "Café", "東京タワー", "0151/234 56", "a\xffb", "👩‍👩‍👧‍👦 \u0301x", "ﾊﾟﾝ", "e\u0301", "½ ² ﬁ", "\u0e33\u0301"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, query, body string) {
		q := ParseQuery(query)
		expression := strings.ReplaceAll(q.expression(7), `""`, "")
		if strings.Count(expression, `"`)%2 != 0 {
			t.Fatalf("%q", expression)
		}
		units := len(utf16.Encode([]rune(body)))
		end := 0
		for _, m := range q.Matches(body) {
			if m[0] < end || m[1] <= m[0] || m[1] > units {
				t.Fatalf("%q in %q: %v of %d", query, body, m, units)
			}
			end = m[1]
		}
		if !q.in(searchWords(query)) {
			t.Fatalf("%q is not in its own words", query)
		}
		if !q.Empty() && len(q.Matches(query)) == 0 {
			t.Fatalf("%q does not match itself", query)
		}
		for _, w := range wordsOf(body) {
			if strings.ContainsAny(w.fold, " \"*") || w.fold == "" || w.start >= w.end || w.end > len(body) {
				t.Fatalf("%q has the word %+v", body, w)
			}
		}
	})
}
