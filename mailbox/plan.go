package mailbox

import (
	"slices"

	"asms/store"
)

// rowLimit bounds how many rows one plan reads, however few of them the device
// has to be told of. What is left is MoreAvailable.
const rowLimit = 8192

// plan works out what a device has to be told, in five stages. Each begins only
// when the one before is finished. On a full window a stage stops just before
// the item that did not fit and leaves its position there.
//
// Why this order: a tombstone must be judged before the floor moves past it; an
// item must leave before its changes are passed over; a creation may be passed
// only when every deletion and change is told, since then "born up to
// CreationsTold and not below Floor" means delivered, exactly; and only when
// all creations are told may the floor move down.
type plan struct {
	view
	tx     *store.Tx
	seq    int64 // the mailbox counter after the client's commands
	folder int64
	window int
	rows   int
	news   store.News
	count  bool // only count: nothing is read but places

	said    map[said]bool  // fields of which nothing is said in this answer
	deleted map[int64]bool // items that this request deletes: no Delete for them

	changes []Change
	counted int           // how many there are, when only counting
	unmark  []*store.Item // own items that leave by SoftDelete
	carried []*store.Item // texts whose offer leaves with this answer for the first time
}

// said names a field of an item.
type said struct {
	item int64
	flag bool // Flag, else Read
}

// run returns whether more is available.
func (p *plan) run() (more bool, err error) {
	if p.CreationsTold < p.seq {
		if p.news, err = p.tx.NewsOf(p.folder); err != nil {
			return false, err
		}
	}
	for _, stage := range []func() (bool, error){p.deletes, p.removals, p.updates, p.creations, p.descent} {
		if more, err := stage(); more || err != nil {
			return more, err
		}
	}
	return false, nil
}

// full reports whether nothing more fits; it counts the rows that were read.
func (p *plan) full() bool { return len(p.changes) >= p.window }

func (p *plan) tired() bool {
	p.rows++
	return p.rows > rowLimit && !p.count
}

func (p *plan) walk() store.Walk {
	return store.Walk{Folder: p.folder, Device: p.device, Bodies: !p.count, Places: p.count}
}

func (p *plan) say(kind ChangeKind, c Class, item int64) *Change {
	if p.count {
		if p.wants(c) {
			p.counted++
		}
		return new(Change)
	}
	p.changes = append(p.changes, Change{Kind: kind, ServerID: serverID(p.folder, item), Class: c})
	return &p.changes[len(p.changes)-1]
}

// deletes is stage 1: tombstones that the device was not told of.
func (p *plan) deletes() (more bool, err error) {
	if p.news.Deleted <= p.DeletesTold {
		p.DeletesTold = p.seq
		return false, nil
	}
	err = p.tx.TombstonesSince(p.folder, p.device, p.DeletesTold, func(t *store.Tombstone) (bool, error) {
		if p.tired() {
			more = true
			return false, nil
		}
		own := t.DelBy == p.device && !t.DelLost
		if p.heldBefore(t) && !own {
			dropped := !p.wants(t.Class)
			switch cs := p.class(t.Class); {
			case dropped && t.Key().Less(cs.Floor):
				cs.Stale = true
			case p.deleted[t.ItemID]:
			case p.full():
				more = true
				return false, nil
			case dropped:
				p.say(ChangeSoftDelete, t.Class, t.ItemID)
			default:
				p.say(ChangeDelete, t.Class, t.ItemID)
			}
		}
		p.DeletesTold = t.Seq
		return true, nil
	})
	if !more && err == nil {
		p.DeletesTold = p.seq
	}
	return more, err
}

// removals is stage 2: items that a raised floor shuts out.
func (p *plan) removals() (more bool, err error) {
	for _, c := range p.classes {
		cs, floor := p.class(c), p.floorOf(c)
		if !p.wants(c) && cs.Floor == store.Top || !cs.Low.Less(floor) {
			continue
		}
		err := p.tx.ItemsUp(store.Walk{Folder: p.folder, Device: p.device, Places: p.count}, c, cs.Low, floor, func(i *store.Item) (bool, error) {
			if p.tired() {
				more = true
				return false, nil
			}
			if p.held(i) {
				if p.full() {
					more = true
					return false, nil
				}
				p.say(ChangeSoftDelete, c, i.ID)
				if p.mine(i) && !p.count {
					p.unmark = append(p.unmark, i)
				}
			}
			cs.Low = i.Key().Next()
			if cs.Floor.Less(cs.Low) {
				cs.Floor = cs.Low
			}
			return true, nil
		})
		if more || err != nil {
			return more, err
		}
		cs.Low = floor
		if cs.Floor.Less(floor) {
			cs.Floor = floor
		}
	}
	return false, nil
}

