package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Contacts returns a page of the contacts, or of those whose name or number
// matches q when that is not empty.
func (c *Client) Contacts(ctx context.Context, q string, page Page) (Contacts, error) {
	query := page.query()
	set(query, "q", q)
	return get[Contacts](ctx, c, path("/contacts"), query)
}

// Contact returns one contact.
func (c *Client) Contact(ctx context.Context, id string) (Contact, error) {
	return get[Contact](ctx, c, path("/contacts/%s", id), nil)
}

// AddContact adds a contact and returns it with its id.
func (c *Client) AddContact(ctx context.Context, contact Contact) (Contact, error) {
	return post[Contact](ctx, c, path("/contacts"), contact)
}

// PutContact replaces the contact with that id.
func (c *Client) PutContact(ctx context.Context, contact Contact) (out Contact, err error) {
	id := contact.ID
	contact.ID = "" // the path says it
	err = c.call(ctx, http.MethodPut, path("/contacts/%s", id), nil, contact, &out)
	return out, err
}

// DeleteContact deletes a contact.
func (c *Client) DeleteContact(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, path("/contacts/%s", id), nil, nil, nil)
}

// contentTypeVCard is the media type of contacts in a file.
const contentTypeVCard = "text/vcard"

// ImportContacts adds the contacts of a vCard file.
func (c *Client) ImportContacts(ctx context.Context, vcards io.Reader) (result ImportResult, err error) {
	req, err := c.request(ctx, http.MethodPost, path("/contacts/import"), nil, vcards, contentTypeVCard)
	if err != nil {
		return result, err
	}
	res, err := c.do(req)
	if err != nil {
		return result, err
	}
	defer res.Body.Close()
	if err := json.NewDecoder(io.LimitReader(res.Body, answerLimit)).Decode(&result); err != nil {
		return result, fmt.Errorf("api: the answer is not what was agreed on: %w", err)
	}
	return result, nil
}

// ExportContacts writes all contacts as a vCard file.
func (c *Client) ExportContacts(ctx context.Context, to io.Writer) error {
	req, err := c.request(ctx, http.MethodGet, path("/contacts/export"), nil, nil, "")
	if err != nil {
		return err
	}
	res, err := c.do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(to, res.Body); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	return nil
}
