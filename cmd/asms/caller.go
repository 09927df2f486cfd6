package main

import (
	"errors"
	"fmt"
	"net/http"

	"asms/api"
)

// callerFlags say who calls which server.
type callerFlags struct {
	Server       string `required:"" placeholder:"URL" help:"The server, such as https://texts.example.com."`
	User         string `placeholder:"NAME" help:"The user."`
	PasswordFile string `placeholder:"FILE" help:"A file with the user's password."`
	TokenFile    string `placeholder:"FILE" help:"A file with a token, in place of user and password."`
}

// Validate demands one way to sign in.
func (f callerFlags) Validate() error { return checkSignIn(f.User, f.PasswordFile, f.TokenFile) }

func checkSignIn(user, passwordFile, tokenFile string) error {
	if tokenFile == "" && (user == "" || passwordFile == "") {
		return errors.New("--user and --password-file are needed, or --token-file")
	}
	return nil
}

func (f callerFlags) caller() (*api.Client, error) {
	return newCaller(f.Server, f.User, f.PasswordFile, f.TokenFile)
}

func newCaller(server, user, passwordFile, tokenFile string) (*api.Client, error) {
	o := api.Options{URL: server, User: user}
	var err error
	if tokenFile != "" {
		o.Token, err = readPassword(tokenFile)
	} else {
		o.Password, err = readPassword(passwordFile)
	}
	if err != nil {
		return nil, err
	}
	c, err := api.New(o)
	if err != nil {
		return nil, fmt.Errorf("--server %s is not an http or https URL", server)
	}
	return c, nil
}

// serverTrouble puts what the server refuses in words.
func serverTrouble(err error) error {
	var p *api.Problem
	if !errors.As(err, &p) {
		return err
	}
	switch {
	case p.Status == http.StatusUnauthorized:
		return errors.New("the server does not take this user name and password, or this token")
	case p.Detail != "":
		return errors.New(p.Detail)
	}
	return fmt.Errorf("the server refuses: %s", p.Title)
}
