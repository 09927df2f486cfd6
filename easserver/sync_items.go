package easserver

import (
	"errors"

	"asms/eas"
	"asms/mailbox"
	"asms/wbxml"
)

// clientCommands are a client's commands for one collection: those the mailbox
// gets, and the answers to those it does not get because they are invalid.
type clientCommands struct {
	wire    []eas.ClientCommand
	invalid []bool            // by index in wire
	looked  []bool            // by index in wire: invalid, but only if the item is there
	valid   []mailbox.Command // all but the invalid ones, in their order
}

// readCommands reads the commands of a collection. It returns false when one
// lacks what it must have, which is a fault of the whole request.
//
// [MS-ASCMD] 2.2.3.32 Commands
func (s *Server) readCommands(v eas.Version, t eas.FolderType, list []eas.ClientCommand) (clientCommands, bool) {
	c := clientCommands{wire: list, invalid: make([]bool, len(list)), looked: make([]bool, len(list))}
	seen := make(map[eas.ClientID]bool)
	for i, one := range list {
		var cmd mailbox.Command
		ok := true
		switch {
		case one.Add != nil:
			id := one.Add.ClientID
			if id == "" || t == eas.FolderTypeRecipientCache || one.Add.Class == eas.ClassSMS && !v.SupportsSMSInFolder(t) {
				return c, false
			}
			if t.Class() == eas.ClassContacts {
				cmd, ok = contactAdd(one.Add)
			} else {
				cmd, ok = s.readAdd(one.Add)
			}
			ok = ok && !seen[id]
			seen[id] = true
		case one.Change != nil:
			if one.Change.ServerID == "" {
				return c, false
			}
			if t.Class() == eas.ClassContacts {
				cmd, ok = contactChange(one.Change)
			} else {
				cmd, ok = readChange(one.Change)
			}
			if !ok { // what is not there cannot be changed at all
				cmd = mailbox.Command{Kind: mailbox.CommandFetch, ServerID: string(one.Change.ServerID)}
				c.looked[i], ok = true, true
			}
		case one.Delete != nil:
			if one.Delete.ServerID == "" {
				return c, false
			}
			cmd = mailbox.Command{Kind: mailbox.CommandDelete, ServerID: string(one.Delete.ServerID)}
			ok = one.Delete.InstanceID == "" // one instance of a series, not the item
		case one.Fetch != nil:
			if one.Fetch.ServerID == "" {
				return c, false
			}
			cmd = mailbox.Command{Kind: mailbox.CommandFetch, ServerID: string(one.Fetch.ServerID)}
		}
		if c.invalid[i] = !ok; ok {
			c.valid = append(c.valid, cmd)
		}
	}
	return c, true
}

// readAdd reads an Add over a folder for mail. Only texts can be added.
//
// [MS-ASCMD] 2.2.3.7.2 Add (Sync)
func (s *Server) readAdd(a *eas.ClientAdd) (mailbox.Command, bool) {
	if a.Class != eas.ClassSMS || len(a.ClientID) > eas.MaxIDLength {
		return mailbox.Command{}, false
	}
	m, ok := smsMessage(a.ApplicationData, s.opts.MaxText)
	return mailbox.Command{Kind: mailbox.CommandAdd, ClientID: string(a.ClientID), Message: m}, ok
}

// readChange reads a Change, which may touch Read and Flag alone.
//
// [MS-ASMS] 3.1.4.1.2 Making Changes Involving SMS Items
func readChange(c *eas.ClientChange) (mailbox.Command, bool) {
	cmd := mailbox.Command{Kind: mailbox.CommandChange, ServerID: string(c.ServerID)}
	if c.InstanceID != "" {
		return cmd, false
	}
	if c.ApplicationData.Tag() == 0 { // nothing to change
		return cmd, true
	}
	data, err := eas.DecodeSMSChange(c.ApplicationData)
	if err != nil {
		return cmd, false
	}
	cmd.Read = data.Read
	if data.Flag != nil {
		flag, ok := flagOf(data.Flag)
		if !ok {
			return cmd, false
		}
		cmd.Flag = &flag
	}
	return cmd, true
}

// responses answers the commands as far as they need it: every Add, every Fetch,
// and what failed of the others.
//
// [MS-ASCMD] 2.2.3.154 Responses
func (c *clientCommands) responses(delta *mailbox.Delta) (*eas.SyncResponses, error) {
	var out eas.SyncResponses
	answers := delta.Responses
	for i, one := range c.wire {
		answer := mailbox.Response{}
		status := eas.SyncStatusInvalidItem
		if !c.invalid[i] {
			answer, answers = answers[0], answers[1:]
			status = eas.StatusSuccess
			if errors.Is(answer.Err, mailbox.ErrFull) {
				status = eas.SyncStatusOutOfSpace
			} else if answer.Err != nil {
				status, _ = statusOf(eas.CommandSync, answer.Err)
			} else if c.looked[i] {
				status = eas.SyncStatusInvalidItem
			}
		}
		item, err := itemResponse(one, status, answer.Item, delta.Options)
		if err != nil {
			return nil, err
		}
		if item != (eas.SyncItemResponse{}) {
			out.Items = append(out.Items, item)
		}
	}
	if len(out.Items) == 0 {
		return nil, nil
	}
	return &out, nil
}

