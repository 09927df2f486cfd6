package easserver

import "testing"

func TestMemory(t *testing.T) {
	t.Parallel()
	m := newMemory[string, string](10)
	has := func(key, want string) {
		t.Helper()
		got, ok := m.get(key)
		if ok != (want != "") || got != want {
			t.Errorf("%s: %q", key, got)
		}
	}
	m.put("a", "A", 4)
	m.put("b", "B", 4)
	has("a", "A") // used now: b is the oldest
	m.put("c", "C", 4)
	has("a", "A")
	has("b", "")
	has("c", "C")
	m.put("a", "AA", 0) // costs 1, and is not counted twice
	if m.cost != 5 {
		t.Errorf("cost %d", m.cost)
	}
	m.forget("c")
	m.forget("c")
	has("c", "")
	m.put("huge", "H", 100) // does not fit at all
	has("huge", "")
	has("a", "")
	if m.cost != 0 || m.order.Len() != 0 || len(m.at) != 0 {
		t.Errorf("cost %d, %d entries", m.cost, len(m.at))
	}
}
