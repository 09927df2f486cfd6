package store

func (tx *Tx) index(i *Item) error { return nil }

func (tx *Tx) unindex(item int64) error { return nil }