func itemResponse(one eas.ClientCommand, status eas.Status, item *mailbox.Item, options []mailbox.ClassOptions) (r eas.SyncItemResponse, err error) {
	switch {
	case one.Add != nil:
		a := &eas.AddResponse{Class: one.Add.Class, ClientID: one.Add.ClientID, Status: status}
		if status == eas.StatusSuccess {
			a.ServerID = eas.ServerID(item.ServerID)
		}
		if status == eas.StatusSuccess && item.Class != mailbox.ClassContact {
			a.ApplicationData, err = eas.NewApplicationData(&eas.Conversation{
				ConversationID: item.ConversationID, ConversationIndex: item.ConversationIndex,
			})
		}
		r.Add = a
	case one.Fetch != nil:
		f := &eas.FetchResponse{ServerID: one.Fetch.ServerID, Status: status}
		if status == eas.StatusSuccess {
			o, wanted := optionsOf(options, item.Class)
			if !wanted { // not even for the asking [MS-ASMS] 3.2.5.1
				f.Status = eas.SyncStatusObjectNotFound
			} else {
				f.ApplicationData, err = itemData(item, o)
			}
		}
		r.Fetch = f
	case status == eas.StatusSuccess: // silence
	case one.Change != nil:
		r.Change = &eas.ChangeResponse{Class: one.Change.Class, ServerID: one.Change.ServerID, InstanceID: one.Change.InstanceID, Status: status}
	case one.Delete != nil:
		r.Delete = &eas.DeleteResponse{ServerID: one.Delete.ServerID, Status: status}
	}
	return r, err
}

// serverCommands are the changes a device has to be told.
//
// [MS-ASMS] 2.2.2.2.1.2 Class (Sync)
func serverCommands(v eas.Version, delta *mailbox.Delta) (*eas.ServerCommands, error) {
	if len(delta.Changes) == 0 {
		return nil, nil
	}
	out := &eas.ServerCommands{Items: make([]eas.ServerCommand, len(delta.Changes))}
	for i, change := range delta.Changes {
		id := eas.ServerID(change.ServerID)
		class := eas.Class("") // of the folder
		if change.Class == mailbox.ClassSMS {
			class = eas.ClassSMS
		}
		var cmd eas.ServerCommand
		var err error
		switch change.Kind {
		case mailbox.ChangeAdd:
			o, _ := optionsOf(delta.Options, change.Class)
			cmd.Add = &eas.ServerAdd{Class: class, ServerID: id}
			cmd.Add.ApplicationData, err = itemData(change.Item, o)
		case mailbox.ChangeUpdate:
			cmd.Change = &eas.ServerChange{Class: class, ServerID: id}
			o, _ := optionsOf(delta.Options, change.Class)
			cmd.Change.ApplicationData, err = changeData(&change, o)
		case mailbox.ChangeDelete:
			cmd.Delete = &eas.ServerDelete{ServerID: id}
			if v.DeleteCarriesClass() {
				cmd.Delete.Class = class
			}
		case mailbox.ChangeSoftDelete:
			cmd.SoftDelete = &eas.ServerSoftDelete{ServerID: id}
		}
		if err != nil {
			return nil, err
		}
		out.Items[i] = cmd
	}
	return out, nil
}

// optionsOf returns the options of a class, and whether it was asked for.
func optionsOf(list []mailbox.ClassOptions, c mailbox.Class) (mailbox.ClassOptions, bool) {
	for _, o := range list {
		if o.Class == c {
			return o, true
		}
	}
	return mailbox.ClassOptions{}, false
}

// itemData is a whole item.
func itemData(item *mailbox.Item, o mailbox.ClassOptions) (wbxml.Raw, error) {
	switch item.Class {
	case mailbox.ClassSMS:
		return eas.NewApplicationData(smsProperties(item, o.Body))
	case mailbox.ClassContact:
		return contactData(item.Card, o.Body, false)
	}
	return eas.NewApplicationData(emailProperties(item, o.Body))
}

// changeData is what has changed of an item.
//
// [MS-ASEMAIL] 3.2.5.4.1 Sync Command Response
func changeData(c *mailbox.Change, o mailbox.ClassOptions) (wbxml.Raw, error) {
	if c.Class == mailbox.ClassContact {
		return contactData(c.Item.Card, o.Body, true)
	}
	var data eas.SMSChange
	if c.Read {
		data.Read = &c.Item.Read
	}
	if c.Flag {
		data.Flag = flagElement(c.Item.Flag)
	}
	return eas.NewApplicationData(&data)
}