// updates is stage 3: fields that someone else changed.
func (p *plan) updates() (more bool, err error) {
	if p.news.Changed <= p.ChangesTold {
		p.ChangesTold, p.ChangedSince = p.seq, p.seq
		return false, nil
	}
	err = p.tx.ItemsChanged(store.Walk{Folder: p.folder, Device: p.device, Places: p.count}, p.ChangesTold, func(i *store.Item) (bool, error) {
		if p.tired() {
			more = true
			return false, nil
		}
		if p.held(i) {
			read := i.ReadSeq > p.ChangedSince && (i.ReadBy != p.device || i.ReadLost) && !p.said[said{i.ID, false}]
			flag := i.FlagSeq > p.ChangedSince && (i.FlagBy != p.device || i.FlagLost) && !p.said[said{i.ID, true}]
			switch {
			case !read && !flag:
			case !p.wants(i.Class):
				p.class(i.Class).Stale = true
			case i.Key().Less(p.floorOf(i.Class)):
			case p.full():
				more = true
				return false, nil
			default:
				if c := p.say(ChangeUpdate, i.Class, i.ID); !p.count {
					c.Read, c.Flag = read, flag
					if c.Item, err = itemWhole(p.tx, i); err != nil {
						return false, err
					}
				}
			}
		}
		p.ChangesTold = i.Changed()
		return true, nil
	})
	if !more && err == nil {
		p.ChangesTold, p.ChangedSince = p.seq, p.seq
	}
	return more, err
}

// creations is stage 4: items that appeared.
func (p *plan) creations() (more bool, err error) {
	if p.news.Born <= p.CreationsTold && !p.outbox {
		p.CreationsTold = p.seq
		return false, nil
	}
	walk := p.tx.ItemsBorn
	if p.outbox {
		walk = p.tx.ItemsBornOrOffered
	}
	err = walk(p.walk(), p.CreationsTold, func(i *store.Item) (bool, error) {
		if p.tired() {
			more = true
			return false, nil
		}
		if p.wants(i.Class) && !i.Key().Less(p.class(i.Class).Floor) && !p.mine(i) && p.sendable(i) {
			if p.full() {
				more = true
				return false, nil
			}
			if err := p.add(i); err != nil {
				return false, err
			}
		}
		p.CreationsTold = i.Born
		if i.State != store.NotOutbound {
			p.CreationsTold = i.Off
		}
		return true, nil
	})
	if !more && err == nil {
		p.CreationsTold = p.seq
	}
	return more, err
}

// descent is stage 5: older items that a lowered floor lets in, newest first.
func (p *plan) descent() (more bool, err error) {
	for _, c := range slices.Backward(p.classes) {
		cs, floor := p.class(c), p.floorOf(c)
		if !floor.Less(cs.Floor) {
			continue
		}
		err := p.tx.ItemsDown(p.walk(), c, floor, cs.Floor, func(i *store.Item) (bool, error) {
			if p.tired() {
				more = true
				return false, nil
			}
			if !p.held(i) && p.sendable(i) {
				if p.full() {
					more = true
					return false, nil
				}
				if err := p.add(i); err != nil {
					return false, err
				}
			}
			cs.Floor = i.Key()
			if cs.Floor.Less(cs.Low) {
				cs.Low = cs.Floor
			}
			return true, nil
		})
		if more || err != nil {
			return more, err
		}
		cs.Floor = floor
		if floor.Less(cs.Low) {
			cs.Low = floor
		}
	}
	return false, nil
}

// sendable keeps a text on its way out from everyone but the phone that it is
// offered to.
func (p *plan) sendable(i *store.Item) bool {
	return i.State == store.NotOutbound || i.Aud == p.device && i.State == store.Offered
}

func (p *plan) add(i *store.Item) (err error) {
	c := p.say(ChangeAdd, i.Class, i.ID)
	if p.count {
		return nil
	}
	if i.State == store.Offered && !i.Carried {
		p.carried = append(p.carried, i)
	}
	c.Item, err = itemWhole(p.tx, i)
	return err
}
